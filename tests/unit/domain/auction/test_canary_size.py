"""How long a canary must run follows from how much a surplus varies, and trials of that size tell as promised."""

import numpy as np
import pytest

from app.domain.auction.canary_size import DIFFERENCE, POWER, PingSurplus, canary_sizes


def earned(random: np.random.Generator, pings: int, chance: float = 0.05) -> np.ndarray:
    """What pings brought: three in ten become a lead for $10, which converts into $400 with this chance."""
    won = random.random(pings) < 0.3
    return won * ((random.random(pings) < chance) * 40_000.0 - 1_000.0)


def surplus(cents: np.ndarray) -> PingSurplus:
    return PingSurplus(mean=float(cents.mean()), variance=float(cents.var()))


def test_a_trial_of_that_size_shows_the_difference_as_often_as_promised() -> None:
    random = np.random.default_rng(2)
    (size, _) = canary_sizes(surplus(earned(random, 200_000)), 5_000.0, 0.3, 0.1)
    assert size.share == 0.1
    assert size.days == pytest.approx(size.pings / 5_000.0)
    assert size.leads == pytest.approx(0.3 * size.pings, abs=1)
    mean, spread = 300.0, float(np.std(earned(random, 200_000)))
    # By the normal law of two means, of which one is a tenth higher.
    noise = spread * np.sqrt(1.0 / (0.1 * size.pings) + 1.0 / (0.9 * size.pings))
    shown = np.abs(random.normal(DIFFERENCE * mean, noise, 20_000)) > 1.96 * noise
    assert shown.mean() == pytest.approx(POWER, abs=0.06)


def test_an_even_split_is_the_fastest_and_a_share_of_its_own_is_among_them() -> None:
    sizes = canary_sizes(surplus(earned(np.random.default_rng(2), 50_000)), 5_000.0, 0.3, 0.02)
    assert [each.share for each in sizes] == [0.02, 0.1, 0.5]
    assert sizes[0].days > sizes[1].days > sizes[2].days


def test_without_a_surplus_there_is_nothing_to_go_by() -> None:
    assert canary_sizes(surplus(np.array([-5.0, 1.0])), 5_000.0, 0.3, 0.1) == ()
    assert canary_sizes(surplus(np.array([5.0, 1.0])), 0.0, 0.3, 0.1) == ()
