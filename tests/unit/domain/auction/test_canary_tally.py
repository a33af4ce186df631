"""A canary is stopped where it costs more than chance explains, and hardly ever one that earns as much."""

from math import inf

import numpy as np

from app.domain.auction.canary import FALSE_STOPS, CanaryLead, canary_name, tally
from tests.table import each_row

WORTH = 40_000.0


def first_stop(draw: int, *, pings: int, share: float, price: float, wins: float, chance: float = 0.08) -> float:
    """The ping at which a canary that pays and wins so much would be stopped, looked at every hundred pings.

    The live model wins three in ten, for $20 each.
    """
    random = np.random.default_rng(draw)
    is_canarys = random.random(pings) < share
    won = random.random(pings) < np.where(is_canarys, wins, 0.3)
    brought = (random.random(pings) < chance) * WORTH - np.where(is_canarys, price, 2_000.0)
    for end in range(100, pings + 1, 100):
        places = np.flatnonzero(won[:end])
        leads = (CanaryLead(is_canarys=bool(is_canarys[at]), cents=float(brought[at])) for at in places)
        if tally(leads, share, WORTH).has_failed:
            return end
    return inf


@each_row("share", [0.1, 0.5])
def test_a_twin_is_hardly_ever_stopped_however_often_one_looks(share: float) -> None:
    stops = [first_stop(draw, pings=1_500, share=share, price=2_000.0, wins=0.3) < inf for draw in range(40)]
    assert np.mean(stops) <= FALSE_STOPS


def test_one_that_pays_three_times_as_much_is_stopped() -> None:
    stops = [first_stop(draw, pings=6_000, share=0.1, price=6_000.0, wins=0.6) for draw in range(4)]
    assert max(stops) < inf
    # Not by the first leads, which chance alone may have made bad.
    assert min(stops) > 300


def test_one_that_buys_nothing_is_stopped_for_what_it_forgoes() -> None:
    assert first_stop(1, pings=8_000, share=0.5, price=0.0, wins=0.0) < inf


def test_without_a_lead_nothing_is_known() -> None:
    found = tally((), 0.1, WORTH)
    assert (found.gap_cents, found.leads, found.has_failed) == (0.0, 0, False)
    assert found.bound_cents > 0.0


def test_its_name_is_none_that_a_campaign_may_have() -> None:
    assert canary_name("solar", "0002") == "canary:solar:0002"
