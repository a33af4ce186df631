"""Pings found, page by page: what a plain reading of every line would find, whatever the form of the journal."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, cast
from unittest.mock import Mock

import pytest
from msgspec.structs import replace

from app.domain.reasons import Refusal
from app.journal.compact import compact
from app.journal.lines import RefusedLine
from app.journal.looking import Looking
from app.journal.reader import lines
from app.journal.summary import summarize
from app.reports.pings import rows as rows_module
from app.reports.pings.rows import PingRow, SoughtPings, place_text, read_place
from app.reports.pings.search import find_pings
from app.usecases.answer_ping import refuse_ping
from app.usecases.bidder import Bidder
from app.usecases.limits.keyless import KeylessRefusals
from tests.bidder import another, ask, at_bidder, journaled, sell, somebody
from tests.build import NOW, campaign, catalogue, seller
from tests.journal import as_written, route, written
from tests.table import each_row

HOUR_S = 3_600.0
TWO = catalogue([campaign(), campaign(name="second", ceiling_cents=900)], sellers=[seller(), seller(name="bolt")])


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some hours of two sellers: bids, refusals, sales, refused posts, tests, what was too fast and what unreadable."""
    folder = tmp_path_factory.mktemp("journal")

    async def scene(bidder: Bidder) -> None:
        sellers = list(bidder.catalogue.sellers.values())
        for number in range(60):
            at, who = NOW + number * 401.0, sellers[number % 2]
            place: dict[str, Any] = {"zip": "90001", "state": "CA"} if number % 5 == 0 else {}
            answer = ask(bidder, seller=who, now=at, test=number % 11 == 3, **another(number), **place)
            if answer.bids and number % 3 == 0:
                await sell(
                    bidder, answer.ping_id, seller=who, now=at + 1.0, contact=somebody(number), **another(number)
                )
            if answer.bids and number % 7 == 0:
                await sell(bidder, "A" * 64, seller=who, now=at + 2.0, contact=somebody(number), **another(number))
            if number % 13 == 0:
                refuse_ping(bidder, who, Refusal("invalid_field", "zip: five digits"), at)
        journaled(bidder, folder)

    at_bidder(folder, scene, TWO)
    return folder / "journal"


def every_row(journal: Path) -> list[PingRow]:
    texts = map(as_written, lines(journal))
    read = [summarize(text, journal) for text in texts]
    found = [row for line in read if line is not None and (row := rows_module.row_of(line)) is not None]
    return sorted(found, key=lambda row: row.place, reverse=True)


def pages(journal: Path, sought: SoughtPings, looking: Any = Looking) -> list[PingRow]:
    found: list[PingRow] = []
    for _ in range(500):
        page = find_pings(journal, sought, looking())
        assert len(page.rows) <= sought.limit
        found += page.rows
        if not page.next:
            assert page.is_whole
            return found
        sought = replace(sought, before=read_place(page.next))
    raise AssertionError("the pages have no end")


SOUGHT: list[dict[str, Any]] = [
    {},
    {"seller": "bolt"},
    {"seller": "nobody"},
    {"zip": "90001"},
    {"state": "TX", "outcome": "bid"},
    {"campaign": "solar-tx"},
    {"campaign": "elsewhere"},
    {"outcome": "no_bid"},
    {"reason": "outside_territory"},
    {"reason": "invalid_field", "seller": "acme"},
    {"outcome": "post_refused"},
    {"outcome": "post_refused", "reason": "ping_unknown"},
    {"since": NOW + 4_010.0, "until": NOW + 9_000.0},
]


@each_row("wanted", SOUGHT, ids=str)
@each_row("limit", [1, 7, 500])
def test_every_page_together_is_what_a_plain_reading_finds(journal: Path, wanted: dict[str, Any], limit: int) -> None:
    sought = SoughtPings(**wanted, limit=limit)
    expected = [row for row in every_row(journal) if rows_module.is_sought(row, sought)]
    assert pages(journal, sought) == expected
    assert bool(expected) == (wanted.get("seller") != "nobody" and wanted.get("campaign") != "elsewhere")


def test_a_compacted_journal_has_the_same_rows(journal: Path, tmp_path: Path) -> None:
    for path in journal.glob("*.jsonl"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    list(compact(tmp_path, NOW + 4 * HOUR_S, lambda _name, _count: None))
    assert {path.suffix for path in tmp_path.iterdir()} >= {".parquet", ".jsonl"}
    for wanted in SOUGHT:
        sought = SoughtPings(**wanted, limit=9)
        assert pages(tmp_path, sought) == pages(journal, sought), wanted


def dealt(journal: Path, folder: Path) -> Path:
    """The same lines as three workers would have written them, each every third."""
    for path in journal.glob("*.jsonl"):
        hour = path.name.removesuffix(".jsonl")
        for number, text in enumerate(path.read_bytes().splitlines(keepends=True)):
            with (folder / f"{hour}.{number % 3 + 1}.jsonl").open("ab") as file:
                file.write(text)
    return folder


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_lines_of_several_writers_have_the_same_rows(journal: Path, tmp_path: Path, limit: int) -> None:
    folder = dealt(journal, tmp_path)
    for wanted in SOUGHT:
        sought = SoughtPings(**wanted, limit=limit)
        assert pages(folder, sought) == pages(journal, sought), wanted
    list(compact(folder, NOW + 4 * HOUR_S, lambda _name, _count: None))
    assert pages(folder, SoughtPings(limit=limit)) == pages(journal, SoughtPings(limit=limit))


def test_a_page_of_several_writers_of_whom_one_was_not_looked_at_claims_nothing_between(
    journal: Path, tmp_path: Path
) -> None:
    folder = dealt(journal, tmp_path)
    seconds = count()
    page = find_pings(folder, SoughtPings(limit=1), Looking(lambda: float(next(seconds)), 2.0))
    assert len(page.rows) == 1
    assert (page.looked_back_to, page.next, page.is_whole) == (None, "", False)


def test_who_has_no_time_finds_all_the_same_on_more_pages(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.journal.looking.BLOCK", 4_096)

    def hurried() -> Looking:
        seconds = count()
        return Looking(lambda: float(next(seconds)), 3.0)

    sought = SoughtPings(reason="outside_territory")
    page = find_pings(journal, sought, hurried())
    assert not page.is_whole
    assert page.looked_back_to is not None
    assert page.next == place_text((page.looked_back_to, ""))
    assert pages(journal, sought, hurried) == pages(journal, sought)


def test_many_pings_of_one_moment_are_not_lost_between_pages(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        for number in range(40):
            ask(bidder, **another(number))
        journaled(bidder, tmp_path)

    at_bidder(tmp_path, scene)
    found = pages(tmp_path / "journal", SoughtPings(limit=7))
    assert len({row.id for row in found}) == len(found) == 40


def test_lines_that_came_late_stand_where_they_belong_and_few_others_are_taken_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(1)
    # Five a second, each written up to nine seconds after its ping came.
    came = sorted((NOW + number / 5.0 for number in range(600)), key=lambda at: at + chance.uniform(0.0, 9.0))
    written(tmp_path, *[route(round(at * 5.0), at) for at in came])
    expected = every_row(tmp_path)
    taken_apart = Mock(wraps=summarize)
    monkeypatch.setattr("app.reports.pings.search.summarize", taken_apart)
    assert list(find_pings(tmp_path, SoughtPings(limit=20), Looking()).rows) == expected[:20]
    assert taken_apart.call_count < 80
    assert pages(tmp_path, SoughtPings(limit=20)) == expected


def test_counts_of_what_had_no_key_have_a_row_for_each_reason_and_hide_no_ping(tmp_path: Path) -> None:
    refusals = KeylessRefusals()
    for reason in ("auth_failed", "invalid_field"):
        refusals.add("ping", Refusal(reason), NOW, test=False)
    for number in range(90):
        written(tmp_path, route(number, NOW + number))
        written(tmp_path, *cast(Iterator[RefusedLine], refusals.lines(NOW + number)))
    found = pages(tmp_path, SoughtPings(limit=20))
    assert found == every_row(tmp_path)
    assert len(found) == 92


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "2026-11-20T16.jsonl").write_bytes(b'{"v":99,"kind":"ping","at":1,"seller":"acme"}\n')
    found = find_pings(tmp_path, SoughtPings(), Looking())
    assert "this leadbid reads version 1" in found.trouble
    assert not found.is_whole
    assert find_pings(tmp_path / "nothing", SoughtPings(), Looking()).is_whole


@each_row("place", [(NOW, "abc"), (NOW + 0.123456, "")])
def test_a_place_is_read_as_it_is_written(place: tuple[float, str]) -> None:
    assert read_place(place_text(place)) == place
