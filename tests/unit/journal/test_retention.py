"""In time the journal forgets who was pinged and not bought, and in the end the lines, but nothing under legal hold."""

from pathlib import Path

import pytest

from app.journal.compact import compact
from app.journal.lines import AnyLine, PingLine
from app.journal.parts import parts
from app.journal.reader import lines
from app.journal.retention import STRIPPED, RemovedLines, remove_old
from app.usecases.bidder import Bidder
from tests.bidder import another, ask, at_bidder, journaled, sell, somebody
from tests.build import NOW
from tests.journal import route, written

DAY_S = 86_400.0
BOUGHT, LOST = "lead-1", "lead-2"


@pytest.fixture
def traded(tmp_path: Path) -> list[AnyLine]:
    """A ping that was bought and one that was not, each with its id."""

    async def scene(bidder: Bidder) -> list[AnyLine]:
        bid = ask(bidder, **another(1))
        await sell(bidder, bid.ping_id, contact=somebody(1), **another(1))
        ask(bidder, now=NOW + 2.0, **another(2))
        return journaled(bidder, tmp_path)

    return at_bidder(tmp_path, scene)


def removed(
    journal: Path, now: float, sold: frozenset[str] = frozenset(), held: tuple[str, ...] = (), *, is_real: bool = True
) -> RemovedLines:
    """After `now`, with pings kept 30 days and lines 400."""
    return remove_old(journal, now - 30 * DAY_S, now - 400 * DAY_S, lambda _since, _until: sold, held, is_real=is_real)


def names(journal: Path) -> list[str]:
    return [line.ping.seller_lead_id for line in lines(journal) if isinstance(line, PingLine)]


def sold_in(traded: list[AnyLine]) -> frozenset[str]:
    first = traded[0]
    assert isinstance(first, PingLine)
    return frozenset(first.bid_ids[:1])


@pytest.mark.parametrize("form", ["lines", "parquet"])
def test_a_ping_that_was_not_bought_loses_its_person_after_its_time(
    traded: list[AnyLine], tmp_path: Path, form: str
) -> None:
    journal = tmp_path / "journal"
    if form == "parquet":
        list(compact(journal, NOW + 7_200.0, lambda _name, _lines: None))
    sold = sold_in(traded)
    assert removed(journal, NOW + 29 * DAY_S, sold) == RemovedLines()
    assert removed(journal, NOW + 31 * DAY_S, sold, is_real=False) == RemovedLines(lost_pings=1)
    assert names(journal) == [BOUGHT, LOST]
    assert removed(journal, NOW + 31 * DAY_S, sold) == RemovedLines(lost_pings=1)
    assert names(journal) == [BOUGHT, ""]
    assert len(list(lines(journal))) == len(traded)


def test_a_part_that_holds_no_one_is_not_read_again(
    traded: list[AnyLine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "journal"
    removed(journal, NOW + 31 * DAY_S, sold_in(traded))
    assert (journal / STRIPPED).exists()
    with monkeypatch.context() as patched:
        patched.setattr("app.journal.retention._strip", None)
        assert removed(journal, NOW + 31 * DAY_S, sold_in(traded)) == RemovedLines()
    written(journal, route(7))
    assert removed(journal, NOW + 31 * DAY_S, sold_in(traded)) == RemovedLines()


def test_lines_go_in_the_end(traded: list[AnyLine], tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    written(journal, route(8, NOW + 390 * DAY_S))
    now = NOW + 401 * DAY_S
    assert removed(journal, now, is_real=False).lines == len(traded)
    assert removed(journal, now) == RemovedLines(lines=len(traded))
    assert list(lines(journal)) == [route(8, NOW + 390 * DAY_S)]
    assert len(parts(journal)) == 1


def test_what_is_held_stays_until_the_hold_ends(traded: list[AnyLine], tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    assert removed(journal, NOW + 31 * DAY_S, held=(LOST,)) == RemovedLines(lost_pings=1)
    assert names(journal) == ["", LOST]
    assert removed(journal, NOW + 401 * DAY_S, held=(LOST,)) == RemovedLines(lines=len(traded) - 1)
    assert names(journal) == [LOST]
    assert removed(journal, NOW + 31 * DAY_S) == RemovedLines(lost_pings=1)
    assert removed(journal, NOW + 401 * DAY_S) == RemovedLines(lines=1)
    assert parts(journal) == []
