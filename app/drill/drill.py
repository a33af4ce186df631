"""What a drill is: a promise of the service, and a real fault that tries to break it."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Protocol

LOST = "lost"
SOLD_TWICE = "sold twice"
CAPS_OVERRUN = "caps overrun"
DELIVERIES_LOST = "deliveries lost"
REPLAYS_DIFFER = "replays that differ"
NEVER = (LOST, SOLD_TWICE, CAPS_OVERRUN, DELIVERIES_LOST, REPLAYS_DIFFER)
"""The figures that are 0 in every drill that counts them: leads that were accepted and are lost, leads or bids that
were sold twice, sales above a cap, leads that no CRM got, and decisions that the journal does not reproduce.
"""


class Say:
    """What a drill speaks through: how far it has come, and what it has counted.

    `chance` is its own and follows from the seed alone, as does `seed` for whatever wants a number. A sample does less
    of the same.
    """

    def __init__(self, tell: Callable[[str], None], *, name: str = "", seed: int = 1, is_sample: bool = False) -> None:
        self.seed = seed
        self.is_sample = is_sample
        self.chance = Random(f"{seed}/{name}")
        self.figures: dict[str, float] = {}
        self._tell = tell

    def __call__(self, text: str) -> None:
        """Tell whoever watches how far it is."""
        self._tell(text)

    def count(self, figure: str, by: float = 1) -> None:
        """Add to a figure, which is 0 as long as nothing was added."""
        self.figures[figure] = self.figures.get(figure, 0) + by

    def most(self, figure: str, value: float) -> None:
        """Keep the largest value of a figure, to a tenth."""
        self.figures[figure] = max(self.figures.get(figure, 0), round(value, 1))


class Drill(Protocol):
    """One module of the packages beside this one, whose name is the drill's. Its docstring says what is done."""

    PROMISE: str
    """What must hold whatever happens, in one sentence."""
    IN_SAMPLE: bool
    """Whether it is quick enough for every change: a few seconds."""

    def drill(self, folder: Path, say: Say) -> list[str]:
        """Do it in an empty folder; what was broken, a sentence each. NotHere where this machine cannot do it."""
        ...


class NotHere(Exception):
    """This machine lacks what the drill needs; the text says what."""
