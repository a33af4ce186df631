"""Policies side by side on one log: what each would have earned by every estimate, and how sure that is."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from training.evaluation.estimators import METHODS, SPEND, VALUE, Estimate, Estimated, Known, estimated, replay
from training.evaluation.intervals import Earned, Redrawn, Span, earned, gained, span
from training.evaluation.ledger import Array
from training.evaluation.support import REACH_MIN, Support, support
from training.evaluation.winning import Winning

HEADLINE = "CCR"
"""The estimate that the verdict goes by; the others stand beside it."""

SCALES = tuple(round(0.5 + 0.1 * step, 1) for step in range(11))
SNIPS_REACH_MIN = 0.9
"""Weighing speaks only of pings within reach; where many are not, it speaks of others than the policy's."""

_SHADES = np.linspace(0.1, 1.0, 19)


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One policy. `by_method` leaves out what cannot be said; `bid_over_value` counts bids by tenths of u."""

    name: str
    what: str
    by_method: dict[str, Earned]
    support: Support
    gain: Span | None
    bid_over_value: tuple[int, ...]
    fates: dict[str, int] = {}


class Scaled(msgspec.Struct, frozen=True, kw_only=True):
    """The candidate with all its bids multiplied; surplus a bid in cents, `None` where nothing can be said."""

    scale: float
    reach: float
    surplus: Span


class SwapClass(msgspec.Struct, frozen=True, kw_only=True):
    """Leads that one policy buys and the other does not, or both: expected number, mean P(conversion), value, price."""

    name: str
    leads: float
    probability: float
    value: float
    price: float


def judged(
    name: str, what: str, known: Known, policy: Estimated, again: Redrawn, *, against: Estimated | None
) -> Policy:
    """Everything about one policy; `against` is the one in whose place it would stand."""
    held = support(known, policy)
    told = {
        method: earned(policy.estimates[method], again)
        for method in METHODS
        if method != "SNIPS" or held.reach >= SNIPS_REACH_MIN
    }
    return Policy(
        name=name,
        what=what,
        by_method={} if held.why_not else told,
        support=held,
        gain=None
        if held.why_not or against is None
        else gained(policy.estimates[HEADLINE], against.estimates[HEADLINE], again),
        bid_over_value=shares_of_value(known, policy.bids),
    )


def shares_of_value(known: Known, bids: Array) -> tuple[int, ...]:
    """How many bids lie in each tenth of u, those above it last."""
    made = (bids > 0.0) & (known.log.bid_value > 0.0)
    counts, _ = np.histogram(bids[made] / known.log.bid_value[made], [*(step / 10.0 for step in range(11)), np.inf])
    return tuple(int(count) for count in counts)


def truthful(known: Known) -> Array:
    """Bids what the lead is worth, within the bounds of each ping."""
    worth = known.yardstick.expected_value
    return _bounded(known, np.floor(worth))


def constant_shade(known: Known) -> tuple[float, Array]:
    """The one share of the value that earned most on the older half of the log, by replay."""
    older = known.log.at <= np.median(known.log.at)
    found = []
    for share in _SHADES:
        (part,) = replay(known, _bounded(known, np.floor(share * known.yardstick.expected_value))).parts
        found.append(float((part.numerator[older, VALUE] - part.numerator[older, SPEND]).mean()))
    share = float(_SHADES[int(np.argmax(found))])
    return share, _bounded(known, np.floor(share * known.yardstick.expected_value))


def profit_curve(known: Known, bids: Array, again: Redrawn) -> tuple[Scaled, ...]:
    """The candidate's bids times each of `SCALES`, by replay; only as far as the log can speak of them."""
    found = []
    for scale in SCALES:
        scaled = np.floor(bids * scale)
        made = scaled > 0.0
        reach = float(known.density.reaches(np.log(np.maximum(scaled, 1.0)))[made].mean()) if made.any() else 1.0
        if reach >= REACH_MIN:
            found.append(Scaled(scale=scale, reach=reach, surplus=surplus(replay(known, scaled), again)))
    return tuple(found)


def surplus(estimate: Estimate, again: Redrawn) -> Span:
    """A bid, in cents."""
    totals = again.totals(estimate)
    return span(totals[:, VALUE] - totals[:, SPEND])


def sensitivity(
    known: Known, bids: Array, rebids: Mapping[str, Array], again: Redrawn
) -> dict[str, tuple[float, Span]]:
    """Surplus a bid under each `what if`, and its change. `rebids` are the bids made where something else is believed.

    Rivals who bid a tenth more, or a seller that ranks us a tenth lower, are one thing: F is asked at bid / 1.1.
    """
    usual = replay(known, bids)
    cases: list[tuple[str, Estimate]] = [(name, replay(known, other)) for name, other in rebids.items()]
    cases += [
        ("rivals bid 10% more, or a seller ranks us 10% lower", replay(known, bids, _shifted(known, 1.0 / 1.1))),
        ("rivals bid 10% less, or a seller ranks us 10% higher", replay(known, bids, _shifted(known, 1.1))),
    ]
    return {name: (surplus(case, again).at, gained(case, usual, again)) for name, case in cases}


def swap(known: Known, new: Estimated, old: Estimated) -> tuple[SwapClass, ...]:
    """What changes hands: the higher bid wins wherever the lower one does."""
    both = np.minimum(new.chance, old.chance)
    return (
        _class("both buy", known, both, new.bids),
        _class("only the candidate buys", known, new.chance - both, new.bids),
        _class("only the champion buys", known, old.chance - both, old.bids),
    )


def _class(name: str, known: Known, chance: Array, bids: Array) -> SwapClass:
    leads = float(chance.sum())
    of, won = known.yardstick, known.log.won == 1

    def mean(values: Sequence[float] | Array) -> float:
        return float(np.sum(chance * np.asarray(values)) / leads) if leads > 1e-9 else 0.0

    return SwapClass(
        name=name,
        leads=leads,
        probability=mean(np.where(won, of.probability, of.expected_probability)),
        value=mean(np.where(won, of.value, of.expected_value)),
        price=mean(bids),
    )


def _shifted(known: Known, factor: float) -> Winning:
    return lambda bids: known.winning(bids * factor)


def _bounded(known: Known, bids: Array) -> Array:
    """Nothing is bid below what the seller takes, nor above the highest bound that the log shows."""
    log = known.log
    capped = np.minimum(bids, np.maximum(log.high, log.price))
    return np.where(capped >= np.maximum(log.low, 1.0), capped, 0.0)


def observed(known: Known, again: Redrawn) -> Policy:
    """What was bid, as it came: no estimate but for leads that have not matured."""
    as_logged = estimated(known, known.log.price)
    return msgspec.structs.replace(
        judged("as logged", "what was bid, jitter and all, and what came of it", known, as_logged, again, against=None),
        by_method={HEADLINE: earned(as_logged.estimates[HEADLINE], again)},
        support=Support(bidding=1.0, reach=1.0, effective=1.0, effective_rows=float(len(known.log)), ratio=(1.0,) * 5),
    )
