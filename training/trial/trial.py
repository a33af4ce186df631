"""Champion against challenger: what each bid, won, foretold and earned on the pings of their trial."""

from collections.abc import Mapping
from math import nan
from typing import Any

import msgspec
import numpy as np
from sklearn.metrics import roc_auc_score

from app.journal.lines import PingLine
from training.histories.bids import LoggedBid
from training.histories.journaled import LIFETIME_S
from training.statistics import losses
from training.trial.bootstrap import Array, Interval, difference_of, figure_of, mean_of

CONVERSIONS_MIN = 50
"""With fewer, a difference of log-losses that matters drowns in chance."""

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_AUC_RESAMPLES = 200


class Foretold(msgspec.Struct, frozen=True, kw_only=True):
    """What one model said of the leads that were bought and have matured."""

    log_loss: float
    auc: float | None
    predicted_over_observed: float | None


class Contender(msgspec.Struct, frozen=True, kw_only=True):
    """One model. Money in cents; a ping's price is that of its dearest bid.

    `decided` pings were answered by it, `shadowed` by the other one, `faults` it could not price. Win rates are of what
    it decided, as far as it is settled. `surplus` is what a ping that it decided brought: what conversions were worth
    less what leads cost, over pings old enough to have matured.
    """

    version: str
    decided: int
    shadowed: int
    faults: int
    bid_rate: float | None
    price: float | None
    settled: int
    win_rate: float | None
    predicted_win_rate: float | None
    foretold: Foretold | None
    matured_pings: int
    surplus: Interval | None


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A challenger and its champion. Differences are the challenger's figure less the champion's.

    `ratios` are quantiles of the challenger's price to the champion's where both bid on a leg. `leads` were bought by
    either, have matured, and were scored by both; `unpaired` were not scored by both.
    """

    vertical: str
    canary: float
    since: float
    until: float
    pings: int
    champion: Contender
    challenger: Contender
    both_bid: int
    ratios: dict[str, float]
    leads: int
    unpaired: int
    conversions: int
    log_loss: Interval | None
    auc: Interval | None
    surplus: Interval | None


class Outcome(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What became of one bid, as far as a trial asks."""

    won: bool | None
    bought: bool
    converted: bool | None
    cents: int


def outcome_of(bid: LoggedBid) -> Outcome:
    """The part of a joined bid that a trial reads: `cents` is what it brought less what it cost."""
    paid = 0 if bid.returned or not bid.lead_id else bid.price_cents
    earned = bid.value_cents if bid.converted else 0
    return Outcome(won=bid.won, bought=bool(bid.lead_id), converted=bid.converted, cents=earned - paid)


class Tally:
    """One trial under way. `matured_before`: pings made earlier have had all their time."""

    def __init__(
        self, vertical: str, champion: str, challenger: str, outcomes: Mapping[str, Outcome], matured_before: float
    ) -> None:
        self._vertical = vertical
        self._outcomes = outcomes
        self._matured_before = matured_before
        self._champion, self._challenger = _Side(champion), _Side(challenger)
        self._sides = {champion: self._champion, challenger: self._challenger}
        self._ratios: list[float] = []
        self._converted: list[int] = []
        self._pings = self._unpaired = 0
        self._since, self._until = 0.0, 0.0

    def take(self, line: PingLine) -> None:
        """Note a ping of its vertical, if it is of this trial."""
        shadow = line.shadow
        if shadow is None or {line.model, shadow.model} != self._sides.keys():
            return
        self._pings += 1
        self._since, self._until = self._since or line.at, line.at
        decided, shadowed = self._sides[line.model], self._sides[shadow.model]
        sent = {bid.leg: bid.price_cents for bid in line.decision.bids}
        unsent = {bid.leg: bid.price_cents for bid in shadow.bids}
        decided.decided += 1
        decided.note(sent)
        shadowed.shadowed += 1
        if shadow.fault:
            shadowed.faults += 1
        else:
            shadowed.note(unsent)
        for leg in sent.keys() & unsent.keys():
            ratio = unsent[leg] / sent[leg]
            self._ratios.append(ratio if shadowed is self._challenger else 1.0 / ratio)
        self._settle(line, decided, shadowed)

    def trial(self, canary: float) -> Trial:
        """What came of it."""
        converted, one, other = np.array(self._converted), self._champion, self._challenger
        before, now = np.array(one.chances), np.array(other.chances)
        return Trial(
            vertical=self._vertical,
            canary=canary,
            since=self._since,
            until=self._until,
            pings=self._pings,
            champion=one.contender(converted),
            challenger=other.contender(converted),
            both_bid=len(self._ratios),
            ratios={f"{each:.0%}": float(np.quantile(self._ratios, each)) for each in _QUANTILES if self._ratios},
            leads=len(converted),
            unpaired=self._unpaired,
            conversions=int(np.sum(converted)),
            log_loss=_log_loss(converted, before, now),
            auc=_auc(converted, before, now),
            surplus=difference_of(np.array(other.cents), other.matured, np.array(one.cents), one.matured),
        )

    def _settle(self, line: PingLine, decided: "_Side", shadowed: "_Side") -> None:
        """What became of the bids that were sent."""
        cents, is_settled = 0, True
        for bid_id, offer in zip(line.bid_ids, line.decision.bids, strict=False):
            outcome = self._outcomes.get(bid_id)
            if outcome is None or outcome.won is None:
                is_settled = False
                continue
            decided.settled.append((outcome.won, offer.win_probability))
            cents += outcome.cents
            if outcome.bought and outcome.converted is not None:
                mine = offer.valuation.probability if offer.valuation is not None else None
                theirs = line.shadow.probability(offer.campaign, offer.leg) if line.shadow is not None else None
                if mine is None or theirs is None:
                    self._unpaired += 1
                else:
                    decided.chances.append(mine)
                    shadowed.chances.append(theirs)
                    self._converted.append(int(outcome.converted))
        if line.at < self._matured_before and is_settled:
            decided.matured += 1
            if cents:
                decided.cents.append(cents)


class _Side:
    """One contender under way."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.decided = self.shadowed = self.faults = self.bids = self.price_cents = self.matured = 0
        self.settled: list[tuple[bool, float]] = []
        self.chances: list[float] = []
        self.cents: list[int] = []

    def note(self, prices: Mapping[Any, int]) -> None:
        if prices:
            self.bids += 1
            self.price_cents += max(prices.values())

    def contender(self, converted: Array) -> Contender:
        asked = self.decided + self.shadowed - self.faults
        return Contender(
            version=self.version,
            decided=self.decided,
            shadowed=self.shadowed,
            faults=self.faults,
            bid_rate=_share(self.bids, asked),
            price=_share(self.price_cents, self.bids),
            settled=len(self.settled),
            win_rate=_share(sum(won for won, _ in self.settled), len(self.settled)),
            predicted_win_rate=_share(sum(chance for _, chance in self.settled), len(self.settled)),
            foretold=_foretold(converted, np.array(self.chances)) if len(converted) else None,
            matured_pings=self.matured,
            surplus=mean_of(np.array(self.cents), self.matured),
        )


def matured_before(as_of: float, maturity_s: float) -> float:
    """Pings made earlier have had all their time: a bid's life to be sold in, and the lead's to mature."""
    return as_of - maturity_s - LIFETIME_S


def _foretold(converted: Array, said: Array) -> Foretold:
    observed = int(np.sum(converted))
    return Foretold(
        log_loss=float(np.mean(losses(converted, said))),
        auc=float(roc_auc_score(converted, said)) if 0 < observed < len(converted) else None,
        predicted_over_observed=_share(float(np.sum(said)), observed),
    )


def _log_loss(converted: Array, before: Array, now: Array) -> Interval | None:
    """Both scored every lead, so that it is the leads that are drawn again, with both."""
    if not 0 < np.sum(converted) < len(converted):
        return None
    gains = losses(converted, now) - losses(converted, before)
    return figure_of(lambda rows: float(np.mean(gains[rows])), len(gains))


def _auc(converted: Array, before: Array, now: Array) -> Interval | None:
    if not 0 < np.sum(converted) < len(converted):
        return None

    def gain(rows: Array) -> float:
        labels = converted[rows]
        if not 0 < np.sum(labels) < len(labels):
            return nan
        return float(roc_auc_score(labels, now[rows]) - roc_auc_score(labels, before[rows]))

    return figure_of(gain, len(converted), _AUC_RESAMPLES)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
