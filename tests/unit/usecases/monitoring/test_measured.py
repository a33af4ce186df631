"""What takes a while to find out is found out beside the scrapes: calibration, scores, alerts, the disk."""

from pathlib import Path

import pytest

from app.domain.alerts.alert import Alert, alert
from app.usecases.bidder import Bidder
from app.usecases.monitoring.measured import CALIBRATE_S, MeasuredGauges, quantile
from app.usecases.trade.model_outcomes import ModelOutcomes
from app.wire.feedback import Outcome
from tests.bidder import NOW, another, ask, at_bidder, sell, somebody
from tests.build import campaign, catalogue, model

DAY = 86_400.0


def measured(bidder: Bidder, journal: Path, alerts: tuple[Alert, ...] = ()) -> MeasuredGauges:
    outcomes = ModelOutcomes(bidder.store, lambda: None)
    return MeasuredGauges(bidder, journal, lambda: {("solar", "1"): {-16: 3, -8: 1}}, lambda: alerts, outcomes)


async def bought(bidder: Bidder, leads: int, converted: int) -> None:
    for number in range(leads):
        bid = ask(bidder, **another(number))
        answer = await sell(bidder, bid.ping_id, contact=somebody(number), **another(number))
        if number < converted:
            told = Outcome(lead_id=answer.lead_id, event="sold", event_id=f"e{number}", occurred_at=NOW + DAY)
            await bidder.store.record_outcome(told, NOW + DAY)


def test_matured_leads_of_the_database_are_judged(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await bought(bidder, 4, converted=1)
        watch = measured(bidder, tmp_path)
        await watch.look(NOW + 10 * DAY)
        assert bidder.metrics.shown("model_matured_leads") == {}
        # It is asked again after an hour alone.
        await watch.look(NOW + 10 * DAY + CALIBRATE_S / 2)
        await watch.look(NOW + 15 * DAY)
        assert bidder.metrics.shown("model_matured_leads") == {("solar", "1"): 4}
        assert bidder.metrics.shown("model_predicted_ratio") == {("solar", "1"): 0.3}
        assert bidder.metrics.shown("model_converted_ratio") == {("solar", "1"): 0.25}

    at_bidder(tmp_path, scene, catalogue([campaign()], models=[model(0.3)]))


def test_scores_alerts_and_the_disk_show(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        found = (alert("no_model", "a"), alert("no_model", "b"), alert("disk_full", "c"))
        watch = measured(bidder, tmp_path, found)
        await watch.look(NOW)
        shown = bidder.metrics.shown
        assert shown("alerts_open") == {("no_model", "warning"): 2, ("disk_full", "critical"): 1}
        assert shown("model_scored_bids") == {("solar", "1"): 4}
        assert [key[2] for key in shown("model_score_ratio")] == ["0.1", "0.5", "0.9"]
        assert 0 < shown("disk_free_bytes")[()] < shown("disk_size_bytes")[()]
        assert watch.free_bytes == shown("disk_free_bytes")[()]

    at_bidder(tmp_path, scene)


def test_a_disk_that_is_gone_has_no_free_space_that_anybody_knows(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        watch = measured(bidder, tmp_path / "gone")
        await watch.look(NOW)
        assert watch.free_bytes is None

    at_bidder(tmp_path, scene)


def test_calibration_waits_while_the_database_is_away(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await bought(bidder, 1, converted=0)
        (tmp_path / "leadbid.db").unlink()
        await measured(bidder, tmp_path).look(NOW + 15 * DAY)

    at_bidder(tmp_path, scene)


def test_a_quantile_is_the_score_that_so_many_do_not_exceed() -> None:
    # Steps are eighths of a doubling: -16 is a quarter and a little more.
    counts = {-16: 80, -8: 15, 0: 5}
    assert quantile(counts, 0.1) == quantile(counts, 0.5) == pytest.approx(0.25 * 2 ** (1 / 16))
    assert quantile(counts, 0.9) == pytest.approx(0.5 * 2 ** (1 / 16))
    assert quantile(counts, 0.99) == 1.0
