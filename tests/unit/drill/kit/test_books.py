"""What is wrong in the books is found: each case is done to real sales, in the database, the journal or the CRM."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from app.domain.pricing.expected_conversion import ExpectedConversion
from app.drill.drill import CAPS_OVERRUN, DELIVERIES_LOST, LOST, NEVER, REPLAYS_DIFFER, SOLD_TWICE, Say
from app.drill.kit.books import Books
from app.journal.configurations import keep
from app.mock_exchange.crm_receiver import CrmReceiver
from app.usecases.bidder import Bidder
from tests.bidder import another, ask, at_bidder, journaled, sell, somebody
from tests.build import NOW, campaign, cap, catalogue

PRICED = ExpectedConversion(rate=0.15)
WHOLE = catalogue(
    [campaign(caps=(cap(limit=3, name="daily"),), destinations=("crm",), expected_conversion=PRICED)], models=[]
)
COUNTERS = "campaign/solar-tx/daily/"
LEADS = 2


@pytest.fixture
def traded(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A data directory in which two leads were bought, and what their seller was told."""

    async def scene(bidder: Bidder) -> dict[str, str]:
        keep(tmp_path / "journal", bidder.catalogue)
        accepted = {}
        for number in range(LEADS):
            bid = ask(bidder, now=NOW + number, **another(number))
            told = await sell(bidder, bid.ping_id, contact=somebody(number), **another(number))
            assert told.status == "accepted", told
            accepted[told.lead_id] = bid.ping_id
        journaled(bidder, tmp_path)
        return accepted

    return tmp_path, at_bidder(tmp_path, scene, WHOLE)


def counted(
    folder: Path, accepted: dict[str, str], *, limit: int = 3, receiver: CrmReceiver | None = None
) -> tuple[dict[str, float], list[str]]:
    """What the books come to, and what is said to be wrong."""
    say = Say(lambda _: None)
    who = receiver or CrmReceiver(lambda: NOW)
    books = Books(folder / "journal", folder / "leadbid.db", who, lambda: {COUNTERS: limit}, models=folder)
    books.compare(accepted)
    return say.figures, books.close(say, set())


def test_books_that_agree_are_not_complained_of(traded: tuple[Path, dict[str, str]]) -> None:
    figures, wrong = counted(*traded)
    assert wrong == []
    assert figures == {**dict.fromkeys(NEVER, 0), "decisions replayed": LEADS}


def test_what_is_found_twice_counts_once(traded: tuple[Path, dict[str, str]]) -> None:
    folder, accepted = traded
    books = Books(folder / "journal", folder / "leadbid.db", CrmReceiver(lambda: NOW), models=folder)
    for _ in range(2):
        books.compare(accepted | {"nobodys": "bid"})
    say = Say(lambda _: None)
    assert books.close(say, {"late"}) == [
        "lost: lead nobodys was accepted",
        "deliveries lost: lead late never came to the CRM",
    ]
    assert (say.figures[LOST], say.figures[DELIVERIES_LOST], say.figures["decisions replayed"]) == (1, 1, LEADS)


@pytest.mark.parametrize(
    ("statement", "figure"),
    [
        ("DELETE FROM delivery WHERE rowid = 1", DELIVERIES_LOST),
        ("UPDATE lead SET ping_id = (SELECT max(ping_id) FROM lead)", SOLD_TWICE),
        ("UPDATE lead SET person = 'one'", SOLD_TWICE),
        ("UPDATE cap_counter SET used = 4", CAPS_OVERRUN),
    ],
)
def test_what_is_wrong_in_the_database_is_found(
    traded: tuple[Path, dict[str, str]], statement: str, figure: str
) -> None:
    folder, accepted = traded
    with sqlite3.connect(folder / "leadbid.db") as database:
        database.execute(statement)
    figures, wrong = counted(folder, accepted)
    assert figures[figure] == 1, wrong


def test_counters_that_differ_from_their_leads_are_found(traded: tuple[Path, dict[str, str]]) -> None:
    folder, accepted = traded
    with sqlite3.connect(folder / "leadbid.db") as database:
        database.execute("UPDATE cap_counter SET used = 1")
    figures, (sentence,) = counted(folder, accepted)
    assert sentence.endswith(" says 1, its leads took 2")
    assert figures[CAPS_OVERRUN] == 0


def test_a_cap_that_took_more_than_its_limit_is_found(traded: tuple[Path, dict[str, str]]) -> None:
    figures, _ = counted(*traded, limit=1)
    assert figures[CAPS_OVERRUN] == 1


def test_one_bid_under_which_two_leads_were_sold_is_found(traded: tuple[Path, dict[str, str]]) -> None:
    folder, accepted = traded
    figures, _ = counted(folder, dict.fromkeys(accepted, next(iter(accepted.values()))))
    assert figures[SOLD_TWICE] == 1


def test_a_decision_that_the_journal_does_not_reproduce_is_found(traded: tuple[Path, dict[str, str]]) -> None:
    folder, accepted = traded
    (file,) = (folder / "journal").glob("*.jsonl")
    lines = file.read_bytes().splitlines()
    index = next(number for number, line in enumerate(lines) if b'"kind":"ping"' in line)
    changed = msgspec.json.decode(lines[index])
    changed["decision"]["bids"][0]["price_cents"] += 1
    file.write_bytes(b"\n".join([*lines[:index], msgspec.json.encode(changed), *lines[index + 1 :], b""]))
    figures, _ = counted(folder, accepted)
    assert figures[REPLAYS_DIFFER] == 1


def test_a_lead_that_came_to_the_crm_under_two_ids_is_found(traded: tuple[Path, dict[str, str]]) -> None:
    folder, accepted = traded
    receiver = CrmReceiver(lambda: NOW)
    lead = next(iter(accepted))
    for webhook_id in (b"one", b"two", b"two"):
        deliver(receiver, webhook_id, f'{{"lead_id": "{lead}"}}'.encode())
    figures, _ = counted(folder, accepted, receiver=receiver)
    assert figures[SOLD_TWICE] == 1


def deliver(receiver: CrmReceiver, webhook_id: bytes, body: bytes) -> None:
    async def read() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    async def send(_message: object) -> None:
        return None

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"webhook-id", webhook_id)]}
    deliver_to: Callable[..., object] = receiver
    asyncio.run(deliver_to(scope, read, send))  # type: ignore[arg-type]
