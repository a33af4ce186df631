"""Learn how rivals bid on one leg: every form is fitted, the newest auctions choose, and all of them fit the choice."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from app.scoring.landscape import LegLandscape
from app.wire.ping import Leg
from training.conversion.features import Column
from training.landscape.export import leg_of
from training.landscape.fit import Fit, fit, log_loss, predict
from training.landscape.forms import Array, Form
from training.landscape.log import AuctionLog

ROWS_MIN = 300
"""Fewer auctions say less than what is declared of a seller."""
OF_EACH_MIN = 30
"""So many must be won, and lost."""
SELLER_ROWS_MIN = 50
NEWEST = 0.25
CLEAR = 2.0
"""By how many standard errors another form must be better to be taken in the place of `rivals`."""
WINNERS_TRIED = (1, 2, 3, 4)

Tell = Callable[[str], None]


class TooThin(Exception):
    """There are too few auctions to learn from: the text says how many there are, and how many it takes."""


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """Auctions of like bids, or of one seller: the share that was won, and what was foretold before they were known."""

    name: str
    rows: int
    won: float
    predicted: float


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One form on the newest auctions, which it had not seen."""

    form: Form
    winners: int
    log_loss: float


class LearnedLeg(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt of one leg, with its evidence on the newest auctions: beside the log-loss that of a constant, and
    of one ORTB curve a seller.
    """

    leg: Leg
    rows: int
    won: float
    newest: int
    log_loss: float
    log_loss_constant: float
    log_loss_ortb: float
    attempts: tuple[Attempt, ...]
    by_bid: tuple[Bucket, ...]
    by_seller: tuple[Bucket, ...]
    fitted: Fit
    landscape: LegLandscape


def learn_leg(log: AuctionLog, columns: Sequence[Column], leg: Leg, *, winners: int | None, tell: Tell) -> LearnedLeg:
    """The best form for these auctions, oldest first. `winners` is how many buyers may win one, `None` to find out.

    A bid at or below the seller's floor says nothing of rivals, and is left out. Raises TooThin.
    """
    log = log.rows(np.flatnonzero((log.bid_cents > 0) & (log.bid_cents >= log.floor_cents) & (log.worth_cents > 0)))
    _check_enough(log, leg)
    cut = int(len(log) * (1.0 - NEWEST))
    older, newest = log.rows(np.arange(cut)), log.rows(np.arange(cut, len(log)))
    tried: list[tuple[Fit, Array]] = []
    for form, top in _forms(leg, winners):
        tell(f"{leg}: {form}, {top} may win")
        fitted = fit(older, columns, form, top)
        tried.append((fitted, predict(fitted, newest)))
    chosen, predicted = _chosen(tried, newest.won)
    tell(f"{leg}: {chosen.form} once more, on all of them")
    whole = fit(log, columns, chosen.form, chosen.winners)
    names, counts = np.unique(log.seller.astype(str), return_counts=True)
    learnt = names[counts >= SELLER_ROWS_MIN].tolist()
    return LearnedLeg(
        leg=leg,
        rows=len(log),
        won=float(log.won.mean()),
        newest=len(newest),
        log_loss=float(log_loss(newest.won, predicted).mean()),
        log_loss_constant=_constant(older, newest),
        log_loss_ortb=float(log_loss(newest.won, _ortb(older, newest)).mean()),
        attempts=tuple(
            Attempt(form=each.form, winners=each.winners, log_loss=float(log_loss(newest.won, chance).mean()))
            for each, chance in tried
        ),
        by_bid=_by_bid(newest, predicted),
        by_seller=_by_seller(newest, predicted),
        fitted=whole,
        landscape=leg_of(whole, leg, learnt),
    )


def _check_enough(log: AuctionLog, leg: Leg) -> None:
    won = int(log.won.sum())
    lost = len(log) - won
    if len(log) < ROWS_MIN or min(won, lost) < OF_EACH_MIN:
        raise TooThin(
            f"{leg}: {len(log)} auctions, {won} won and {lost} lost; it takes {ROWS_MIN}, and {OF_EACH_MIN} of each"
        )


def _forms(leg: Leg, winners: int | None) -> list[tuple[Form, int]]:
    tops = (winners,) if winners is not None else (1,) if leg == "exclusive" else WINNERS_TRIED
    return [*(("rivals", top) for top in tops), ("logistic", tops[0])]


def _chosen(tried: list[tuple[Fit, Array]], won: Array) -> tuple[Fit, Array]:
    """The best of the streams of rivals, unless another form is clearly better."""
    rivals = [each for each in tried if each[0].form == "rivals"]
    best = min(rivals, key=lambda each: float(log_loss(won, each[1]).sum()))
    for other in tried:
        saved = log_loss(won, best[1]) - log_loss(won, other[1])
        if saved.mean() > CLEAR * saved.std() / np.sqrt(len(won)):
            best = other
    return best


def _constant(older: AuctionLog, newest: AuctionLog) -> float:
    share = float(np.clip(older.won.mean(), 1e-3, 1.0 - 1e-3))
    return float(log_loss(newest.won, np.full(len(newest), share)).mean())


def _ortb(older: AuctionLog, newest: AuctionLog) -> Array:
    """P(win) by one curve b / (c + b) a seller, its c fitted to the older auctions."""
    grid = np.exp(np.linspace(np.log(50.0), np.log(100_000.0), 60))
    chances = np.full(len(newest), 0.5)
    for name in np.unique(newest.seller.astype(str)):
        mine = older.seller == name
        mine = mine if mine.any() else np.ones(len(older), dtype=bool)
        bids, won = older.bid_cents[mine], older.won[mine]
        losses = [log_loss(won, _clipped(bids / (bids + half))).mean() for half in grid]
        half, theirs = grid[int(np.argmin(losses))], newest.seller == name
        chances[theirs] = newest.bid_cents[theirs] / (newest.bid_cents[theirs] + half)
    return _clipped(chances)


def _clipped(chances: Array) -> Array:
    return np.asarray(np.clip(chances, 1e-6, 1.0 - 1e-6))


def _by_bid(newest: AuctionLog, predicted: Array) -> tuple[Bucket, ...]:
    tenths = np.array_split(np.argsort(newest.bid_cents, kind="stable"), 10)
    return tuple(
        _bucket(
            f"${newest.bid_cents[rows].min() / 100:.2f} to ${newest.bid_cents[rows].max() / 100:.2f}",
            rows,
            newest,
            predicted,
        )
        for rows in tenths
        if len(rows)
    )


def _between(bids: Array) -> str:
    return f"${bids.min() / 100.0:.2f} to ${bids.max() / 100.0:.2f}"


def _by_seller(newest: AuctionLog, predicted: Array) -> tuple[Bucket, ...]:
    return tuple(
        _bucket(name, np.flatnonzero(newest.seller == name), newest, predicted)
        for name in np.unique(newest.seller.astype(str)).tolist()
    )


def _bucket(name: str, rows: Array, newest: AuctionLog, predicted: Array) -> Bucket:
    return Bucket(
        name=name, rows=len(rows), won=float(newest.won[rows].mean()), predicted=float(predicted[rows].mean())
    )
