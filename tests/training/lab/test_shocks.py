"""Days that do not go as planned, and buyers who may bid a few prices only."""

import json

import numpy as np
import pytest

from training.bootstrap import DAY_S
from training.lab.buyer import HouseBuyer
from training.lab.caps import arrivals
from training.lab.market import market
from training.lab.points import at_points
from training.lab.policies import true_landscape
from training.lab.truth import STEP_CENTS, draw
from training.landscape.auctions import columns_of
from training.main import main

HOUR_S = DAY_S / 24.0


def by_hour(traffic: str) -> list[int]:
    came = arrivals(traffic, 2_400)  # type: ignore[arg-type]
    assert np.all(np.diff(came) > 0.0)
    assert came[0] >= 0.0
    assert came[-1] < DAY_S
    counts: list[int] = np.histogram(came, 24, (0.0, DAY_S))[0].tolist()
    return counts


def test_leads_come_when_the_traffic_says() -> None:
    assert set(by_hour("flat")) == {100}
    afternoon = by_hour("afternoon")
    assert sum(afternoon[12:]) == pytest.approx(2 * sum(afternoon[:12]), abs=5)
    outage = by_hour("outage")
    assert sum(outage[10:14]) == 0
    assert min(outage[9], outage[14]) > 100
    burst = by_hour("burst")
    assert burst[14] == pytest.approx(5 * burst[3], abs=5)


def test_a_market_is_explored_at_the_points_alone() -> None:
    world = draw(2_000, 3, "steps")
    assert set(np.unique(world.top).tolist()) <= {0.0, *STEP_CENTS.tolist()}
    held = market(world, columns_of(world.visible), 1, 400, 3)
    points = at_points(held, (500, 3_501, 5_001), 3)
    assert set(points.log.bid_cents.tolist()) == {500.0, 3_501.0, 5_001.0}
    rates = [points.log.won[points.log.bid_cents == point].mean() for point in (500.0, 3_501.0, 5_001.0)]
    assert rates == sorted(rates)
    bids = HouseBuyer(points, true_landscape(points)).bids(points.evaluated[:200])
    assert {500.0, 3_501.0, 5_001.0} <= set(bids.tolist()) <= {0.0, 500.0, 3_501.0, 5_001.0}


@pytest.mark.long
def test_price_points_earn_nearly_what_the_best_table_of_the_log_does(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--rivals", "steps", "--price-points", "5", "35", "50", "75", "--seeds", "2", "--per-seed", "20000"]
    assert main(["simulate", *words, "--json"]) == 0
    share = {row["policy"]: row["share_of_clairvoyant"] for row in json.loads(capsys.readouterr().out)}
    assert share["ours"] > 0.99 * share["table"]


@pytest.mark.parametrize("words", [["--traffic", "burst"], ["--market", "caps", "--price-points", "5"]])
def test_what_does_not_go_together_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *words]) == 2
    assert "--market" in capsys.readouterr().err
