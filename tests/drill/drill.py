"""What a drill is: a promise of the service, and a real fault that tries to break it."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

Say = Callable[[str], None]
"""Tells whoever watches how far a drill has come."""


class Drill(Protocol):
    """One module of this package, whose name is the drill's. Its docstring says what is done to the service."""

    PROMISE: str
    """What must hold whatever happens, in one sentence."""
    IN_SAMPLE: bool
    """Whether it is quick enough for every change: a few seconds."""

    def drill(self, folder: Path, say: Say) -> list[str]:
        """Do it in an empty folder; what was broken, a sentence each. NotHere where this machine cannot do it."""
        ...


class NotHere(Exception):
    """This machine lacks what the drill needs; the text says what."""
