"""Every id that anybody has of a ping leads to the same lines as a search through the whole journal."""

import asyncio
from itertools import count
from pathlib import Path

import pytest

from app.journal.compact import compact
from app.journal.configurations import keep
from app.journal.lines import AnyLine, NoticeLine, PingLine
from app.journal.looking import Looking
from app.journal.reader import find, lines
from app.reports.pings.page import PingPage
from app.usecases.bidder import Bidder
from app.usecases.pings.lookup import ids_meant, lines_meant
from app.usecases.pings.records import PingRecords
from app.usecases.pings.show import OTHERS, RAN_OUT, show_ping, stories_of
from tests.bidder import another, ask, at_bidder, journaled, open_bidder, sell
from tests.build import NOW, catalogue, seller
from tests.journal import written

LATER = NOW + 9 * 3_600.0
WEEKS = 49.8 * 86_400.0
"""After so long the milliseconds in the ids of lines begin anew."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bidder that bought one of two leads that two sellers number alike, and others before and after."""
    place = tmp_path_factory.mktemp("bidder")

    async def scene(bidder: Bidder) -> None:
        for number in range(8):
            ask(bidder, now=NOW + 600.0 * number, **another(number))
        bid = ask(bidder, now=NOW + 3_700.0, **another(20))
        ask(bidder, now=NOW + 3_701.0, **another(20))
        await sell(bidder, bid.ping_id, now=NOW + 3_702.0, **another(20))
        bolt = bidder.catalogue.sellers["bolt"]
        ask(bidder, seller=bolt, now=NOW + 7_300.0, zip="90001", state="CA", **another(20))
        ask(bidder, now=NOW + WEEKS, **another(30))
        journaled(bidder, place)
        written(place / "journal", NoticeLine(at=NOW + 9_000.0, seller="acme", ping_id=bid.ping_id, result="won"))

    at_bidder(place, scene, catalogue(sellers=[seller(), seller(name="bolt")]))
    keep(place / "journal", catalogue(sellers=[seller(), seller(name="bolt")]))
    return place


def every_ping(journal: Path) -> list[PingLine]:
    return [line for line in lines(journal) if isinstance(line, PingLine)]


def shown(folder: Path, name: str, looking: Looking | None = None) -> PingPage | None:
    async def look() -> PingPage | None:
        async with open_bidder(folder) as bidder:
            records = PingRecords(folder / "journal", Path("models"))
            return await show_ping(bidder.store, records, name, NOW + WEEKS + 60.0, looking or Looking())

    return asyncio.run(look())


@pytest.mark.parametrize("is_compacted", [False, True])
def test_ids_of_lines_and_bids_find_what_a_whole_search_finds(folder: Path, tmp_path: Path, is_compacted: bool) -> None:
    journal = tmp_path / "journal"
    journal.mkdir()
    for path in (folder / "journal").glob("*.jsonl"):
        (journal / path.name).write_bytes(path.read_bytes())
    keep(journal, catalogue())
    if is_compacted:
        list(compact(journal, LATER, lambda _name, _count: None))
    for line in every_ping(journal):
        wanted = find(journal, line.id)
        for name in (line.id, line.id.upper(), *line.bid_ids):
            assert lines_meant(journal, frozenset([name]), NOW + WEEKS + 60.0, Looking()) == wanted, name
    assert lines_meant(journal, frozenset(["f" * 24]), LATER, Looking()) == []
    assert lines_meant(journal, frozenset(["C" + "a" * 63]), LATER, Looking()) == []


def test_names_of_sellers_and_leads_find_it_too(folder: Path) -> None:
    async def look() -> list[AnyLine]:
        async with open_bidder(folder) as bidder:
            (lead_id,) = await bidder.store.leads_by_id("seller_lead_id", "lead-20")
            ids = await ids_meant(bidder.store, lead_id)
            assert ids == await ids_meant(bidder.store, "lead-20")
            return lines_meant(folder / "journal", ids, LATER, Looking())

    found = asyncio.run(look())
    assert [line.__struct_config__.tag for line in found] == ["ping", "repeat", "post", "notice"]
    unsold = lines_meant(folder / "journal", frozenset(["lead-3"]), LATER, Looking())
    assert [line.at for line in unsold] == [NOW + 1_800.0]


def test_a_page_tells_of_one_lead_from_ping_to_sale(folder: Path) -> None:
    page = shown(folder, "lead-20")
    assert page is not None
    assert page.decision is not None
    assert page.story is not None
    assert (page.decision.seller, page.story.lead_id != "", page.repeats, page.has_person) == ("acme", True, 1, True)
    assert [event.what for event in page.events] == ["ping", "post", "sale"]
    assert page.note == ""
    assert shown(folder, page.story.lead_id) == page
    assert shown(folder, page.decision.id) == page
    assert shown(folder, "nobody's") is None


def test_of_two_pings_of_one_name_the_newest_is_shown_and_the_other_is_named(folder: Path) -> None:
    bolt = next(line for line in every_ping(folder / "journal") if line.seller == "bolt")
    (journal_only,) = [page for page in [shown(folder, bolt.id)] if page is not None]
    assert journal_only.decision is not None
    assert journal_only.story is not None
    assert (journal_only.decision.reason_code, journal_only.story.lead_id) == ("outside_territory", "")
    assert OTHERS not in journal_only.note

    async def look() -> tuple[str, ...]:
        async with open_bidder(folder) as bidder:
            records = PingRecords(folder / "journal", Path("models"))
            found = await stories_of(bidder.store, records, ["lead-20", bolt.id, "none"], LATER, Looking())
            return tuple(story.seller for story in found)

    assert asyncio.run(look()) == ("bolt", "acme")


def test_who_has_no_time_is_told_that_something_may_be_missing(folder: Path) -> None:
    seconds = count()
    page = shown(folder, "lead-20", Looking(lambda: float(next(seconds)), 3.0))
    assert page is not None
    assert RAN_OUT in page.note
    assert page.story is not None
