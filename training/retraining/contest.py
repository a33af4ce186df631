"""How well models foretold the same auctions: who would win, and how sure they were."""

from math import sqrt
from typing import Any

import msgspec
import numpy as np

Array = np.ndarray[Any, Any]

_EDGE = 1e-6
_CLEAR_Z = 1.645
"""One in twenty differences of luck alone is larger."""


class Odds(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of some auctions: the share that would be won, and the mean log-loss of saying so of each."""

    predicted: float
    log_loss: float


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """Who said what of the newest auctions. `constant` says of each what was usual before.

    `gain` is how much less the challenger loses on the mean auction, `noise` the standard error of that; both are 0
    where there is no challenger.
    """

    bids: int
    won: float
    champion: Odds
    constant: Odds
    challenger: Odds | None = None
    gain: float = 0.0
    noise: float = 0.0

    @property
    def is_better(self) -> bool:
        """Whether the challenger foretells better, by more than luck may give."""
        return self.gain > _CLEAR_Z * self.noise


def contest(won: Array, usual: float, champion: Array, challenger: Array | None = None) -> Contest:
    """Hold what was said of these auctions (P(win) at the bid) against what came; `usual` is the earlier win rate."""
    before = _losses(won, champion)
    found = Contest(
        bids=len(won),
        won=float(np.mean(won)),
        champion=Odds(predicted=float(np.mean(champion)), log_loss=float(np.mean(before))),
        constant=Odds(predicted=usual, log_loss=float(np.mean(_losses(won, np.full(len(won), usual))))),
    )
    if challenger is None:
        return found
    now = _losses(won, challenger)
    return msgspec.structs.replace(
        found,
        challenger=Odds(predicted=float(np.mean(challenger)), log_loss=float(np.mean(now))),
        gain=float(np.mean(before - now)),
        noise=float(np.std(before - now, ddof=1)) / sqrt(len(won)) if len(won) > 1 else float("inf"),
    )


def _losses(won: Array, said: Array) -> Array:
    sure = np.clip(said.astype(np.float64), _EDGE, 1.0 - _EDGE)
    losses: Array = -np.where(won.astype(bool), np.log(sure), np.log1p(-sure))
    return losses
