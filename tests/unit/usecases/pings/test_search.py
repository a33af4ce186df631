"""Leads that were bought are found in the database, page by page, by what is known of them."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.journal.looking import Looking
from app.reports.pings.rows import PingRow, SoughtPings, read_place
from app.usecases.bidder import Bidder
from app.usecases.pings.search import search_pings
from tests.bidder import another, ask, at_bidder, sell, somebody
from tests.build import NOW, catalogue, seller


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve leads of two sellers, two of them sold in one second."""
    place = tmp_path_factory.mktemp("bidder")

    async def scene(bidder: Bidder) -> None:
        for number in range(12):
            who = bidder.catalogue.sellers["bolt" if number % 3 == 0 else "acme"]
            at = NOW + 60.0 * (number // 2)
            where: dict[str, Any] = {"zip": "75201"} if number % 4 == 0 else {}
            bid = ask(bidder, seller=who, now=at, **another(number), **where)
            contact = somebody(number) | where
            sold = await sell(
                bidder, bid.ping_id, seller=who, now=at + 1.0, contact=contact, **another(number), **where
            )
            assert sold.status == "accepted"

    at_bidder(place, scene, catalogue(sellers=[seller(), seller(name="bolt")]))
    return place


def pages(folder: Path, **wanted: Any) -> list[PingRow]:
    async def look(bidder: Bidder) -> list[PingRow]:
        sought, found = SoughtPings(outcome="bought", **wanted), list[PingRow]()
        while True:
            page = await search_pings(bidder.store, folder / "journal", sought, Looking())
            assert len(page.rows) <= sought.limit
            found += page.rows
            if not page.next:
                assert page.is_whole
                return found
            sought = replace(sought, before=read_place(page.next))

    return at_bidder(folder, look)


@pytest.mark.parametrize("limit", [1, 5, 500])
def test_every_lead_comes_once_the_newest_first(folder: Path, limit: int) -> None:
    found = pages(folder, limit=limit)
    assert len({row.lead_id for row in found}) == len(found) == 12
    assert [row.place for row in found] == sorted([row.place for row in found], reverse=True)
    assert all(row.price_cents and row.campaign == "solar-tx" and row.status == "accepted" for row in found)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ({"seller": "bolt"}, 4),
        ({"zip": "75201"}, 3),
        ({"zip": "75201", "seller": "bolt"}, 1),
        ({"state": "CA"}, 0),
        ({"campaign": "elsewhere"}, 0),
        ({"since": NOW + 61.0}, 10),
        ({"since": NOW + 61.0, "until": NOW + 121.0}, 4),
    ],
)
def test_they_are_found_by_what_is_known(folder: Path, wanted: dict[str, Any], number: int) -> None:
    assert len(pages(folder, **wanted, limit=3)) == number
