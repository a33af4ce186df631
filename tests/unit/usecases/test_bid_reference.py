"""Whose post to a bid is taken: by the key of today, or by the last key of a seller that is declared no more."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from app.domain.seller import Seller
from app.usecases.bid_reference import find_reference, seller_of_bid
from app.usecases.bidder import Bidder
from app.usecases.former import FormerConfigurations
from app.usecases.reload.config_watcher import in_force
from tests.bidder import NOW, ask, at_bidder, open_bidder
from tests.build import catalogue, seller

FIRST, SECOND = "a" * 64, "b" * 64
THEN = seller(key_sha256=(FIRST,))


async def reload(bidder: Bidder, number: int, sellers: Iterable[Seller]) -> None:
    """Put these sellers in force, in memory and in the database."""
    former = bidder.catalogue.configuration
    bidder.former.add(former)
    bidder.catalogue = catalogue(sellers=sellers, config_hash=f"{number}" * 16)
    taken = in_force(bidder.catalogue.configuration, bidder.keys.index, former.config_hash, ())
    await bidder.store.put_in_force(taken, NOW + number)


async def who_posts(bidder: Bidder, ping_id: str, key: str) -> str:
    """The name of the seller to which a post with this key belongs, empty for nobody."""
    today = next((each for each in bidder.catalogue.sellers.values() if key in each.key_sha256), None)
    found = await seller_of_bid(bidder, await find_reference(bidder, ping_id), today, lambda: [key])
    return found.name if found is not None else ""


OTHER = seller(name="other", key_sha256=("c" * 64,))


@pytest.mark.parametrize(
    ("reloads", "with_first", "with_second"),
    [
        ([], "acme", ""),
        ([[seller(key_sha256=(SECOND,))]], "", "acme"),
        ([[seller(key_sha256=(FIRST, SECOND))]], "acme", "acme"),
        ([[OTHER]], "acme", ""),
        ([[seller(name="renamed", key_sha256=(FIRST,))]], "acme", ""),
        # A key that was replaced stays revoked when its seller goes.
        ([[seller(key_sha256=(SECOND,))], [OTHER]], "", "acme"),
        ([[seller(key_sha256=(SECOND,))], [seller(name="renamed", key_sha256=(SECOND,))]], "", "acme"),
        ([[OTHER], [seller(key_sha256=(SECOND,))]], "", "acme"),
        ([[OTHER], [seller(name="third", key_sha256=(FIRST,))]], "acme", ""),
    ],
)
def test_a_post_belongs_to_whose_key_it_bears(
    tmp_path: Path, reloads: list[list[Seller]], with_first: str, with_second: str
) -> None:
    """As well when only the database remembers the configuration that bid."""

    async def scene(bidder: Bidder) -> None:
        await reload(bidder, 1, [THEN])
        bid = ask(bidder).ping_id
        for number, sellers in enumerate(reloads, start=2):
            await reload(bidder, number, sellers)
        for former in (bidder.former, FormerConfigurations()):
            bidder.former = former
            assert [await who_posts(bidder, bid, key) for key in (FIRST, SECOND)] == [with_first, with_second]

    at_bidder(tmp_path, scene, catalogue(sellers=[THEN]))


def test_a_restart_finds_the_configuration_of_a_bid_in_the_database(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_bidder(tmp_path, catalogue(sellers=[THEN])) as bidder:
            await reload(bidder, 1, [THEN])
            bid = ask(bidder).ping_id
        async with open_bidder(tmp_path, catalogue(sellers=[OTHER], config_hash="2" * 16)) as bidder:
            reference = await find_reference(bidder, bid)
            assert reference.configuration is not None
            assert (reference.configuration.config_hash, reference.configuration.sellers[0].name) == ("1" * 16, "acme")

    asyncio.run(play())
