"""How well models predicted the same auctions: the win rate of each, and how sure they were."""

import msgspec
import numpy as np

from training.statistics import Array, Saving, losses, saving

_EDGE = 1e-6
_CLEAR_Z = 1.645
"""One in twenty differences of luck alone is larger."""


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


def contest(won: Array, usual: float, champion: Array, challenger: Array) -> Contest:
    """Hold what was said of these auctions (P(win) at the bid) against what came; `usual` is the earlier win rate."""
    before, now = losses(won, champion, _EDGE), losses(won, challenger, _EDGE)
    constant = losses(won, np.full(len(won), usual), _EDGE)
    saved = saving(now, before)
    return Contest(
        bids=len(won),
        won=float(np.mean(won)),
        champion=_odds(champion, before),
        constant=Odds(predicted=usual, log_loss=float(np.mean(constant))),
        challenger=_odds(challenger, now),
        gain=saved.mean,
        noise=saved.noise,
    )


def _odds(predicted: Array, losses: Array) -> Odds:
    return Odds(predicted=float(np.mean(predicted)), log_loss=float(np.mean(losses)))
