"""Policies side by side on one log: what each would have earned by every estimate, and how sure that is."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from msgspec.structs import replace

from app.domain.catalogue import Model
from training.bootstrap import Interval
from training.evaluation.earned import Earned, earned, surplus
from training.evaluation.estimators import (
    METHODS,
    SPEND,
    VALUE,
    Estimated,
    KnownLog,
    estimated,
    known_of,
    replay,
    replayed,
)
from training.evaluation.ledger import Ledger
from training.evaluation.rebid import Rebid, rebid
from training.evaluation.support import REACH_MIN, Support, reach_of, support
from training.evaluation.winning import Winning
from training.evaluation.yardstick import yardstick
from training.landscape.auctions import TooThin
from training.landscape.learn import Tell
from training.statistics import Array, losses

HEADLINE = "CCR"
"""The estimate that the verdict goes by; the others stand beside it."""

SCALES = tuple(round(0.5 + 0.1 * step, 1) for step in range(11))
SNIPS_REACH_MIN = 0.9
"""Weighing speaks only of pings within reach; where many are not, it speaks of others than the policy's."""

AS_BID, NOT_EXPLORING = "as it was bid", "as logged, not exploring"

_SHADES = np.linspace(0.1, 1.0, 19)
_LIVE, _CALM = "the model that is live", "the best bid as it was reckoned, without the jitter"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One policy. `by_method` leaves out what cannot be said; `bid_over_value` counts bids by tenths of u.

    `gain` is against the one in whose place it would stand, `fates` what became of each ping.
    """

    name: str
    what: str
    by_method: dict[str, Earned]
    support: Support
    gain: Interval | None
    bid_over_value: tuple[int, ...]
    fates: dict[str, int] = {}


class ScaledBids(msgspec.Struct, frozen=True, kw_only=True):
    """The candidate with all its bids multiplied; surplus a bid in cents."""

    scale: float
    reach: float
    surplus: Interval


class SwapClass(msgspec.Struct, frozen=True, kw_only=True):
    """Leads that one policy buys and the other does not, or both: expected number, mean P(conversion), value, price."""

    name: str
    leads: float
    probability: float
    value: float
    price: float


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """Surplus a bid in cents, were something otherwise, and by how much it changes."""

    name: str
    surplus: float
    change: Interval


class Policies(msgspec.Struct, frozen=True, kw_only=True):
    """All about what would be bid. `yardstick` is the model that values leads, with its `quality_factor` by seller."""

    yardstick: str
    quality_factor: dict[str, float]
    policies: tuple[Policy, ...] = ()
    profit_curve: tuple[ScaledBids, ...] = ()
    what_if: tuple[WhatIf, ...] = ()
    swap: tuple[SwapClass, ...] = ()
    why_not: str = ""


def policies(
    log: Ledger, rebids: Mapping[str, Rebid], by_model: Mapping[str, Array], model: Model, tell: Tell
) -> Policies:
    """Everything about the candidate's bids, the first of `rebids`; the champion's are the second, where there is one.

    `by_model` holds P(conversion) by each model that may value the leads.
    """
    judge, worth = _judge(log, by_model)
    tell("learning the market from the log")
    try:
        known = known_of(log, worth)
    except TooThin as thin:
        return Policies(yardstick=judge, quality_factor=yardstick(log, worth).quality_factor, why_not=str(thin))
    tell("replaying policies")
    (name, own), *champion = rebids.items()
    new, calm = estimated(known, own.bids), estimated(known, np.floor(log.best))
    old = estimated(known, champion[0][1].bids) if champion else calm
    share, shaded = _constant_shade(known)
    candidate = _judged(name, "the model that is judged", known, new, old, own.fates)
    found = [_observed(known), candidate]
    found += [_judged(live, _LIVE, known, old, fates=theirs.fates) for live, theirs in champion]
    if not champion or not np.array_equal(calm.bids, old.bids):
        found.append(_judged(NOT_EXPLORING, _CALM, known, calm, old if champion else None))
    simple = {
        ("constant shade", f"always {share:.0%} of the value"): shaded,
        ("truthful", "always all of the value"): _bounded(known, np.floor(known.yardstick.expected.value)),
    }
    found += [_judged(*named, known, estimated(known, bids), old) for named, bids in simple.items()]
    return Policies(
        yardstick=judge,
        quality_factor=known.yardstick.quality_factor,
        policies=tuple(found),
        profit_curve=_profit_curve(known, own.bids),
        what_if=_what_if(known, own.bids, model),
        swap=() if np.array_equal(new.bids, old.bids) else _swap(known, new, old),
    )


def _judge(log: Ledger, by_model: Mapping[str, Array]) -> tuple[str, Array]:
    """Whose P(conversion) values leads for every policy alike: whoever predicted best what was won."""
    rows = log.matured
    usable = {name: values for name, values in by_model.items() if np.all(np.isfinite(values)) and np.all(values > 0)}
    usable = usable or {AS_BID: log.probability}
    if not rows.any():
        return next(iter(usable.items()))
    return min(usable.items(), key=lambda each: float(losses(log.converted[rows], each[1][rows]).mean()))


def _judged(
    name: str, what: str, known: KnownLog, policy: Estimated, rival: Estimated | None = None, fates: Sequence[str] = ()
) -> Policy:
    held, estimates, again, value = support(known, policy), policy.estimates, known.again, known.log.bid_value
    made = (policy.bids > 0.0) & (value > 0.0)
    tenths, _ = np.histogram(policy.bids[made] / value[made], [*(step / 10.0 for step in range(11)), np.inf])
    methods = [each for each in METHODS if not held.why_not and (each != "SNIPS" or held.reach >= SNIPS_REACH_MIN)]
    gain = surplus(estimates[HEADLINE], again, rival.estimates[HEADLINE]) if rival and not held.why_not else None
    return Policy(
        name=name,
        what=what,
        by_method={method: earned(estimates[method], again) for method in methods},
        support=held,
        gain=gain,
        bid_over_value=tuple(tenths.tolist()),
        fates=dict(Counter(fates)),
    )


def _observed(known: KnownLog) -> Policy:
    """What was bid, as it came: no estimate but for leads that have not matured."""
    as_logged = estimated(known, known.log.price)
    return replace(
        _judged("as logged", "what was bid, jitter and all, and what came of it", known, as_logged),
        by_method={HEADLINE: earned(as_logged.estimates[HEADLINE], known.again)},
        support=Support(bidding=1.0, reach=1.0, effective=1.0, effective_rows=float(len(known.log)), ratio=(1.0,) * 5),
    )


def _constant_shade(known: KnownLog) -> tuple[float, Array]:
    """The one share of the value that earned most on the older half of the log, by replay."""
    older = known.log.at <= np.median(known.log.at)
    tried = {float(share): _bounded(known, np.floor(share * known.yardstick.expected.value)) for share in _SHADES}

    def earned(share: float) -> float:
        above = replayed(known, tried[share])
        return float((above[older, VALUE] - above[older, SPEND]).mean())

    best = max(tried, key=earned)
    return best, tried[best]


def _bounded(known: KnownLog, bids: Array) -> Array:
    """Nothing is bid below what the seller takes, nor above the highest bound that the log shows, nor another price
    than is allowed.
    """
    log = known.log
    capped = np.minimum(bids, np.maximum(log.high, log.price))
    return log.allowed(np.where(capped >= np.maximum(log.low, 1.0), capped, 0.0))


def _profit_curve(known: KnownLog, bids: Array) -> tuple[ScaledBids, ...]:
    """The candidate's bids times each of `SCALES`, by replay; only as far as the log can speak of them."""
    tried = {scale: known.log.allowed(np.floor(bids * scale)) for scale in SCALES}
    return tuple(
        ScaledBids(scale=scale, reach=reach, surplus=surplus(replay(known, scaled), known.again))
        for scale, scaled in tried.items()
        if (reach := reach_of(known, scaled)) >= REACH_MIN
    )


def _what_if(known: KnownLog, bids: Array, model: Model) -> tuple[WhatIf, ...]:
    """Rivals who bid a tenth more, or a seller that ranks us a tenth lower, are one thing: F is asked at bid / 1.1."""

    def shifted(factor: float) -> Winning:
        return lambda bids: known.winning(bids * factor)

    cases = {
        "P(conversion) believed 20% lower": replay(known, rebid(known.log, model, 0.8).bids),
        "P(conversion) believed 20% higher": replay(known, rebid(known.log, model, 1.2).bids),
        "every bid 10% lower": replay(known, np.floor(0.9 * bids)),
        "every bid 10% higher": replay(known, np.floor(1.1 * bids)),
        "rivals bid 10% more, or a seller ranks us 10% lower": replay(known, bids, shifted(1.0 / 1.1)),
        "rivals bid 10% less, or a seller ranks us 10% higher": replay(known, bids, shifted(1.1)),
    }
    usual, again = replay(known, bids), known.again
    return tuple(
        WhatIf(name=name, surplus=surplus(case, again).at, change=surplus(case, again, usual))
        for name, case in cases.items()
    )


def _swap(known: KnownLog, new: Estimated, old: Estimated) -> tuple[SwapClass, ...]:
    """What changes hands: the higher bid wins wherever the lower one does."""
    both, of = np.minimum(new.chance, old.chance), known.yardstick.known

    def swapped(name: str, chance: Array, bids: Array) -> SwapClass:
        leads = float(chance.sum())
        means = [float(chance @ values) / leads if leads > 1e-9 else 0.0 for values in (of.probability, of.value, bids)]
        return SwapClass(name=name, leads=leads, probability=means[0], value=means[1], price=means[2])

    return (
        swapped("both buy", both, new.bids),
        swapped("only the candidate buys", new.chance - both, new.bids),
        swapped("only the champion buys", old.chance - both, old.bids),
    )
