"""What a vertical's own auctions say of rivals: a landscape that must foretell the newest of them better."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np

from app.scoring.card import Gate
from app.scoring.landscape import FILE as LANDSCAPE
from app.scoring.landscape import LandscapeArtefact, LandscapeRow, LegLandscape
from app.wire.ping import Leg
from training.conversion.features import Column
from training.histories.auctions import decided, log_of
from training.histories.bids import LoggedBid, read_bids
from training.landscape.export import artefact_of, leg_of
from training.landscape.fit import Fit, fit, predict
from training.landscape.forms import Form
from training.landscape.learn import ROWS_MIN, WINNERS_TRIED
from training.landscape.log import AuctionLog
from training.retraining.contest import Contest, contest

NEWEST = 0.25
"""The share of the auctions by which odds are judged: the latest, none of which what is judged was fitted to."""

AUCTIONS_MIN = 60
"""Of fewer the newest quarter would say more of luck than of anybody."""

OF_EACH_MIN = 15
"""So many must be won, and lost."""

AUCTIONS_MAX = 100_000
"""The latest so many: rivals of long ago bid no more."""

SELLER_MIN = 20
"""A seller of whom fewer auctions are known keeps the curve that is declared of it."""

Ratio = Callable[[LoggedBid], float]


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned: by leg how it compares, the gates, and the landscape of the legs that passed, if any did.

    `few` says of which legs there is too little.
    """

    contests: dict[str, Contest] = {}
    gates: tuple[Gate, ...] = ()
    artefact: LandscapeArtefact | None = None
    told: str = ""
    few: tuple[str, ...] = ()


class _Learned(msgspec.Struct, frozen=True, kw_only=True):
    """One leg that passed, for the whole of its log."""

    fitted: Fit
    landscape: LegLandscape
    log: AuctionLog


def market(
    path: Path, vertical: str, columns: Sequence[Column], ratio: Ratio, former: Path, tell: Callable[[str], None]
) -> Market:
    """Learn both legs from a file of bids. A leg that gains nothing stays as it is in the `former` version's folder."""
    contests: dict[str, Contest] = {}
    gates: list[Gate] = []
    learned: dict[Leg, _Learned] = {}
    few: list[str] = []
    for leg in get_args(Leg):
        bids = decided(read_bids(path, vertical), leg)[-AUCTIONS_MAX:]
        bids = [bid for bid in bids if bid.price_cents >= max(bid.floor_cents, 1)]
        won = sum(bool(bid.won) for bid in bids)
        if len(bids) < AUCTIONS_MIN or min(won, len(bids) - won) < OF_EACH_MIN:
            few += [_too_few(leg, len(bids), won)] if bids else []
            continue
        tell(f"learning how rivals bid: {leg}")
        contests[leg], found = _leg(bids, vertical, leg, columns, ratio)
        gates.append(_gate(leg, contests[leg]))
        if gates[-1].passed:
            learned[leg] = found
    if not learned:
        return Market(contests=contests, gates=tuple(gates), few=tuple(few))
    artefact = artefact_of(vertical, {leg: (each.fitted, each.landscape, each.log) for leg, each in learned.items()})
    return Market(
        contests=contests,
        gates=tuple(gates),
        artefact=_with_former(artefact, former),
        told=", ".join(f"{len(each.log):,} {leg} auctions" for leg, each in learned.items()),
        few=tuple(few),
    )


def _leg(
    bids: Sequence[LoggedBid], vertical: str, leg: Leg, columns: Sequence[Column], ratio: Ratio
) -> tuple[Contest, _Learned]:
    """The best form on the newest auctions against what was said when they were bid for, then fitted to all."""
    log, cut = log_of(bids, vertical, leg, ratio), int(len(bids) * (1.0 - NEWEST))
    older, newest = log.rows(np.arange(cut)), log.rows(np.arange(cut, len(log)))
    said = np.array([bid.win_probability for bid in bids[cut:]])
    tried = [
        (form, winners, read, contest(newest.won, float(older.won.mean()), said, predict(fitted, newest)))
        for form, winners, read in _forms(len(log), leg, columns)
        for fitted in [fit(older, read, form, winners)]
    ]
    form, winners, read, best = max(tried, key=lambda each: each[3].gain)
    whole = fit(log, read, form, winners)
    names, counts = np.unique(log.seller.astype(str), return_counts=True)
    learnt = names[counts >= SELLER_MIN].tolist()
    return best, _Learned(fitted=whole, landscape=leg_of(whole, leg, learnt), log=log)


def _forms(rows: int, leg: Leg, columns: Sequence[Column]) -> Iterator[tuple[Form, int, Sequence[Column]]]:
    """What is tried. On a hundred auctions the trees that read facts learn by heart, and lose to a constant."""
    reads: list[Sequence[Column]] = [(), columns] if rows >= ROWS_MIN else [()]
    for read in reads:
        for winners in (1,) if leg == "exclusive" else WINNERS_TRIED:
            yield "rivals", winners, read
        yield "logistic", 1, read


def _gate(leg: Leg, found: Contest) -> Gate:
    challenger = found.challenger
    assert challenger is not None
    return Gate(
        name=f"foretells {leg} wins",
        passed=found.is_better and challenger.log_loss < found.constant.log_loss,
        found=f"log-loss {found.champion.log_loss:.3f} to {challenger.log_loss:.3f} on the newest {found.bids:,}, "
        f"the same for all {found.constant.log_loss:.3f}; noise {found.noise:.3f}",
    )


def _too_few(leg: Leg, bids: int, won: int) -> str:
    needed = f"it takes {AUCTIONS_MIN}, and {OF_EACH_MIN} that were won or lost"
    return f"too few {leg} auctions: {bids}, of which {won} were won; {needed}"


def _with_former(artefact: LandscapeArtefact, former: Path) -> LandscapeArtefact:
    """With the legs that an earlier landscape knows and this one does not."""
    try:
        before = msgspec.json.decode((former / LANDSCAPE).read_bytes(), type=LandscapeArtefact)
    except (OSError, msgspec.DecodeError):
        return artefact
    legs = {leg.leg: leg for leg in (*before.legs, *artefact.legs)}
    fresh = {leg.leg for leg in artefact.legs}
    rows: list[LandscapeRow] = [row for row in before.parity if row.leg not in fresh]
    return msgspec.structs.replace(artefact, legs=tuple(legs.values()), parity=(*artefact.parity, *rows))
