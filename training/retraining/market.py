"""What a vertical's own auctions say of rivals: a landscape that must predict the newest of them better."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np

from app.scoring.card import Gate
from app.scoring.landscape import FILE as LANDSCAPE
from app.scoring.landscape import LandscapeArtefact
from app.wire.ping import Leg
from training.conversion.features import Column
from training.histories.bids import LoggedBid
from training.landscape.auctions import auction_log
from training.landscape.export import artefact_of
from training.landscape.learn import Demands, learn_landscape
from training.statistics import Array, Saving, losses, saving

AUCTIONS_MAX = 100_000
"""The latest so many: rivals of long ago bid no more."""

DEMANDS = Demands(rows_min=60, of_each_min=15, seller_rows_min=20, errors=0.0, facts_rows_min=300, plain=True)
"""Of 60 auctions the newest quarter is 15: of fewer it would say more of luck than of anybody. What is learned of few
is held against what was said when they were bid for, so that the best form is taken, and must be clearly better then.
"""

_EDGE = 1e-6
_CLEAR_Z = 1.645
"""One in twenty differences of luck alone is larger."""

Ratio = Callable[[LoggedBid], float]


class Odds(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of some auctions: the share that would be won, and the mean log-loss of saying so of each."""

    predicted: float
    log_loss: float


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """Who said what of the newest auctions. `constant` says of each what was usual before.

    `gain` is how much less the challenger loses on the mean auction, `noise` the standard error of that.
    """

    bids: int
    won: float
    champion: Odds
    constant: Odds
    challenger: Odds
    gain: float
    noise: float

    @property
    def is_better(self) -> bool:
        """Whether the challenger predicts better, by more than luck may give."""
        return Saving(self.gain, self.noise).is_clear(_CLEAR_Z)


class LearnedMarket(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned: by leg how it compares, the gates, and the landscape of the legs that passed, if any did.

    `few` says of which legs there is too little.
    """

    contests: dict[str, Contest] = {}
    gates: tuple[Gate, ...] = ()
    artefact: LandscapeArtefact | None = None
    told: str = ""
    few: tuple[str, ...] = ()


def market(
    path: Path, vertical: str, columns: Sequence[Column], ratio: Ratio, former: Path, tell: Callable[[str], None]
) -> LearnedMarket:
    """Learn both legs from a file of bids. A leg that gains nothing stays as it is in the `former` version's folder."""
    logs = [auction_log(path, vertical, leg, most=AUCTIONS_MAX, ratio=ratio) for leg in get_args(Leg)]
    learned = learn_landscape([log for log in logs if log is not None], columns, demands=DEMANDS, tell=tell)
    contests: dict[str, Contest] = {}
    for leg in learned.legs:
        # Against what was said of the newest auctions when they were bid for.
        assert leg.newest.predicted is not None
        contests[leg.leg] = contest(leg.newest.won, leg.usual, leg.newest.predicted, leg.predicted)
    gates = {leg: _gate(leg, each) for leg, each in contests.items()}
    passed = [leg for leg in learned.legs if gates[leg.leg].passed]
    return LearnedMarket(
        contests=contests,
        gates=tuple(gates.values()),
        artefact=_with_former(artefact_of(vertical, passed), former) if passed else None,
        told=", ".join(f"{len(each.log):,} {each.leg} auctions" for each in passed),
        few=learned.thin,
    )


def contest(won: Array, usual: float, champion: Array, challenger: Array) -> Contest:
    """Hold what was said of these auctions (P(win) at the bid) against what came; `usual` is the earlier win rate."""
    said = (champion, np.full(len(won), usual), challenger)
    before, constant, now = (losses(won, each, _EDGE) for each in said)
    saved = saving(now, before)
    return Contest(
        bids=len(won),
        won=float(np.mean(won)),
        champion=Odds(predicted=float(np.mean(champion)), log_loss=float(np.mean(before))),
        constant=Odds(predicted=usual, log_loss=float(np.mean(constant))),
        challenger=Odds(predicted=float(np.mean(challenger)), log_loss=float(np.mean(now))),
        gain=saved.mean,
        noise=saved.noise,
    )


def _gate(leg: str, found: Contest) -> Gate:
    return Gate(
        name=f"predicts {leg} wins",
        passed=found.is_better and found.challenger.log_loss < found.constant.log_loss,
        found=f"log-loss {found.champion.log_loss:.3f} to {found.challenger.log_loss:.3f} on the newest "
        f"{found.bids:,}, constant baseline {found.constant.log_loss:.3f}; noise {found.noise:.3f}",
    )


def _with_former(artefact: LandscapeArtefact, former: Path) -> LandscapeArtefact:
    """With the legs that an earlier landscape knows and this one does not."""
    try:
        before = msgspec.json.decode((former / LANDSCAPE).read_bytes(), type=LandscapeArtefact)
    except (OSError, msgspec.DecodeError):
        return artefact
    legs = {leg.leg: leg for leg in (*before.legs, *artefact.legs)}
    fresh = {leg.leg for leg in artefact.legs}
    rows = [row for row in before.parity if row.leg not in fresh]
    return msgspec.structs.replace(artefact, legs=tuple(legs.values()), parity=(*artefact.parity, *rows))
