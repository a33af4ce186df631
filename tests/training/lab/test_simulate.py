"""The house market orders policies as auctions do, the same way each time, and never lets a cap be overrun."""

import json

import msgspec
import numpy as np
import pytest

from training.commands.simulate import reading
from training.lab.caps import pace
from training.lab.compare import PacedResult, PolicyResult, compare
from training.lab.market import HouseMarket, market
from training.lab.truth import FLAT_CENTS, RESERVE_CENTS, TOP, HouseWorld, draw, win_probability
from training.landscape.auctions import columns_of
from training.main import main

ROWS, BIDS = 4_000, 1_600


@pytest.fixture(scope="module")
def held() -> HouseMarket:
    world = draw(ROWS, 3, "house")
    return market(world, columns_of(world.visible), 1, BIDS, 3)


@pytest.fixture(scope="module")
def results(held: HouseMarket) -> dict[str, PolicyResult]:
    return {result.policy: result for result in compare(held, lambda _: None)}


@pytest.mark.long
def test_policies_stand_as_theory_has_it(results: dict[str, PolicyResult]) -> None:
    share = {name: result.share_of_clairvoyant for name, result in results.items()}
    assert share["clairvoyant"] == 1.0
    assert abs(share["truthful"]) < 0.01
    assert results["truthful"].realised_share <= 0.05
    assert share["ours"] > 0.85 * share["true_landscape"]
    assert share["ours"] > share["logistic"]
    assert share["ours"] > share["constant_shade"]
    assert share["true_landscape"] < 1.0
    assert 0.0 < share["ours_exploring"] < share["ours"]


@pytest.mark.long
def test_caps_are_kept_and_paced_best_by_shadow_prices(held: HouseMarket) -> None:
    paced: dict[str, PacedResult] = {way.policy: way for way in pace(held, "caps", lambda _: None)}
    assert max(way.win_share for way in paced.values()) <= 0.15
    share = {name: way.share_of_best_fixed for name, way in paced.items()}
    assert share["best_fixed"] == 1.0
    assert share["ours"] > 0.93
    assert share["ours"] > max(share["greedy"], share["throttle"], share["scaling"])


@pytest.mark.parametrize("rivals", ["house", "flat", "tails", "many", "lumpy", "steps"])
@pytest.mark.parametrize("winners", [1, TOP])
def test_the_true_landscape_is_the_share_that_wins(rivals: str, winners: int) -> None:
    world: HouseWorld = draw(4_000, 5, rivals)  # type: ignore[arg-type]
    # Some of them are prices that rivals bid exactly, who then win.
    atoms = FLAT_CENTS[[9, 20]].tolist()
    bids = np.broadcast_to(np.array([600.0, 1_500.0, 3_500.0, *atoms, 5_000.0, 7_500.0, 15_000.0]), (4_000, 8))
    predicted = win_probability(world, bids, winners).mean(0)
    won = (bids > world.top[:, [winners - 1]]).mean(0)
    assert np.abs(predicted - won).max() < 0.03
    assert win_probability(world, np.full((4_000, 1), RESERVE_CENTS - 1.0), winners).max() == 0.0


def test_one_seed_is_one_market(held: HouseMarket) -> None:
    again = draw(ROWS, 3, "house")
    assert msgspec.structs.asdict(again)["top"].tolist() == held.world.top.tolist()
    assert draw(ROWS, 4, "house").top.tolist() != held.world.top.tolist()


@pytest.mark.long
def test_the_command_prints_one_object_a_policy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--market", "top3", "--seeds", "1", "--per-seed", "2000", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    names = [
        "clairvoyant",
        "truthful",
        "constant_shade",
        "ortb",
        "logistic",
        "monotone_boosting",
        "ours",
        "true_landscape",
    ]
    assert set(names) <= {policy["policy"] for policy in told}
    keys = {"policy", "win_share", "share_of_clairvoyant", "realised_share", "surplus_per_ping"}
    assert all(keys <= policy.keys() for policy in told)


def test_the_figures_say_how_far_they_can_be_trusted() -> None:
    shares = {"clairvoyant": [1.0, 1.0], "ortb": [0.5, 0.6], "ours": [0.6, 0.5], "ours_exploring": [0.7, 0.7]}
    rows = [
        {"policy": name, "share_of_clairvoyant": sum(each) / 2, "by_seed": {"share_of_clairvoyant": each}}
        for name, each in shares.items()
    ]
    assert "does not know the market in 1 of 2 seeds." in reading(2, rows)
    assert reading(1, rows).startswith("One seed shows no spread")
    assert reading(2, rows[:1]) == "+- is the standard deviation over the seeds."


def test_too_few_leads_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", "--per-seed", "100"])
    assert "--per-seed" in capsys.readouterr().err
    assert main(["simulate", "--per-seed", "3000", "--bids", "2000"]) == 2
    assert "--bids takes 300 to 1,500" in capsys.readouterr().err
    assert main(["simulate", "--leads", "leads.csv"]) == 2
    assert "--leads needs --spec" in capsys.readouterr().err
