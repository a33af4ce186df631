"""A landscape is learned from a vertical's own auctions where it predicts the newest of them better than before."""

from math import log
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from app.scoring.landscape import FILE, parse_landscape
from tests.bids import bid, write_bids
from training.conversion.features import Column
from training.histories.bids import LoggedBid
from training.retraining.market import DEMANDS, LearnedMarket, contest, market

WON = np.array([1, 0, 0, 1])
COLUMNS = (Column("tier", "category"), Column("bill", "number"))


def auctions(rows: int, seed: int = 1, said: float | None = None, **other: Any) -> list[LoggedBid]:
    """Bids of which one at 40 % of the lead's value wins half; `said` is what was told before, by default the truth."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(rows):
        worth, ratio = float(random.lognormal(10.6, 0.4)), float(random.uniform(0.1, 0.9))
        true = 1.0 / (1.0 + np.exp(-3.0 * np.log(ratio / 0.4)))
        told = {
            "worth": worth,
            "probability": 0.1,
            "price_cents": int(0.1 * worth * ratio),
            "floor_cents": 0,
            "win_probability": float(true) if said is None else said,
            "won": bool(random.random() < true),
            "seller": "acme" if number % 3 else "bluebird",
        }
        made.append(bid(number + 10_000 * seed, **{**told, **other}))
    return made


def learned(folder: Path, made: list[LoggedBid], ratio: Any = lambda _: 1.0) -> LearnedMarket:
    write_bids(folder / "bids.parquet", made)
    return market(folder / "bids.parquet", "solar", COLUMNS, ratio, folder, lambda _: None)


def keep(folder: Path, found: LearnedMarket) -> Any:
    """What the service makes of it, from a file beside a scorer."""
    (folder / FILE).write_bytes(msgspec.json.encode(found.artefact))
    return parse_landscape((folder / FILE).read_bytes(), "solar")


def test_a_hundred_auctions_show_that_what_was_declared_is_wrong(tmp_path: Path) -> None:
    found = learned(tmp_path, auctions(480, said=0.9))
    told = found.contests["exclusive"]
    assert told.bids == 120
    assert told.challenger.log_loss < told.constant.log_loss < told.champion.log_loss
    (gate,) = found.gates
    assert (gate.name, gate.passed) == ("predicts exclusive wins", True)
    curve = keep(tmp_path, found).curve("acme", "exclusive", {"tier": "good", "bill": 150.0}, 4_000.0)
    assert curve.win_probability(1_600) == pytest.approx(0.5, abs=0.15)
    assert curve.win_probability(600) < 0.25 < 0.75 < curve.win_probability(3_600)
    assert found.told == "480 exclusive auctions"


def test_what_was_said_truly_is_not_bettered(tmp_path: Path) -> None:
    found = learned(tmp_path, auctions(160))
    assert not found.gates[0].passed
    assert found.artefact is None
    assert found.contests["exclusive"].bids == 40


def test_too_few_auctions_are_counted(tmp_path: Path) -> None:
    found = learned(tmp_path, auctions(DEMANDS.rows_min - 1, said=0.9))
    assert (found.artefact, found.contests) == (None, {})
    assert found.few[0].startswith(f"too few exclusive auctions: {DEMANDS.rows_min - 1}, ")
    lost = learned(tmp_path, auctions(200, said=0.9, won=False))
    assert lost.few == ("too few exclusive auctions: 200, 0 won and 200 lost; it takes 60, and 15 of each",)
    assert learned(tmp_path, []).few == ()


def test_each_leg_has_its_own_and_a_former_one_goes_on(tmp_path: Path) -> None:
    exclusive = learned(tmp_path, auctions(120, said=0.9))
    keep(tmp_path, exclusive)
    shared = learned(tmp_path, auctions(120, seed=2, said=0.95, leg="shared"))
    assert shared.artefact is not None
    assert {leg.leg for leg in shared.artefact.legs} == {"exclusive", "shared"}
    both = keep(tmp_path, shared)
    assert both.curve("acme", "exclusive", {}, 4_000.0) is not None
    assert both.curve("acme", "shared", {}, 4_000.0) is not None
    assert both.curve("stranger", "shared", {}, 4_000.0) is None


def test_bids_below_the_sellers_floor_say_nothing_of_rivals(tmp_path: Path) -> None:
    below = [msgspec.structs.replace(each, floor_cents=99_999) for each in auctions(200, seed=3, said=0.9)]
    assert learned(tmp_path, below).few == ()
    assert learned(tmp_path, [*auctions(120, said=0.9), *below]).told == "120 exclusive auctions"


def test_a_newer_scorers_values_are_those_that_rivals_are_held_against(tmp_path: Path) -> None:
    found = learned(tmp_path, auctions(240, said=0.9), lambda _: 2.0)
    curve = keep(tmp_path, found).curve("acme", "exclusive", {}, 8_000.0)
    assert curve.win_probability(1_600) == pytest.approx(0.5, abs=0.15)


def test_log_loss_is_the_mean_surprise() -> None:
    found = contest(WON, 0.5, np.array([0.8, 0.2, 0.2, 0.8]), np.full(4, 0.5))
    assert (found.bids, found.won) == (4, 0.5)
    assert found.champion.log_loss == pytest.approx(-log(0.8))
    assert found.champion.predicted == pytest.approx(0.5)
    assert found.constant.log_loss == pytest.approx(log(2.0))
    assert found.challenger.log_loss == found.constant.log_loss
    assert not found.is_better


def test_a_challenger_gains_what_it_is_surprised_less() -> None:
    found = contest(WON, 0.5, np.full(4, 0.5), np.array([0.8, 0.2, 0.2, 0.8]))
    assert found.gain == pytest.approx(log(2.0) + log(0.8))
    assert found.noise == pytest.approx(0.0, abs=1e-12)
    assert found.is_better


def test_a_gain_within_luck_is_none() -> None:
    random = np.random.default_rng(3)
    won = (random.random(60) < 0.4).astype(np.int8)
    found = contest(won, 0.4, np.full(60, 0.4), np.clip(0.4 + random.normal(0.0, 0.05, 60), 0.1, 0.9))
    assert not found.is_better
    sure = contest(won, 0.4, np.full(60, 0.8), np.full(60, 0.4))
    assert sure.is_better
    assert not contest(won, 0.4, np.full(60, 0.4), np.full(60, 0.8)).is_better


def test_certainty_that_was_wrong_costs_much_and_not_everything() -> None:
    assert 10.0 < contest(np.array([1]), 0.5, np.array([0.0]), np.array([0.5])).champion.log_loss < 20.0
