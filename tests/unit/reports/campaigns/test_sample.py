"""Samples are even, the same whoever reads, and read again only where something changed."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.domain.pricing.landscape import OrtbCurve
from app.journal.compact import compact
from app.journal.lines import PingLine, PostLine
from app.journal.writer import JournalWriter
from app.reports.campaigns import sample as sampling
from app.reports.campaigns.sample import JournalSample, LiveCurves, Sample
from app.scoring.landscape import parse_landscape
from app.usecases.bidder import Bidder
from tests.bidder import NOW, another, ask, at_bidder, journaled, last_ping, sell, somebody
from tests.build import catalogue, model, seller
from tests.journal import written
from tests.models import landscape_of

CURVES = LiveCurves(models={"solar": model()}, sellers={"acme": seller()}, zone="America/Chicago")
HOUR = 3_600.0


def read(folder: Path, curves: LiveCurves = CURVES) -> Sample:
    return JournalSample(folder).between(NOW - HOUR, NOW + HOUR, curves)


def a_line(folder: Path) -> PingLine:
    """A real line of a ping with bids on both legs."""

    async def scene(bidder: Bidder) -> PingLine:
        ask(bidder)
        return last_ping(bidder, folder)

    return at_bidder(folder, scene)


def test_a_sample_holds_bids_posts_and_refusals_of_real_pings(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> str:
        bid = ask(bidder, **another(1), sub_id="s1")
        ask(bidder, **another(1), sub_id="s1")
        ask(bidder, test=True, **another(2))
        ask(bidder, zip="90001", state="CA", **another(3))
        await sell(bidder, bid.ping_id, contact=somebody(1), sub_id="s1", **another(1))
        journaled(bidder, tmp_path)
        return bid.ping_id

    won = at_bidder(tmp_path, scene, catalogue())
    found = read(tmp_path / "journal")
    first, second = found.pings
    assert (first.source, first.state, [bid.offer.leg for bid in first.bids]) == ("s1", "TX", ["exclusive", "shared"])
    assert (second.refusal, second.bids, second.refused) == ("outside_territory", (), ())
    assert found.posted == {won} == {first.bids[0].id}
    assert found.whole == 2
    assert found.from_time(NOW + 1.0).pings == ()


def test_of_too_many_pings_a_sample_stands_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "PINGS_AN_HOUR", 100)
    line = a_line(tmp_path)
    many = [replace(line, id=f"{number:024x}") for number in range(1_500)]
    journal = written(tmp_path / "copies", *many)
    rests: list[None] = []
    found = JournalSample(journal, lambda: rests.append(None)).between(NOW - HOUR, NOW + HOUR, CURVES)
    assert 30 < len(found.pings) <= 100
    assert {ping.weight for ping in found.pings} == {16}
    assert 1_000 < found.whole < 2_000
    assert len(rests) > 1_500 // 200
    assert list(compact(journal, NOW + 2 * HOUR, lambda _name, _done: None))
    again = read(journal)
    assert [ping.bids[0].id for ping in again.pings] == [ping.bids[0].id for ping in found.pings]
    assert again.whole == found.whole


def test_an_hour_is_read_again_where_it_or_a_model_changed(tmp_path: Path) -> None:
    journal = written(tmp_path / "copies", a_line(tmp_path))
    rests: list[None] = []
    sample = JournalSample(journal, lambda: rests.append(None))
    first = sample.between(NOW - HOUR, NOW + HOUR, CURVES)
    kept = sample.between(NOW - HOUR, NOW + HOUR, CURVES)
    assert kept.pings[0] is first.pings[0]
    writer = JournalWriter(journal)
    won = first.pings[0].bids[0].id
    writer.append(PostLine(at=NOW + 1.0, seller="acme", ping_id=won, status="accepted", campaign="solar-tx"))
    writer.flush()
    assert sample.between(NOW - HOUR, NOW + HOUR, CURVES).posted == {won}
    learned = parse_landscape(landscape_of("solar", ["acme", "bluebird"]), "solar")
    other = sample.between(NOW - HOUR, NOW + HOUR, replace(CURVES, models={"solar": model(landscape=learned)}))
    curves = [bid.curve for bid in other.pings[0].bids]
    assert first.pings[0].bids[0].curve == OrtbCurve(half_cents=2_000)
    assert curves[0] != first.pings[0].bids[0].curve
    assert curves[1] == OrtbCurve(half_cents=1_200), "nothing was learned of the shared leg"


def test_the_curve_of_a_bid_is_the_one_that_decided_it(tmp_path: Path) -> None:
    learned = parse_landscape(landscape_of("solar", ["acme", "bluebird"]), "solar")
    models = [model(landscape=learned)]

    async def scene(bidder: Bidder) -> PingLine:
        ask(bidder)
        return last_ping(bidder, tmp_path)

    line = at_bidder(tmp_path, scene, catalogue(models=models))
    curves = replace(CURVES, models={"solar": models[0]})
    for offer, curve in zip(line.decision.bids, curves.of(line), strict=True):
        assert curve is not None
        assert curve.win_probability(offer.price_cents) == offer.win_probability


def test_what_comes_in_a_day_is_reckoned_from_where_the_journal_begins(tmp_path: Path) -> None:
    journal = written(tmp_path / "copies", a_line(tmp_path))
    assert JournalSample(journal).between(NOW - 24 * HOUR, NOW + HOUR, CURVES).since == NOW
    assert JournalSample(tmp_path / "none").between(NOW - HOUR, NOW, CURVES).pings == ()


def test_hours_of_another_version_are_left_out_and_counted(tmp_path: Path) -> None:
    journal = written(tmp_path / "copies", a_line(tmp_path))
    next(journal.glob("*.jsonl")).write_bytes(b'{"v":2,"kind":"ping"}\n')
    assert read(journal).unread == 1
