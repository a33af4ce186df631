"""Champion against challenger: what each bid, won, predicted and earned on the pings of their trial."""

from collections.abc import Mapping, Sequence
from math import nan

import msgspec
import numpy as np

from app.domain.auction.canary import canary_name
from app.domain.auction.canary_size import CanarySize, PingSurplus, canary_sizes
from app.journal.lines import PingLine
from app.journal.shadow import Shadow
from training.bootstrap import DAY_S, Interval, Resamples, interval, resampled
from training.histories.bids import LoggedBid
from training.statistics import Array, Ranks, auc, losses, quantiles

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
    either, have matured, and were scored by both; `unpaired` were not scored by both. `sizes` is what canaries need to
    tell; a canary that cost more than chance explains was `stopped_at` this time.
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
    sizes: tuple[CanarySize, ...] = ()
    stopped_at: float | None = None


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


class TrialTally:
    """One trial under way. `matured_before`: pings made earlier have had all their time."""

    def __init__(
        self, vertical: str, champion: str, challenger: str, outcomes: Mapping[str, BidOutcome], matured_before: float
    ) -> None:
        self._vertical, self._versions = vertical, (champion, challenger)
        self._outcomes, self._matured_before = outcomes, matured_before
        # Who decided is 0 for the champion, 1 for the challenger; NaN is the dearest bid of who could not price.
        self._pings: list[tuple[float, int, float, float]] = []
        self._settled: list[tuple[int, bool, float]] = []
        self._leads: list[tuple[float, bool, float, float]] = []
        self._matured: list[tuple[float, int, int]] = []
        self._ratios: list[float] = []
        self._unpaired = self._bought = 0
        self._canary = canary_name(vertical, challenger)
        self._stopped_at: float | None = None

    def take(self, line: PingLine) -> None:
        """Note a ping of its vertical, if it is of this trial."""
        shadow = line.shadow
        if shadow is None or {line.model, shadow.model} != set(self._versions):
            return
        if self._stopped_at is None and self._canary in line.standing.paused:
            self._stopped_at = line.at
        by = self._versions.index(line.model)
        sent = {bid.leg: bid.price_cents for bid in line.decision.bids}
        unsent = {bid.leg: bid.price_cents for bid in shadow.bids}
        unsent_most = nan if shadow.fault else max(unsent.values(), default=0)
        self._pings.append((line.at, by, *_in_order(by, max(sent.values(), default=0), unsent_most)))
        for leg in sent.keys() & unsent.keys():
            champion, challenger = _in_order(by, sent[leg], unsent[leg])
            self._ratios.append(challenger / champion)
        self._settle(line, shadow, by)

    def standing(self, canary: float) -> TrialStanding:
        """What came of it so far."""
        pinged, cents, by = np.array(self._matured or np.zeros((0, 3))).T
        again, at = resampled(pinged), [ping[0] for ping in self._pings]
        surplus = [again.mean(cents, by == side) for side in (0, 1)]
        bought, converted, before, now = np.array(self._leads or np.zeros((0, 4))).T
        leads, is_mixed = resampled(bought), 0 < converted.sum() < len(converted)
        return TrialStanding(
            vertical=self._vertical,
            canary=canary,
            since=at[0] if at else 0.0,
            until=at[-1] if at else 0.0,
            pings=len(at),
            champion=self._contender(0, converted, before, int((by == 0).sum()), surplus[0]),
            challenger=self._contender(1, converted, now, int((by == 1).sum()), surplus[1]),
            both_bid=len(self._ratios),
            ratios=quantiles(self._ratios),
            leads=len(converted),
            unpaired=self._unpaired,
            conversions=int(converted.sum()),
            log_loss=_measure(leads.mean(losses(converted, now) - losses(converted, before))) if is_mixed else None,
            auc=_auc(converted, before, now, leads) if is_mixed else None,
            surplus=_measure(surplus[1] - surplus[0]) if min((by == 0).sum(), (by == 1).sum()) > 1 else None,
            sizes=self._sizes(cents[by == 0], at, canary),
            stopped_at=self._stopped_at,
        )

    def _sizes(self, cents: Array, at: Sequence[float], canary: float) -> tuple[CanarySize, ...]:
        """What a canary needs on traffic such as this trial's, which has lasted an hour at least."""
        span_days = (at[-1] - at[0]) / DAY_S if at else 0.0
        if span_days * 24.0 < 1.0 or not len(cents):
            return ()
        surplus = PingSurplus(mean=float(cents.mean()), variance=float(cents.var()))
        return canary_sizes(surplus, len(at) / span_days, self._bought / len(at), canary)

    def _settle(self, line: PingLine, shadow: Shadow, by: int) -> None:
        """What became of the bids that were sent."""
        cents, is_settled = 0, True
        for bid_id, offer in zip(line.bid_ids, line.decision.bids, strict=False):
            outcome = self._outcomes.get(bid_id)
            if outcome is None or outcome.won is None:
                is_settled = False
                continue
            self._settled.append((by, outcome.won, offer.win_probability))
            cents += outcome.cents
            self._bought += outcome.bought
            if outcome.bought and outcome.converted is not None:
                mine = offer.valuation.probability if offer.valuation is not None else None
                theirs = shadow.probability(offer.campaign, offer.leg)
                if mine is None or theirs is None:
                    self._unpaired += 1
                else:
                    self._leads.append((line.at, outcome.converted, *_in_order(by, mine, theirs)))
        if line.at < self._matured_before and is_settled:
            self._matured.append((line.at, cents, by))

    def _contender(self, side: int, converted: Array, chances: Array, matured: int, surplus: Array) -> Contender:
        """One of the two, 0 or 1."""
        _, by, *dearest = np.array(self._pings or np.zeros((0, 4))).T
        priced = dearest[side][~np.isnan(dearest[side])]
        settled = [(won, chance) for who, won, chance in self._settled if who == side]
        hits, shown = int(converted.sum()), None
        if len(converted):
            shown = Predictions(
                log_loss=float(losses(converted, chances).mean()),
                auc=auc(converted, chances) if 0 < hits < len(converted) else None,
                predicted_over_observed=_share(float(chances.sum()), hits),
            )
        return Contender(
            version=self._versions[side],
            decided=int((by == side).sum()),
            shadowed=int((by != side).sum()),
            faults=len(by) - len(priced),
            bid_rate=_share(int((priced > 0).sum()), len(priced)),
            price=_share(float(priced.sum()), int((priced > 0).sum())),
            settled=len(settled),
            win_rate=_share(sum(won for won, _ in settled), len(settled)),
            predicted_win_rate=_share(sum(chance for _, chance in settled), len(settled)),
            predictions=shown,
            matured_pings=matured,
            surplus=_measure(surplus) if matured > 1 else None,
        )


def _in_order(by: int, decided: float, shadowed: float) -> tuple[float, float]:
    """The champion's first, whoever decided."""
    return (shadowed, decided) if by else (decided, shadowed)


def _auc(converted: Array, before: Array, now: Array, leads: Resamples) -> Measure | None:
    """How much better the one ranks than the other; `None` where most draws hold one kind of leads alone."""
    ranked, former = Ranks(now), Ranks(before)
    draws = leads.times[: _AUC_DRAWS + 1, leads.cluster]
    gains = np.array([ranked.auc(converted, times) - former.auc(converted, times) for times in draws])
    return _measure(gains) if np.isfinite(gains).mean() > 0.5 else None


def _measure(draws: Array) -> Measure:
    return Measure(*msgspec.structs.astuple(interval(draws, _LEVEL)))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
