"""Finds the drills, and runs one: what it found, what it counted, and whether the promise was kept."""

import importlib
import os
import pkgutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, cast

import msgspec

import app.drill
from app.drill.drill import NEVER, Drill, NotHere, Say

Verdict = Literal["kept", "broken", "not here"]

_APART = "kit"
"""What drills stand on, and no drill."""


class DrillResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one drill: `found` are the broken promises, or why it cannot be tried here."""

    drill: str
    seed: int
    promise: str
    verdict: Verdict
    found: tuple[str, ...]
    figures: dict[str, float]
    seconds: float


class DrillReport(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, and what must never be more than 0, added up."""

    seed: int
    is_sample: bool
    load_before: float
    cores: int
    never: dict[str, int]
    drills: tuple[DrillResult, ...]

    @property
    def broken(self) -> list[str]:
        """The drills that broke a promise, each once."""
        return list(dict.fromkeys(each.drill for each in self.drills if each.verdict == "broken"))


def all_drills() -> dict[str, Drill]:
    """Every module of the packages beside this one, by its name."""
    return {path.rpartition(".")[2]: cast(Drill, importlib.import_module(path)) for path in sorted(_paths())}


def run_drill(name: str, drill: Drill, seed: int, tell: Callable[[str], None], *, is_sample: bool) -> DrillResult:
    """One drill in a folder of its own, which is gone afterwards."""
    say = Say(tell, name=name, seed=seed, is_sample=is_sample)
    started, found = time.monotonic(), list[str]()
    verdict: Verdict = "kept"
    with tempfile.TemporaryDirectory(prefix="leadbid-drill-") as folder:
        try:
            found = drill.drill(Path(folder), say)
        except NotHere as why:
            verdict, found = "not here", [str(why)]
        except Exception:  # noqa: BLE001 - what a drill did not expect is broken, and the others are still tried
            found = [f"it could not go on: {traceback.format_exc(limit=-3)}"]
    if verdict == "kept":
        found += [
            f"{figure}: {count:.0f}"
            for figure, count in say.figures.items()
            if figure in NEVER and count and not any(sentence.startswith(figure) for sentence in found)
        ]
        verdict = "broken" if found else "kept"
    return DrillResult(
        drill=name,
        seed=seed,
        promise=drill.PROMISE,
        verdict=verdict,
        found=tuple(found),
        figures=say.figures,
        seconds=round(time.monotonic() - started, 1),
    )


def reported(results: list[DrillResult], seed: int, load_before: float, *, is_sample: bool) -> DrillReport:
    """The report on these drills; so many processes were at work on the machine before they began."""
    never = {figure: int(sum(each.figures.get(figure, 0) for each in results)) for figure in NEVER}
    return DrillReport(
        seed=seed,
        is_sample=is_sample,
        load_before=round(load_before, 1),
        cores=os.cpu_count() or 1,
        never=never,
        drills=tuple(results),
    )


def _paths() -> Iterator[str]:
    """The modules that are drills: those of the packages beside this module, but what begins with an underscore."""
    for package in pkgutil.iter_modules(app.drill.__path__, "app.drill."):
        if package.ispkg and not package.name.endswith(f".{_APART}"):
            folder = importlib.import_module(package.name).__path__
            yield from (each.name for each in pkgutil.iter_modules(folder, f"{package.name}.") if "._" not in each.name)
