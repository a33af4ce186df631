"""Lays out a small chart for a served page: where its lines, bars and ticks go. The template draws it as SVG.

The plot kit of reports draws with matplotlib, of which one figure takes as long as thousands of pings; a page that is
served beside bids has no time for it.
"""

from collections.abc import Callable, Iterable, Sequence
from math import ceil, floor, isfinite, log10

import msgspec

WIDTH, HEIGHT = 640.0, 240.0
"""Of the drawing, whose units are those of its text at full size; it shrinks with the page."""

LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 12.0, 30.0
_TICKS = 5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_BAR_MAX = 96.0

Point = tuple[float, float]


class ChartLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line, by its name: `kind` is its style of those in the style sheet, `stepped` where a value holds until the
    next. Points that are not finite break it.
    """

    name: str
    points: Sequence[Point]
    kind: str = "blue"
    stepped: bool = False


class ChartMark(msgspec.Struct, frozen=True, kw_only=True):
    """A point or, where `y` is none, a moment or amount, that is named."""

    name: str
    x: float
    y: float | None = None


class Tick(msgspec.Struct, frozen=True):
    """Where, and what stands there."""

    at: float
    text: str


class DrawnLine(msgspec.Struct, frozen=True, kw_only=True):
    """The `d` of a path, and of the last point where its name may stand."""

    name: str
    kind: str
    path: str


class DrawnMark(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    x: float
    y: float | None


class DrawnBar(msgspec.Struct, frozen=True, kw_only=True):
    x: float
    y: float
    width: float
    height: float
    says: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """What the macro `chart` draws; `says` is read to those who do not see it."""

    says: str
    lines: tuple[DrawnLine, ...] = ()
    bars: tuple[DrawnBar, ...] = ()
    marks: tuple[DrawnMark, ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def line_chart(
    says: str,
    lines: Sequence[ChartLine],
    *,
    x_text: Callable[[float], str] = "{:g}".format,
    y_text: Callable[[float], str] = "{:g}".format,
    marks: Iterable[ChartMark] = (),
    x_ticks: Sequence[float] = (),
    y_max: float | None = None,
    in_whole: bool = False,
) -> Chart:
    """Lines over one scale from zero (or below, where a value is). `x_ticks` are taken where given.

    `y_max` is where the scale must reach at least; its ticks are whole numbers where things are counted `in_whole`.
    """
    points = [point for line in lines for point in line.points if isfinite(point[0]) and isfinite(point[1])]
    xs = [x for x, _ in points] or [0.0, 1.0]
    ys = [0.0, *[y for _, y in points], *([y_max] if y_max is not None else [])]
    across, up = _Scale(min(xs), max(xs), LEFT, WIDTH - RIGHT), _rounded(min(ys), max(ys), in_whole=in_whole)
    return Chart(
        says=says,
        lines=tuple([_drawn(line, across, up) for line in lines]),
        marks=tuple([_marked(each, across, up) for each in marks]),
        x_ticks=tuple([Tick(across.of(x), x_text(x)) for x in (x_ticks or _nice(min(xs), max(xs)))]),
        y_ticks=tuple([Tick(up.of(y), y_text(y)) for y in _nice(up.low, up.high, in_whole=in_whole)]),
    )


def bar_chart(
    says: str,
    bars: Sequence[tuple[str, float]],
    *,
    y_text: Callable[[float], str] = "{:g}".format,
    labels_max: int = 12,
    in_whole: bool = False,
) -> Chart:
    """A bar for each name, from zero. Of many names some are written."""
    up = _rounded(min([0.0, *[y for _, y in bars]]), max([0.0, *[y for _, y in bars]]), in_whole=in_whole)
    slot = (WIDTH - LEFT - RIGHT) / max(len(bars), 1)
    width = min(slot * 0.8, _BAR_MAX)
    every = max(1, ceil(len(bars) / labels_max))
    zero = up.of(0.0)
    drawn = [
        DrawnBar(
            x=round(LEFT + slot * (number + 0.5) - width / 2.0, 2),
            y=min(up.of(y), zero),
            width=round(width, 2),
            height=abs(zero - up.of(y)),
            says=f"{name}: {y_text(y)}",
        )
        for number, (name, y) in enumerate(bars)
    ]
    return Chart(
        says=says,
        bars=tuple(drawn),
        x_ticks=tuple(
            [Tick(LEFT + slot * (number + 0.5), name) for number, (name, _) in enumerate(bars) if number % every == 0]
        ),
        y_ticks=tuple([Tick(up.of(y), y_text(y)) for y in _nice(up.low, up.high, in_whole=in_whole)]),
    )


class _Scale:
    """Values to places in the drawing."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high = low, high if high > low else low + 1.0
        self._start, self._unit = start, (end - start) / (self.high - self.low)

    def of(self, value: float) -> float:
        return round(self._start + (value - self.low) * self._unit, 2)


def _rounded(low: float, high: float, *, in_whole: bool) -> _Scale:
    """Upwards, from and to values that a tick may have."""
    step = _step(low, high, in_whole=in_whole)
    return _Scale(floor(low / step) * step, ceil(high / step) * step or step, HEIGHT - BOTTOM, TOP)


def _nice(low: float, high: float, *, in_whole: bool = False) -> list[float]:
    step = _step(low, high, in_whole=in_whole)
    first = ceil(low / step - 1e-9)
    return [round(number * step, 10) for number in range(first, floor(high / step + 1e-9) + 1)]


def _step(low: float, high: float, *, in_whole: bool) -> float:
    """Between ticks: a round number, of which some five fit."""
    wanted = (high - low) / _TICKS or 1.0 / _TICKS
    wanted = max(wanted, 1.0) if in_whole else wanted
    power = 10.0 ** floor(log10(wanted))
    steps = [step * power for step in _STEPS if not in_whole or (step * power).is_integer()]
    return next(step for step in steps if step >= wanted * (1.0 - 1e-9))


def _marked(mark: ChartMark, across: _Scale, up: _Scale) -> DrawnMark:
    return DrawnMark(name=mark.name, x=across.of(mark.x), y=None if mark.y is None else up.of(mark.y))


def _drawn(line: ChartLine, across: _Scale, up: _Scale) -> DrawnLine:
    path: list[str] = []
    before: Point | None = None
    for x, y in line.points:
        if not (isfinite(x) and isfinite(y)):
            before = None
            continue
        at = across.of(x), up.of(y)
        if before is None:
            path.append(f"M{at[0]} {at[1]}")
        elif line.stepped:
            path.append(f"H{at[0]}V{at[1]}")
        else:
            path.append(f"L{at[0]} {at[1]}")
        before = at
    return DrawnLine(name=line.name, kind=line.kind, path="".join(path))
