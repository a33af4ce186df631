"""A seller that reads what is bought: whom it asks, and how often it asks what."""

import asyncio
from collections.abc import Awaitable, Callable

from app.mock_exchange.market.appetite import EVERY_S, AppetiteReader
from app.mock_exchange.market.client import BuyerEndpoint
from app.mock_exchange.market.replies import (
    Answered,
    ListedRow,
    PublishedAppetite,
    Unanswered,
    published_appetite,
)
from app.mock_exchange.market.time import SteppedTime
from app.wire.ping import Leg
from tests.table import each_row

BUYER = BuyerEndpoint(name="harbor", url="http://127.0.0.1:1")
BOTH: tuple[Leg, ...] = ("exclusive", "shared")
TEXAS = PublishedAppetite(
    etag='"1"', rows=(ListedRow("solar", "TX", "exclusive", True), ListedRow("solar", "TX", "shared", False))
)


class Publisher:
    """Says one thing after another, and remembers which validator came with each question."""

    def __init__(self, *said: PublishedAppetite | None) -> None:
        self.said = list(said)
        self.etags: list[str] = []

    async def appetite(self, buyer: BuyerEndpoint, etag: str) -> PublishedAppetite | None:
        assert buyer is BUYER
        self.etags.append(etag)
        return self.said.pop(0)


def played(publisher: Publisher, scene: Callable[[AppetiteReader, SteppedTime], Awaitable[None]]) -> None:
    async def play() -> None:
        time = SteppedTime(0.0)
        reader = AppetiteReader(publisher, time)
        time.act(0.0, lambda: scene(reader, time))  # type: ignore[arg-type, return-value]

        async def nothing() -> None:
            return None

        await time.run(nothing)

    asyncio.run(play())


def test_a_closed_or_unlisted_lead_is_not_wanted_and_one_of_an_open_leg_is() -> None:
    async def scene(reader: AppetiteReader, _: SteppedTime) -> None:
        assert await reader.wants(BUYER, "solar", "TX", BOTH)
        assert await reader.wants(BUYER, "solar", "TX", BOTH[:1])
        assert not await reader.wants(BUYER, "solar", "TX", BOTH[1:])
        assert not await reader.wants(BUYER, "solar", "CA", BOTH)

    publisher = Publisher(TEXAS)
    played(publisher, scene)
    assert publisher.etags == [""]


def test_a_list_that_has_not_changed_goes_on_and_one_that_is_gone_closes_nothing() -> None:
    async def scene(reader: AppetiteReader, time: SteppedTime) -> None:
        for wanted in (False, False, True):
            assert await reader.wants(BUYER, "solar", "CA", BOTH) is wanted
            await time.sleep(EVERY_S)

    publisher = Publisher(TEXAS, PublishedAppetite(is_unchanged=True), None)
    played(publisher, scene)
    assert publisher.etags == ["", '"1"', '"1"']


@each_row(
    ("answered", "expected"),
    [
        (Unanswered("timeout"), None),
        (Answered(404, b"{}"), None),
        (Answered(200, b'{"rows": []}'), None),
        (Answered(200, b'[{"vertical": "solar"}]'), None),
        (Answered(304, b"", '"1"'), PublishedAppetite(is_unchanged=True)),
        (
            Answered(200, b'[{"vertical":"solar","state":"TX","leg":"shared","floor":2.0,"open":true}]', '"2"'),
            PublishedAppetite(etag='"2"', rows=(ListedRow("solar", "TX", "shared", True),)),
        ),
    ],
)
def test_what_is_no_list_is_none(answered: Answered | Unanswered, expected: PublishedAppetite | None) -> None:
    assert published_appetite(answered) == expected
