"""A person is taken out of the journal's lines, whatever form they have; what was decided stays, bit for bit."""

from pathlib import Path

import msgspec
import pytest

from app.journal.compact import compact
from app.journal.forget import forget_in_journal
from app.journal.lines import AnyLine, PingLine
from app.journal.parts import parts, texts
from app.journal.reader import lines
from app.journal.replay import redecide
from app.journal.writer import hour_file
from app.reports.hours import count_span, keep_tallies
from app.usecases.bidder import Bidder
from tests.bidder import another, ask, at_bidder, journaled, sell, somebody
from tests.build import NOW, catalogue
from tests.journal import route, written

THEIRS, OTHERS = "lead-1", "lead-2"
LEADID = "8B2E4F1A-93C7-4D5E-A6B1-7C0D2E9F3A48"


async def trade(bidder: Bidder, folder: Path) -> list[AnyLine]:
    """One that is bought, one that is not, each with ids, certificates and an address."""
    bid = ask(bidder, ip_address="73.26.127.0", leadid_token=LEADID, **another(1))
    await sell(bidder, bid.ping_id, contact=somebody(1), leadid_token=LEADID, **another(1))
    ask(bidder, now=NOW + 2.0, ip_address="73.26.128.0", **another(2))
    return journaled(bidder, folder)


@pytest.fixture
def traded(tmp_path: Path) -> list[AnyLine]:
    """A journal with them, in `tmp_path / "journal"`."""
    return at_bidder(tmp_path, lambda bidder: trade(bidder, tmp_path))


def content(journal: Path) -> bytes:
    return b"\n".join([text for part in parts(journal) for text in texts(part)])


@pytest.mark.parametrize("form", ["lines", "parquet"])
def test_who_is_forgotten_is_found_in_no_line_and_all_others_stay(
    traded: list[AnyLine], tmp_path: Path, form: str
) -> None:
    journal = tmp_path / "journal"
    if form == "parquet":
        list(compact(journal, NOW + 7_200.0, lambda _name, _lines: None))
        keep_tallies(journal)
    counted = count_span(journal, 0.0, float("inf"))
    first = traded[0]
    assert isinstance(first, PingLine)
    certificate = first.ping.trustedform_cert_url.rpartition("digest--")[2]
    assert THEIRS.encode() in content(journal)
    assert forget_in_journal(journal, frozenset([first.id[:16]])) == 1
    after = list(lines(journal))
    for word in (THEIRS, certificate, "73.26.127.0", first.ping.leadid_token):
        assert word.encode() not in content(journal)
    assert after[1:] == traded[1:]
    assert count_span(journal, 0.0, float("inf")) == counted
    assert forget_in_journal(journal, frozenset([first.id[:16]])) == 0
    assert OTHERS.encode() in content(journal)


def test_what_was_decided_is_decided_again_without_the_person(traded: list[AnyLine], tmp_path: Path) -> None:
    assert forget_in_journal(tmp_path / "journal", frozenset([THEIRS, OTHERS])) == 2
    decided = [line for line in lines(tmp_path / "journal") if isinstance(line, PingLine)]
    assert [line.decision for line in decided] == [line.decision for line in traded if isinstance(line, PingLine)]
    for line in decided:
        assert msgspec.json.encode(redecide(line, catalogue())) == msgspec.json.encode(line.decision)


def test_a_stump_that_a_kill_left_loses_the_person_too(tmp_path: Path) -> None:
    written(tmp_path, route(1))
    file = tmp_path / hour_file(NOW)
    stump = b'{"v":1,"kind":"ping","ping":{"seller_lead_id":"' + THEIRS.encode()
    file.write_bytes(file.read_bytes() + stump)
    assert forget_in_journal(tmp_path, frozenset([THEIRS])) == 1
    assert content(tmp_path).endswith(b'"seller_lead_id":"000000')
    assert list(lines(tmp_path)) == [route(1)]


def test_what_is_written_meanwhile_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_bidder(tmp_path, lambda bidder: trade(bidder, tmp_path))
    journal = tmp_path / "journal"
    before = len(list(lines(journal)))
    synced: list[int] = []

    def late(descriptor: int) -> None:
        """A service that had the file open adds to it while it is rewritten, and to a new one afterwards."""
        if not synced:
            (part,) = parts(journal)
            with part.path.open("ab") as file:
                file.write(content_of(9))
            written(journal, route(10))
        synced.append(descriptor)

    monkeypatch.setattr("app.journal.rewrite.os.fsync", late)
    assert forget_in_journal(journal, frozenset([THEIRS])) == 1
    assert len(list(lines(journal))) == before + 2
    assert THEIRS.encode() not in content(journal)


def content_of(number: int) -> bytes:
    return b'{"v":1,' + msgspec.json.encode(route(number))[1:] + b"\n"


def test_what_a_kill_left_half_written_is_swept(tmp_path: Path) -> None:
    written(tmp_path, route(1))
    for name in (".2026-11-20T12.jsonl.unfinished", ".2026-11-20T12-1.parquet.rows", ".2026-11-20T12-1.parquet.new"):
        (tmp_path / name).write_bytes(THEIRS.encode())
    forget_in_journal(tmp_path, frozenset([THEIRS]))
    assert [path.name for path in tmp_path.iterdir()] == [hour_file(NOW)]


def test_a_part_that_stands_there_twice_after_a_kill_is_cleaned_in_both_forms(tmp_path: Path) -> None:
    at_bidder(tmp_path, lambda bidder: trade(bidder, tmp_path))
    journal = tmp_path / "journal"
    former = (journal / hour_file(NOW)).read_bytes()
    list(compact(journal, NOW + 7_200.0, lambda _name, _lines: None))
    (part,) = parts(journal)
    part.path.with_suffix(".jsonl").write_bytes(former)
    assert forget_in_journal(journal, frozenset([THEIRS])) == 1
    assert not part.path.with_suffix(".jsonl").exists()
    assert THEIRS.encode() not in content(journal)
