"""What a plot shows, in plain numbers: marks on panels along axes. Nothing here needs a drawing library."""

from collections.abc import Sequence
from typing import Literal

import msgspec

Numbers = Sequence[float]
Color = Literal["ink", "muted", "grid", "blue", "orange", "teal", "violet"]
"""Those of the page's theme: light or dark, as the reader prefers."""

BESIDE: tuple[Color, ...] = ("orange", "teal", "violet", "muted")
"""What is drawn beside the blue that stands for what happened."""

Unit = Literal["number", "count", "money", "percent", "ms"]
"""Money is in cents, a percentage is a share of 1. Milliseconds are on a logarithmic scale."""


class LineMark(msgspec.Struct, frozen=True, kw_only=True):
    """A line through points, torn where `y` is not a number. `held` keeps a value until the next point."""

    x: Numbers
    y: Numbers
    color: Color = "blue"
    label: str = ""
    dashed: bool = False
    held: bool = False
    marker: Literal["", "o", "D"] = ""
    width: float = 1.8


class BandMark(msgspec.Struct, frozen=True, kw_only=True):
    """What lies between two lines."""

    x: Numbers
    low: Numbers
    high: Numbers
    color: Color = "blue"
    label: str = ""
    strength: float = 0.18


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """A histogram: one bar fewer than `edges`; an outline is drawn over a faint filling."""

    edges: Numbers
    heights: Numbers
    color: Color = "blue"
    label: str = ""
    strength: float = 1.0
    outline: bool = False


class Dots(msgspec.Struct, frozen=True, kw_only=True):
    """Points, each with its whisker from `low` to `high` or as large as `weights` says."""

    x: Numbers
    y: Numbers
    low: Numbers = ()
    high: Numbers = ()
    weights: Numbers = ()
    color: Color = "blue"
    label: str = ""


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Bars that lie, one for each name of the vertical axis, and the figures at their ends."""

    lengths: Numbers
    texts: Sequence[str] = ()
    color: Color = "blue"


class Intervals(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate between its bounds for each name of the vertical axis; `None` where there is none."""

    spans: Sequence[tuple[float, float, float] | None]
    colors: Sequence[Color]


class RuleMark(msgspec.Struct, frozen=True, kw_only=True):
    """A line across the whole panel, at a height or `upright` at a place."""

    at: float
    text: str = ""
    color: Color = "muted"
    dashed: bool = False
    upright: bool = False


class ShadeMark(msgspec.Struct, frozen=True, kw_only=True):
    """A span of the horizontal axis that is named."""

    first: float
    last: float
    text: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Words at a place."""

    x: float
    y: float
    text: str


Mark = LineMark | BandMark | Bars | Dots | Rows | Intervals | RuleMark | ShadeMark | Note


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """`ticks` are places and what is written there, `names` those of rows from the top; else `unit` says how to write.

    Without `low` and `high` the axis ends where its marks do.
    """

    unit: Unit = "number"
    low: float | None = None
    high: float | None = None
    label: str = ""
    ticks: Sequence[tuple[float, str]] = ()
    names: Sequence[str] = ()
    hidden: bool = False


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """Marks in the order in which they are painted. Of several panels each is as high as its `share`."""

    marks: Sequence[Mark]
    x: Axis = Axis()
    y: Axis = Axis()
    title: str = ""
    share: int = 1


def diagonal(to: float, label: str) -> LineMark:
    """Where both axes say the same."""
    return LineMark(x=(0.0, to), y=(0.0, to), color="muted", label=label, dashed=True, width=1.0)
