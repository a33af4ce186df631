"""How much leads count that are too young to tell, so that a model of all of them speaks of mature ones.

Of leads like one, a share p converts, of which F is known at its age: p F are told as converted, 1 - p F as not. Those
told as converted count 1 / F, and the others (1 - p) / (1 - p F), which is how likely it is that nothing comes: then
the two stand as p to 1 - p, whatever the ages. Of p a first model has to be asked (Chapelle, 2014; Ktena et al., 2019).
"""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from training.conversion.candidates import chance, fitted, logistic
from training.conversion.encoders import encoded
from training.conversion.features import Column
from training.histories.history import History
from training.statistics import Array


def as_if_mature(history: History, columns: Sequence[Column], X: Array, *, seed: int) -> History:
    """The history with weights by which its young leads say what mature ones would; as it is where it has none."""
    if history.seen is None:
        return history
    y, seen = history.converted, history.seen
    usual = np.ones(len(y)) if history.weight is None else history.weight
    share = np.full(len(y), float(np.average(y / seen, weights=usual)))
    first = fitted(logistic(columns, encoded=encoded(columns, X), seed=seed), X, y, usual * maturing(y, seen, share))
    return replace(history, weight=usual * maturing(y, seen, chance(first, X)), seen=None)


def maturing(converted: Array, seen: Array, share: Array) -> Array:
    """How often each lead counts of which this `share` of its like converts and of which so much is `seen`."""
    share = np.clip(share, 0.0, 1.0 - 1e-6)
    return np.asarray(np.where(converted == 1, 1.0 / seen, (1.0 - share) / (1.0 - share * seen)))
