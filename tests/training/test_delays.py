"""The delay curve is that of all conversions though most leads are young, and odd times are counted, not believed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.histories.delays import (
    ALL,
    delay_curves,
    judged_leads,
    last_known,
    maturity_days,
    outcome_times,
    share_known,
)
from training.histories.journaled import DatasetRules
from training.histories.labels import SoldDelays, sold_delays
from training.histories.scratch import scratch

DAY = 86_400.0
AT = 1.78e9
Array = np.ndarray[Any, Any]


def made_up(rows: int = 8_000, mean_days: float = 20.0, span_days: float = 120.0) -> tuple[Array, Array, float]:
    """When leads came, when they converted (NaN where not by the end), and the end."""
    random = np.random.default_rng(3)
    at = AT + np.sort(random.uniform(0.0, span_days, rows)) * DAY
    ends = at + random.exponential(mean_days, rows) * DAY
    until = float(at[-1])
    return at, np.where((random.random(rows) < 0.2) & (ends <= until), ends, np.nan), until


def test_the_curve_is_that_of_all_conversions_though_late_ones_are_still_to_come() -> None:
    at, ends, until = made_up()
    curve = delay_curves(outcome_times(at, ~np.isnan(ends), ends, until))[ALL]
    for days in (5.0, 20.0, 40.0):
        assert curve.share_by(days) == pytest.approx(1.0 - np.exp(-days / 20.0), abs=0.05)
    assert curve.rate == pytest.approx(0.2, abs=0.015)
    assert curve.settled
    assert maturity_days(curve) == pytest.approx(60.0, abs=10.0)
    # What is counted as it stands is too quick by far.
    assert np.quantile((ends - at)[~np.isnan(ends)] / DAY, 0.95) < 0.9 * maturity_days(curve)


def test_a_curve_that_still_rises_at_its_end_says_so() -> None:
    at, ends, until = made_up(mean_days=200.0)
    times = outcome_times(at, ~np.isnan(ends), ends, until)
    assert not delay_curves(times)[ALL].settled
    assert "lower bounds" in judged_leads(times, None).notes[0]


def test_of_few_conversions_there_is_no_curve_and_nothing_is_proposed() -> None:
    at, ends, until = made_up(200)
    leads = judged_leads(outcome_times(at, ~np.isnan(ends), ends, until), None)
    assert (leads.curves, leads.matures) == ({}, None)
    assert leads.kept.all()
    assert (leads.converted == ~np.isnan(ends)).all()
    named = judged_leads(outcome_times(at, ~np.isnan(ends), ends, until), 30.0)
    assert (named.kept == (at <= until - 30.0 * DAY)).all()


def test_a_seller_whose_leads_take_longer_has_a_curve_of_its_own() -> None:
    (at, quick, until), (_, slow, _) = made_up(8_000, 5.0), made_up(8_000, 30.0)
    seller = np.where(np.arange(8_000) % 2, "slow", "quick").astype(object)
    ends = np.where(seller == "slow", slow, quick)
    few = seller.copy()
    few[::40] = None
    times = outcome_times(at, ~np.isnan(ends), ends, until)
    curves = delay_curves(times, few)
    assert set(curves) == {ALL, "quick", "slow"}
    assert curves["slow"].quantile(0.5) > 3.0 * curves["quick"].quantile(0.5)
    known = share_known(curves, np.array([10.0, 10.0, 10.0, 99.0]), 90.0, np.array(["quick", "slow", None, "slow"]))
    assert known[0] > known[2] > known[1]
    assert known[3] == 1.0


def test_times_that_cannot_be_meant_are_counted_and_the_outcome_stays() -> None:
    at, ends, until = made_up()
    hit = ~np.isnan(ends)
    usual = delay_curves(outcome_times(at, hit, ends, until))[ALL]
    first, second, third, fourth, *_ = np.array_split(np.flatnonzero(hit)[:160], 4)
    ends[first] = np.nan
    ends[second] = at[second] - 40.0 * DAY
    ends[third] = until + 400.0 * DAY
    # A date beside a time, or a clock of another zone.
    ends[fourth] = at[fourth] - 10.0 * 3_600.0
    ends[np.flatnonzero(~hit)[:7]] = until
    times = outcome_times(at, hit, ends, until)
    assert [note.split(":")[0] for note in times.notes] == [
        "40 conversions without a time",
        "40 conversions before their lead",
        "40 conversions after the end of the data",
        "7 times of a conversion at leads that did not convert",
    ]
    assert (times.converted == hit).all()
    assert (times.delay[fourth] == 0.0).all()
    assert delay_curves(times)[ALL].quantile(0.9) == pytest.approx(usual.quantile(0.9), rel=0.15)
    # None of the slips moves the end of the data.
    assert last_known(at, np.array([until + 5.0, until + 6.0, until + 7.0, until + 9e9, until + 8e9])) == until + 7.0


def test_a_conversion_after_the_lead_was_mature_is_none() -> None:
    at, ends, until = made_up()
    leads = judged_leads(outcome_times(at, ~np.isnan(ends), ends, until), 30.0)
    late = ends - at > 30.0 * DAY
    assert not leads.converted[late].any()
    assert any(note.startswith(f"{late.sum():,} leads converted after 30 days") for note in leads.notes)
    # A young lead is kept where a quarter of its conversions is known.
    assert leads.kept[leads.seen >= 0.25].all()
    assert not leads.kept[leads.seen < 0.25].any()


def sold(folder: Path) -> SoldDelays:
    """What the tables of an export say: leads of 60 days, exported ten days after the last word of any."""
    random = np.random.default_rng(6)
    with scratch(folder) as database:
        at = AT + np.arange(1_200) / 20.0 * DAY
        ends, end = at + random.exponential(6.0, 1_200) * DAY, AT + 60.0 * DAY
        some = np.flatnonzero((random.random(1_200) < 0.4) & (ends <= end))
        database.do(
            "CREATE TABLE sale AS SELECT unnest(?::VARCHAR[]) AS lead_id, 'solar' AS vertical, 'acme' AS seller, "
            "unnest(?::DOUBLE[]) AS sold_at",
            [str(number) for number in range(1_200)],
            at.tolist(),
        )
        database.do(
            "CREATE TABLE outcome AS SELECT unnest(?::VARCHAR[]) AS lead_id, 'quoted' AS event, "
            "unnest(?::DOUBLE[]) AS occurred_at, occurred_at + 60.0 AS received_at",
            [str(number) for number in some],
            ends[some].tolist(),
        )
        return sold_delays(database, DatasetRules(now=end + 10.0 * DAY, conversion="qualified"), end + 10.0 * DAY)


def test_an_export_proposes_how_long_a_lead_may_take(tmp_path: Path) -> None:
    found = sold(tmp_path)
    assert set(found.curves) == {"solar"}
    assert set(found.curves["solar"]) == {ALL, "acme"}
    assert found.curves["solar"][ALL].quantile(0.5) == pytest.approx(6.0 * np.log(2.0), rel=0.2)
    assert found.maturity_days == pytest.approx(18.0, abs=4.0)
    # Nothing was heard in the ten days before the export: of these nobody knows anything.
    assert AT + 55.0 * DAY < found.known_until <= AT + 60.0 * DAY
