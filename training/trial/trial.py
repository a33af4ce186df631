"""Champion against challenger: what each bid, won, predicted and earned on the pings of their trial."""

from collections.abc import Iterable, Mapping
from math import nan

import msgspec
import numpy as np
from sklearn.metrics import roc_auc_score

from app.journal.lines import PingLine
from training.bootstrap import Interval, Resamples, interval, resampled
from training.histories.bids import LoggedBid
from training.histories.journaled import LIFETIME_S
from training.statistics import Array, losses, quantiles

CONVERSIONS_MIN = 50
"""With fewer, a difference of log-losses that matters drowns in chance."""

_LEVEL = 0.95
_AUC_DRAWS = 200


class Measure(Interval, frozen=True, rename={"at": "value"}):
    """A figure of a trial with what 95 of 100 such samples would lie between."""

    at: float


class Predictions(msgspec.Struct, frozen=True, kw_only=True):
    """How good what one model said was, of the leads that were bought and have matured."""

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
    predictions: Predictions | None = msgspec.field(name="foretold")
    matured_pings: int
    surplus: Measure | None


class TrialStanding(msgspec.Struct, frozen=True, kw_only=True):
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
    log_loss: Measure | None
    auc: Measure | None
    surplus: Measure | None


class BidOutcome(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What became of one bid, as far as a trial asks."""

    won: bool | None
    bought: bool
    converted: bool | None
    cents: int


def outcome_of(bid: LoggedBid) -> BidOutcome:
    """The part of a joined bid that a trial reads: `cents` is what it brought less what it cost."""
    paid = 0 if bid.returned or not bid.lead_id else bid.price_cents
    earned = bid.value_cents if bid.converted else 0
    return BidOutcome(won=bid.won, bought=bool(bid.lead_id), converted=bid.converted, cents=earned - paid)


def matured_before(as_of: float, maturity_s: float) -> float:
    """Pings made earlier have had all their time: a bid's life to be sold in, and the lead's to mature."""
    return as_of - maturity_s - LIFETIME_S


class TrialTally:
    """One trial under way. `matured_before`: pings made earlier have had all their time."""

    def __init__(
        self, vertical: str, champion: str, challenger: str, outcomes: Mapping[str, BidOutcome], matured_before: float
    ) -> None:
        self._vertical = vertical
        self._outcomes = outcomes
        self._matured_before = matured_before
        self._champion, self._challenger = _Side(champion), _Side(challenger)
        self._sides = {champion: self._champion, challenger: self._challenger}
        self._ratios: list[float] = []
        self._leads: list[tuple[float, bool]] = []
        self._matured: list[tuple[float, int, bool]] = []
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
        decided.note(sent.values())
        shadowed.shadowed += 1
        if shadow.fault:
            shadowed.faults += 1
        else:
            shadowed.note(unsent.values())
        for leg in sent.keys() & unsent.keys():
            ratio = unsent[leg] / sent[leg]
            self._ratios.append(ratio if shadowed is self._challenger else 1.0 / ratio)
        self._settle(line, decided, shadowed)

    def standing(self, canary: float) -> TrialStanding:
        """What came of it so far."""
        one, other = self._champion, self._challenger
        pinged, cents, is_challengers = np.array(self._matured or np.zeros((0, 3))).T
        mine, again = is_challengers == 1.0, resampled(pinged)
        earned, theirs = again.mean(cents, mine), again.mean(cents, ~mine)
        has_both = min(mine.sum(), (~mine).sum()) > 1
        at, converted = np.array(self._leads or np.zeros((0, 2))).T
        leads, is_mixed = resampled(at), 0 < converted.sum() < len(converted)
        return TrialStanding(
            vertical=self._vertical,
            canary=canary,
            since=self._since,
            until=self._until,
            pings=self._pings,
            champion=one.contender(converted, int((~mine).sum()), theirs),
            challenger=other.contender(converted, int(mine.sum()), earned),
            both_bid=len(self._ratios),
            ratios=quantiles(self._ratios),
            leads=len(converted),
            unpaired=self._unpaired,
            conversions=int(converted.sum()),
            log_loss=_measure(leads.mean(other.losses(converted) - one.losses(converted))) if is_mixed else None,
            auc=_auc(converted, np.array(one.chances), np.array(other.chances), leads) if is_mixed else None,
            surplus=_measure(earned - theirs) if has_both else None,
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
                    self._leads.append((line.at, outcome.converted))
        if line.at < self._matured_before and is_settled:
            self._matured.append((line.at, cents, decided is self._challenger))


class _Side:
    """One contender under way."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.decided = self.shadowed = self.faults = self.bids = self.price_cents = 0
        self.settled: list[tuple[bool, float]] = []
        self.chances: list[float] = []

    def note(self, prices: Iterable[int]) -> None:
        dearest = max(prices, default=0)
        self.bids += dearest > 0
        self.price_cents += dearest

    def losses(self, converted: Array) -> Array:
        return losses(converted, np.array(self.chances))

    def contender(self, converted: Array, matured: int, surplus: Array) -> Contender:
        return Contender(
            version=self.version,
            decided=self.decided,
            shadowed=self.shadowed,
            faults=self.faults,
            bid_rate=_share(self.bids, self.decided + self.shadowed - self.faults),
            price=_share(self.price_cents, self.bids),
            settled=len(self.settled),
            win_rate=_share(sum(won for won, _ in self.settled), len(self.settled)),
            predicted_win_rate=_share(sum(chance for _, chance in self.settled), len(self.settled)),
            predictions=self._predictions(converted) if len(converted) else None,
            matured_pings=matured,
            surplus=_measure(surplus) if matured > 1 else None,
        )

    def _predictions(self, converted: Array) -> Predictions:
        observed = int(converted.sum())
        return Predictions(
            log_loss=float(self.losses(converted).mean()),
            auc=float(roc_auc_score(converted, self.chances)) if 0 < observed < len(converted) else None,
            predicted_over_observed=_share(sum(self.chances), observed),
        )


def _auc(converted: Array, before: Array, now: Array, leads: Resamples) -> Measure | None:
    """How much better the one ranks than the other; `None` where most draws hold one kind of leads alone."""
    gains = []
    for times in leads.times[: _AUC_DRAWS + 1, leads.cluster]:
        drawn = times > 0.0
        labels, weight = converted[drawn], times[drawn]
        gain = nan
        if 0 < labels.sum() < len(labels):
            gain = roc_auc_score(labels, now[drawn], sample_weight=weight)
            gain -= roc_auc_score(labels, before[drawn], sample_weight=weight)
        gains.append(gain)
    return _measure(np.array(gains)) if np.isfinite(gains).mean() > 0.5 else None


def _measure(draws: Array) -> Measure:
    return Measure(*msgspec.structs.astuple(interval(draws, _LEVEL)))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
