"""Lines read back, of a span of time or of one ping."""

from pathlib import Path

import pytest

from app.journal.compact import compact
from app.journal.lines import NoticeLine, PingLine, PostLine, RepeatLine
from app.journal.reader import find, lines
from app.journal.writer import hour_file
from app.usecases.bidder import Bidder
from tests.bidder import another, ask, at_bidder, journaled, sell
from tests.build import NOW
from tests.journal import route, written

HOUR_S = 3_600.0


def test_every_kind_of_line_comes_back_as_it_went(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> PingLine:
        ask(bidder)
        ask(bidder, zip="90001", state="CA", **another(2))
        ask(bidder, took_ms=900.0, **another(3))
        decided = [line for line in journaled(bidder, tmp_path) if isinstance(line, PingLine)]
        assert len(decided) == 3
        assert decided[2].withdrawn is not None
        return decided[0]

    ping = at_bidder(tmp_path, scene)
    kept = (
        ping,
        RepeatLine(at=NOW, seller="acme", id="b", repeat_of="a"),
        route(1),
        PostLine(at=NOW, seller="acme", ping_id="b", status="accepted", lead_id="l", price_cents=1, kept=True),
        NoticeLine(at=NOW, seller="acme", ping_id="b", result="lost", price_cents=2_500),
        NoticeLine(at=NOW, seller="acme", ping_id="b", result="won"),
    )
    assert tuple(lines(written(tmp_path / "again", *kept))) == kept


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (0.0, float("inf"), [0, 1, 2]),
        (NOW, NOW, [0]),
        (NOW + 0.5, NOW + HOUR_S, [1]),
        (NOW + HOUR_S, float("inf"), [1, 2]),
        (NOW + 3 * HOUR_S, float("inf"), []),
        (0.0, NOW - 1.0, []),
    ],
)
def test_a_span_holds_both_its_ends(tmp_path: Path, since: float, until: float, found: list[int]) -> None:
    every = [route(number, NOW + number * HOUR_S) for number in range(3)]
    assert list(lines(written(tmp_path, *every), since, until)) == [every[number] for number in found]


def test_files_are_read_oldest_first(tmp_path: Path) -> None:
    late, early = route(1, NOW + 20 * HOUR_S), route(2)
    assert list(lines(written(tmp_path, late, early))) == [early, late]


@pytest.mark.parametrize(
    "rubbish", [b'{"kind":"endpoint","at":17', b"\xff\xfe\n", b"{}\n", b"\n", b'{"v":1,"kind":"later"}\n']
)
def test_what_is_no_line_is_passed_over(tmp_path: Path, rubbish: bytes) -> None:
    file = written(tmp_path, route(1)) / hour_file(NOW)
    file.write_bytes(file.read_bytes() + rubbish)
    assert list(lines(tmp_path)) == [route(1)]


def test_without_a_journal_there_is_nothing(tmp_path: Path) -> None:
    assert list(lines(tmp_path / "none")) == []
    assert find(tmp_path / "none", "a") == []


def test_a_ping_is_found_by_any_id_that_was_ever_told(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        ask(bidder, now=NOW + 1.0)
        await sell(bidder, bid.ping_id, now=NOW + 2.0)
        refusal = ask(bidder, zip="90001", state="CA", **another(2))
        decided, repeat, post, refused = journaled(bidder, tmp_path)
        folder = tmp_path / "journal"
        assert isinstance(decided, PingLine)
        for name in (decided.id, *decided.bid_ids):
            assert find(folder, name) == [decided, repeat, post]
        assert find(folder, refusal.ping_id) == [refused]

    at_bidder(tmp_path, scene)


def test_what_is_said_of_one_leg_is_found_by_the_other_also_in_compacted_hours(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        other = bid.bids[1].bid_id
        await sell(bidder, other, now=NOW + 2.0)
        told = written(
            tmp_path / "journal",
            *journaled(bidder, tmp_path),
            NoticeLine(at=NOW + 7_200.0, seller="acme", ping_id=other, result="won", price_cents=900),
        )
        before = find(told, bid.ping_id)
        assert [type(line) for line in before[-3:]] == [PingLine, PostLine, NoticeLine]
        assert [part.name for part in compact(told, NOW + 86_400.0, lambda *_: None)]
        for name in (bid.ping_id, other):
            assert find(told, name) == before

    at_bidder(tmp_path, scene)


def test_without_its_decision_what_was_said_of_a_ping_is_found_all_the_same(tmp_path: Path) -> None:
    repeat = RepeatLine(at=NOW, seller="acme", id="b", repeat_of="a")
    notice = NoticeLine(at=NOW, seller="acme", ping_id="b", result="won")
    written(tmp_path, repeat, notice)
    assert find(tmp_path, "a") == find(tmp_path, "b") == [repeat, notice]


def test_an_id_is_found_as_a_whole_and_only_as_an_id(tmp_path: Path) -> None:
    written(tmp_path, route(1))
    assert find(tmp_path, f"{1:024x}") == [route(1)]
    for part in ("0" * 23, "acme", "missing_field"):
        assert find(tmp_path, part) == []
