"""Estimates are held against a market in which the truth is known, and against arithmetic by hand."""

import msgspec
import numpy as np
import pytest

from tests.bids import bid
from training.bootstrap import resampled
from training.evaluation.earned import earned
from training.evaluation.estimators import METHODS, Estimated, KnownLog, estimated, known_of, replayed_chance
from training.evaluation.ledger import ledger
from training.evaluation.support import Support, support
from training.evaluation.winning import cross_fitted
from training.lab.logged import SimulatedLog, simulated_log
from training.landscape.auctions import AuctionLog, TooThin
from training.landscape.fit import fit, predict
from training.statistics import Array


def constant(simulated: SimulatedLog, share: float) -> Array:
    log = simulated.log
    return np.asarray(np.maximum(np.floor(share * log.probability * log.worth), 500.0))


def learned(simulated: SimulatedLog) -> Array:
    """What a landscape that learned from this very log would bid."""
    log = simulated.log
    worth = log.probability * log.worth
    auctions = AuctionLog(
        vertical="solar",
        leg="exclusive",
        seller=log.seller,
        facts={},
        worth_cents=worth,
        bid_cents=log.price,
        floor_cents=log.floor,
        won=log.won,
    )
    fitted = fit(auctions.rows(np.arange(0, len(log), 3)), (), "rivals", 1)
    best, bids = np.zeros(len(log)), np.zeros(len(log))
    for share in np.geomspace(0.1, 1.0, 24):
        tried = np.maximum(np.floor(share * worth), 501.0)
        surplus = predict(fitted, msgspec.structs.replace(auctions, bid_cents=tried)) * (worth - tried)
        bids = np.where(surplus > best, tried, bids)
        best = np.maximum(surplus, best)
    return bids


def true_surplus(simulated: SimulatedLog, bids: Array) -> float:
    """What these bids earn on average, in dollars a bid."""
    return simulated.outcome(simulated.reruns(60), bids)[1] / 100.0


@pytest.fixture(scope="module")
def explored() -> SimulatedLog:
    return simulated_log(4_000, 4, 0.25)


@pytest.fixture(scope="module")
def known(explored: SimulatedLog) -> KnownLog:
    return known_of(explored.log, explored.log.probability)


def surplus(policy: Estimated, method: str, simulated: SimulatedLog) -> float:
    return earned(policy.estimates[method], resampled(simulated.log.at)).surplus.at / 100.0


@pytest.mark.long
def test_replay_is_within_a_dollar_of_the_truth_where_the_log_explored() -> None:
    errors: dict[str, list[float]] = {"constant .35": [], "constant .65": [], "learned": []}
    for seed in (1, 2):
        simulated = simulated_log(20_000, seed, 0.25)
        known = known_of(simulated.log, simulated.log.probability)
        for name, bids in (
            ("constant .35", constant(simulated, 0.35)),
            ("constant .65", constant(simulated, 0.65)),
            ("learned", learned(simulated)),
        ):
            policy = estimated(known, bids)
            assert support(known, policy).why_not == "", (seed, name)
            errors[name].append(surplus(policy, "CCR", simulated) - true_surplus(simulated, bids))
    rmse = {name: float(np.sqrt(np.mean(np.square(each)))) for name, each in errors.items()}
    assert max(rmse.values()) < 1.0, rmse


def test_of_a_policy_that_the_log_never_tried_nothing_is_said() -> None:
    simulated = simulated_log(2_500, 1, 0.05)
    known = known_of(simulated.log, simulated.log.probability)
    for bids in (constant(simulated, 0.35), constant(simulated, 0.65), learned(simulated)):
        held = support(known, estimated(known, bids))
        assert "prices were explored" in held.why_not
        assert held.reach < 0.5
    near = support(known, estimated(known, constant(simulated, 0.5)))
    assert near.why_not == ""
    assert near.effective > 0.3


def test_every_estimate_of_the_logged_policy_is_near_what_came(explored: SimulatedLog, known: KnownLog) -> None:
    policy = estimated(known, np.floor(explored.log.best))
    truth = true_surplus(explored, np.floor(explored.log.best))
    for method in METHODS:
        assert surplus(policy, method, explored) == pytest.approx(truth, abs=1.5), method


def test_replay_of_what_was_bid_is_what_happened(explored: SimulatedLog, known: KnownLog) -> None:
    log, policy = explored.log, estimated(known, explored.log.price)
    assert np.array_equal(policy.chance, log.won.astype(float))
    realised = float(np.where(log.won == 1, np.nan_to_num(log.realised) - log.price, 0.0).mean())
    assert surplus(policy, "CCR", explored) == pytest.approx(realised / 100.0)


def test_what_would_have_won_by_hand() -> None:
    rows = [
        bid(0, won=True, price_cents=2_000),
        bid(1, won=False, price_cents=2_000),
        bid(2, won=False, price_cents=2_000, winning_cents=2_500),
    ]
    log = ledger(rows)
    at_logged = np.full(3, 0.5)

    def chance(cents: float, at_bid: float) -> list[float]:
        found: list[float] = replayed_chance(log, np.full(3, cents), at_logged, np.full(3, at_bid)).tolist()
        return found

    assert chance(2_400.0, 0.6) == pytest.approx([1.0, 0.2, 0.0])
    assert chance(2_600.0, 0.75) == pytest.approx([1.0, 0.5, 1.0])
    assert chance(1_500.0, 0.3) == pytest.approx([0.6, 0.0, 0.0])
    assert chance(0.0, 0.0) == [0.0, 0.0, 0.0]


def test_a_declined_ping_needs_no_support(known: KnownLog) -> None:
    held = support(known, estimated(known, np.zeros(len(known.log))))
    assert held == Support(
        bidding=0.0, reach=1.0, effective=1.0, effective_rows=float(len(known.log)), ratio=(0.0,) * 5
    )


def test_too_few_auctions_are_refused_with_how_many_it_takes() -> None:
    log = ledger([bid(number, won=number % 2 == 0) for number in range(100)])
    with pytest.raises(TooThin, match="too few exclusive auctions: 100, 50 won and 50 lost; it takes 300"):
        cross_fitted(log, log.probability * log.worth)
