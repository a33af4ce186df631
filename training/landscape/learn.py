"""Learn how rivals bid: every form is fitted, the newest auctions choose, and all of them fit the choice."""

from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np
from msgspec.structs import replace

from app.domain.money import money
from app.scoring.landscape import LegLandscape
from app.wire.ping import Leg
from training.conversion.features import Column
from training.landscape.auctions import AuctionLog, TooThin, check_enough, columns_of
from training.landscape.choice import chosen, tried
from training.landscape.fit import Fit, fit
from training.landscape.forms import Form
from training.statistics import Array, ReliabilityBin, bins_by_mass, bins_by_name, losses

NEWEST = 0.25
"""The share of the auctions by which forms are judged: the latest, none of which what is judged was fitted to."""
WINNERS_TRIED = (1, 2, 3, 4)

PRICES_MIN = 100
"""Of fewer disclosed prices nothing is learned that won and lost do not say."""

EDGE = 1e-6
"""No auction counts for more than being so sure of it in vain."""

_HALVES = np.exp(np.linspace(np.log(50.0), np.log(100_000.0), 60))

Tell = Callable[[str], None]


class Demands(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to learn a leg; a seller of whom fewer than `seller_rows_min` auctions are known is left out.

    `errors`: by how many standard errors another form must be better to be taken in the place of `rivals`.
    `facts_rows_min`: from so many auctions on trees read facts; of fewer they learn by heart, and lose to a constant.
    `plain`: whether forms without facts are tried in any case.
    """

    rows_min: int = 300
    of_each_min: int = 30
    seller_rows_min: int = 50
    errors: float = 2.0
    facts_rows_min: int = 0
    plain: bool = False


USUAL = Demands()


class FormAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One form on the newest auctions, which it had not seen: what its own bids would earn there, in cents an auction.

    `priced` is whether it learned from disclosed prices.
    """

    form: Form
    winners: int
    priced: bool
    log_loss: float
    surplus: float


class LearnedLeg(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt of one leg from its `log`, with its evidence: what was `predicted` of the `newest` auctions.

    Beside its log-loss stands that of a constant, the `usual` share won before, and of one ORTB curve a seller.
    """

    leg: Leg
    log: AuctionLog
    newest: AuctionLog
    predicted: Array
    usual: float
    log_loss: float
    log_loss_constant: float
    log_loss_ortb: float
    priced: bool
    attempts: tuple[FormAttempt, ...]
    fitted: Fit
    landscape: LegLandscape

    @property
    def by_bid(self) -> tuple[ReliabilityBin, ...]:
        """Tenths of the newest auctions, the lowest bids first."""
        return bins_by_mass(self.newest.bid_cents, self.predicted, self.newest.won, 10, _dollars)

    @property
    def by_seller(self) -> tuple[ReliabilityBin, ...]:
        """The newest auctions of each seller."""
        return bins_by_name(self.newest.seller, self.predicted, self.newest.won, most=len(self.newest))


class LearnedLandscape(msgspec.Struct, frozen=True, kw_only=True):
    """The legs with enough auctions; `thin` says of each that has not how many there are, and how many it takes."""

    legs: tuple[LearnedLeg, ...]
    thin: tuple[str, ...]


def learn_landscape(
    logs: Iterable[AuctionLog],
    columns: Sequence[Column] | None = None,
    *,
    winners: int | None = None,
    demands: Demands = USUAL,
    tell: Tell,
) -> LearnedLandscape:
    """Learn every leg from its auctions. Without `columns` the facts of its log are; `winners` is of the shared leg."""
    legs, thin = [], []
    for log in logs:
        if not len(log.telling):
            continue
        read = columns_of(log.facts) if columns is None else columns
        top = 1 if log.leg == "exclusive" else winners
        try:
            legs.append(learn_leg(log, read, winners=top, demands=demands, tell=tell))
        except TooThin as reason:
            thin.append(str(reason))
    return LearnedLandscape(legs=tuple(legs), thin=tuple(thin))


def learn_leg(
    log: AuctionLog, columns: Sequence[Column], *, winners: int | None, demands: Demands = USUAL, tell: Tell
) -> LearnedLeg:
    """The best form for auctions, oldest first; `winners` may win one, `None` to find out how many. Raises TooThin."""
    log, leg = log.telling, log.leg
    check_enough(leg, log.won, demands.rows_min, demands.of_each_min)
    cut = int(len(log) * (1.0 - NEWEST))
    older, newest = log.rows(np.arange(cut)), log.rows(np.arange(cut, len(log)))
    tops = (winners,) if winners is not None else (1,) if leg == "exclusive" else WINNERS_TRIED
    forms: list[tuple[Form, int]] = [*(("rivals", top) for top in tops), ("logistic", tops[0]), ("stepped", tops[0])]
    # Of a few prices a table says all there is; between them no shape can be seen.
    usual_form: Form = "stepped" if len(log.points) else "rivals"
    fits: list[tuple[Fit, bool]] = []
    reads: list[Sequence[Column]] = [()] if demands.plain else []
    reads += [columns] if len(log) >= demands.facts_rows_min else []
    knows = [False, True] if len(older.priced) >= PRICES_MIN else [False]
    for read in reads:
        for form, top in forms:
            for priced in knows:
                tell(f"{leg}: {form}, {top} may win{', with disclosed prices' if priced else ''}")
                told = older if priced else older.without_prices
                fits.append((fit(told, read, form, top), priced))
                if read and form == usual_form:
                    tell(f"{leg}: {form}, {top} may win, facts move the spread")
                    fits.append((fit(told, read, form, top, moves_spread=True), priced))
    trials = tried(fits, newest)
    best = chosen(trials, demands.errors, usual_form)
    predicted, winner = best.predicted, best.fitted.landscape
    tell(f"{leg}: {winner.form} once more, on all of them")
    learns = log if best.priced else log.without_prices
    read = columns if winner.features else ()
    whole = fit(learns, read, winner.form, winner.winners, moves_spread=bool(winner.spread_trees))
    # The service bids along what was learned of sellers of whom enough is known.
    names, counts = np.unique(log.seller.astype(str), return_counts=True)
    sellers = {name: whole.landscape.sellers[name] for name in names[counts >= demands.seller_rows_min].tolist()}
    widths = {name: whole.landscape.widths[name] for name in sellers}
    usual = float(older.won.mean())

    def log_loss(predicted: Array) -> float:
        return float(losses(newest.won, predicted, EDGE).mean())

    attempts = [
        FormAttempt(
            form=each.fitted.landscape.form,
            winners=each.fitted.landscape.winners,
            priced=each.priced,
            log_loss=log_loss(each.predicted),
            surplus=float(each.surplus.mean()),
        )
        for each in trials
    ]
    return LearnedLeg(
        leg=leg,
        log=log,
        newest=newest,
        predicted=predicted,
        usual=usual,
        log_loss=log_loss(predicted),
        log_loss_constant=log_loss(np.full(len(newest), usual)),
        log_loss_ortb=log_loss(_ortb(older, newest)),
        priced=best.priced,
        attempts=tuple(attempts),
        fitted=whole,
        landscape=replace(whole.landscape, sellers=sellers, widths=widths),
    )


def half_price(bid_cents: Array, won: Array) -> float:
    """c of the curve b / (c + b) that these auctions make most likely: the bid that wins half of them."""
    costs = [losses(won, bid_cents / (bid_cents + half), EDGE).mean() for half in _HALVES]
    return float(_HALVES[int(np.argmin(costs))])


def _ortb(older: AuctionLog, newest: AuctionLog) -> Array:
    """P(win) by one curve b / (c + b) a seller, its c fitted to the older auctions."""
    half = np.zeros(len(newest))
    for name in set(newest.seller):
        mine = older.seller == name
        mine = mine if mine.any() else np.ones(len(older), dtype=bool)
        half[newest.seller == name] = half_price(older.bid_cents[mine], older.won[mine])
    return np.asarray(newest.bid_cents / (newest.bid_cents + half))


def _dollars(low: float, high: float) -> str:
    return f"{money(low)} to {money(high)}"
