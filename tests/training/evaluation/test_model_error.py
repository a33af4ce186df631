"""An interval knows that the models behind an estimate may be off, and cancels what two policies have in common."""

import numpy as np
import pytest

from training.bootstrap import interval
from training.evaluation.earned import earned, surplus
from training.evaluation.estimators import SPEND, VALUE, WINS, KnownLog, estimated, known_of
from training.evaluation.winning import FOLDS
from training.lab.logged import SimulatedLog, simulated_log
from training.statistics import Array


@pytest.fixture(scope="module")
def simulated() -> SimulatedLog:
    return simulated_log(1_500, 3, 0.25)


@pytest.fixture(scope="module")
def known(simulated: SimulatedLog) -> KnownLog:
    return known_of(simulated.log, simulated.log.probability)


def scaled(known: KnownLog, factor: float) -> Array:
    return np.asarray(np.maximum(np.floor(known.log.best * factor), 500.0))


def test_the_first_draw_is_the_sample_itself(known: KnownLog) -> None:
    for estimate in estimated(known, scaled(known, 1.2)).estimates.values():
        assert np.abs(np.atleast_1d(estimate.error)[0]).max() < 1e-9


def test_an_interval_is_wider_than_that_of_chance_alone(known: KnownLog) -> None:
    policy = estimated(known, scaled(known, 1.3))
    replay = policy.estimates["CCR"]
    ((above, below),) = replay.parts
    chance_alone = interval(known.again.sums(above[:, [WINS]])[:, 0] / known.again.sums(below[:, None])[:, 0])
    told = earned(replay, known.again).wins
    assert told.at == pytest.approx(chance_alone.at)
    assert told.high - told.low > 1.3 * (chance_alone.high - chance_alone.low)


def test_the_farther_a_policy_is_the_wider_is_its_interval(known: KnownLog) -> None:
    calm = estimated(known, scaled(known, 1.0))
    widths = []
    for factor in (1.0, 1.1, 1.4):
        gain = surplus(estimated(known, scaled(known, factor)).estimates["CCR"], known.again, calm.estimates["CCR"])
        widths.append(gain.high - gain.low)
    assert widths[0] == pytest.approx(0.0)
    assert widths[0] < widths[1] < widths[2]


def test_models_that_agree_are_sure(known: KnownLog) -> None:
    bids = scaled(known, 1.2)
    by_model = known.error.at_bids(bids)
    agreed = known.error.of_wins(by_model, lambda _was, _at: np.ones((len(bids), 4)))
    assert not agreed.any()
    assert len(known.error.at_logged) == FOLDS
    assert known.error.of_wins(by_model, lambda _was, at: at[:, None] * np.ones(4))[1:].std() > 0.0


def test_what_is_known_of_a_lead_is_not_uncertain(known: KnownLog) -> None:
    nothing = np.zeros((len(known.log), 4))
    assert not known.error.of_worth(known.log.price, nothing, nothing).any()
    believed = nothing + np.array([0.0, 0.0, 5_000.0, 0.0])
    off = known.error.of_worth(known.log.price, believed, believed)
    assert off[1:, VALUE].std() > 0.0
    assert not off[:, SPEND].any()
