"""Plots as inline SVG that follow the page: its fonts, its light and dark colors, and the same bytes every time."""

import re
from collections.abc import Callable, Sequence
from functools import singledispatch
from io import StringIO
from textwrap import wrap
from threading import Lock
from typing import Any

from markupsafe import Markup
from matplotlib import axis as scales
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator, NullFormatter

from app.pages.plots.marks import (
    Axis,
    BandMark,
    Bars,
    Color,
    Dots,
    Intervals,
    LineMark,
    Note,
    Panel,
    Rows,
    RuleMark,
    ShadeMark,
)

# Colors that no figure has, which stand for those of the page's theme until the figure is text.
_STAND_INS: dict[Color, str] = {
    "ink": "#010203",
    "muted": "#010204",
    "grid": "#010205",
    "blue": "#010207",
    "orange": "#010208",
    "teal": "#010209",
    "violet": "#01020a",
}
_INK, _MUTED, _GRID = (_STAND_INS[name] for name in ("ink", "muted", "grid"))
_DASHES = (0, (4, 2))
_WIDTH = 460
_POINTS = 72
# A longer name would leave no room for what it names.
_NAME_WIDTH, _NAME_LINES, _NOTE_WIDTH = 28, 2, 64
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign is money
    "font.size": 11.0,
    "text.color": _INK,
    "axes.edgecolor": _GRID,
    "axes.facecolor": "none",
    "axes.labelcolor": _MUTED,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.titlesize": 11.0,
    "axes.titlecolor": _MUTED,
    "axes.titlelocation": "left",
    "grid.color": _GRID,
    "grid.linewidth": 0.8,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "xtick.color": _GRID,
    "xtick.labelcolor": _MUTED,
    "ytick.color": _GRID,
    "ytick.labelcolor": _MUTED,
    "ytick.major.size": 0.0,
    "legend.frameon": False,
    "legend.fontsize": 11.0,
    "legend.labelcolor": _INK,
    "lines.linewidth": 1.8,
    "patch.linewidth": 0.0,
}
# Matplotlib's settings are those of the whole process, so two requests must not draw at the same time.
_ONE_AT_A_TIME = Lock()


def draw(label: str, *panels: Panel, height: int = 220, beside: bool = False) -> Markup:
    """The plot, 460 pixels wide; `label` says in words what it shows.

    Panels stand above each other along one horizontal axis, or `beside` each other along one vertical axis. Rows with
    names make the plot as high as they need.
    """
    with _ONE_AT_A_TIME, rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH / _POINTS, (_height_of_rows(panels) or height) / _POINTS))
        shares = [panel.share for panel in panels]
        grid = (
            figure.subplots(1, len(panels), sharey=True, squeeze=False)
            if beside
            else figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=shares)
        )
        for axes, panel in zip(grid.flat, panels, strict=True):
            _panel(axes, panel)
        return _svg(figure, label)


def _height_of_rows(panels: tuple[Panel, ...]) -> int:
    names = [_lines(name) for name in panels[0].y.names]
    around = 30 if panels[0].title or panels[0].x.label else 0
    return sum(15 + 14 * len(lines) for lines in names) + 22 + around if names else 0


def _lines(name: str) -> list[str]:
    return wrap(name, _NAME_WIDTH, max_lines=_NAME_LINES, placeholder="…", break_on_hyphens=False) or [""]


def _short(text: str, most: int = _NAME_WIDTH) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _panel(axes: Axes, panel: Panel) -> None:
    for mark in panel.marks:
        _paint(mark, axes)
    if panel.title:
        axes.set_title(_short(panel.title, _NOTE_WIDTH))
    if labels := [_short(label) for mark in panel.marks if (label := getattr(mark, "label", ""))]:
        _legend(axes, labels)
    if panel.x.unit == "ms":
        axes.set_xscale("log")
    _scale(axes.xaxis, panel.x)
    _scale(axes.yaxis, panel.y)
    axes.set_xlim(panel.x.low, panel.x.high)
    _name_shades(axes, [mark for mark in panel.marks if isinstance(mark, ShadeMark)])
    if not panel.y.names:
        axes.set_ylim(panel.y.low, panel.y.high)
        return
    axes.set_ylim(len(panel.y.names) - 0.5, -0.5)
    axes.tick_params(axis="y", labelcolor=_INK)
    axes.grid(visible=False)
    axes.grid(visible=not panel.x.hidden, axis="x")
    axes.spines.bottom.set_visible(not panel.x.hidden)


def _legend(axes: Axes, labels: list[str]) -> None:
    """One line above the panel that names its marks, or as many as long names need."""
    room = 3 if sum(len(label) + 5 for label in labels) <= 60 else max(60 // (max(map(len, labels)) + 5), 1)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=room, borderaxespad=0.2, handlelength=1.4, borderpad=0.2
    )


def _name_shades(axes: Axes, shades: list[ShadeMark]) -> None:
    """A name begins where its span does, or ends where it ends if that is late: there would be no room behind it."""
    middle = sum(axes.get_xlim()) / 2
    for mark in shades:
        late = mark.first > middle
        place, offset = (mark.last, -3) if late else (mark.first, 3)
        axes.annotate(
            _short(mark.text),
            (place, 1.0),
            (offset, -11),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            horizontalalignment="right" if late else "left",
            in_layout=False,
        )


def _scale(side: scales.Axis, axis: Axis) -> None:
    """How one side of a panel is marked."""
    if axis.label:
        side.set_label_text(_short(axis.label, _NOTE_WIDTH))
    if axis.hidden:
        side.set_ticks([])
    elif axis.names:
        side.set_ticks(range(len(axis.names)), ["\n".join(_lines(name)) for name in axis.names])
    elif axis.ticks:
        side.set_ticks([at for at, _ in axis.ticks], [_short(text) for _, text in axis.ticks])
    elif axis.unit == "ms":
        side.set_major_formatter(FuncFormatter(lambda ms, _: f"{ms:g} ms"))
        side.set_minor_formatter(NullFormatter())
    elif axis.unit != "number":
        most = 6 if isinstance(side, scales.XAxis) else 5 if axis.unit == "percent" else 4
        side.set_major_locator(MaxNLocator(most, integer=axis.unit == "count", steps=[1, 2, 2.5, 4, 5, 10]))
        side.set_major_formatter(_TickLabels(axis.unit))


class _TickLabels(Formatter):
    """Whole dollars or percents, or with decimals where any tick of the axis needs them; and counts."""

    def __init__(self, unit: str) -> None:
        self._label, self._step, self._decimals = _LABELS[unit]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """The labels of all ticks of an axis."""
        is_whole = all(abs(at / self._step - round(at / self._step)) < 1e-6 for at in values)
        return [self._label(at, 0 if is_whole else self._decimals) for at in values]


def _dollars(cents: float, decimals: int) -> str:
    return f"{'-' if cents < -1e-6 else ''}${abs(cents) / 100:,.{decimals}f}"


def _percent(share: float, decimals: int) -> str:
    return f"{100 * share:.{decimals}f}%"


def _count(count: float, decimals: int) -> str:
    return f"{count:,.{decimals}f}"


_LABELS: dict[str, tuple[Callable[[float, int], str], float, int]] = {
    "money": (_dollars, 100.0, 2),
    "percent": (_percent, 0.01, 1),
    "count": (_count, 1.0, 0),
}
"""How an amount is written, of which unit whole ones are multiples, and its decimals where not all are whole."""


@singledispatch
def _paint(mark: object, axes: Axes) -> None:
    """Paint one mark."""
    raise TypeError(f"{mark} on {axes}")


@_paint.register
def _line(mark: LineMark, axes: Axes) -> None:
    axes.plot(
        mark.x,
        mark.y,
        color=_STAND_INS[mark.color],
        label=_short(mark.label) or None,
        linestyle=_DASHES if mark.dashed else "-",
        linewidth=mark.width,
        drawstyle="steps-post" if mark.held else "default",
        marker=mark.marker,
        markersize=4,
    )


@_paint.register
def _band(mark: BandMark, axes: Axes) -> None:
    color = _STAND_INS[mark.color]
    axes.fill_between(mark.x, mark.low, mark.high, color=color, alpha=mark.strength, label=_short(mark.label) or None)


@_paint.register
def _bars(mark: Bars, axes: Axes) -> None:
    color, label = _STAND_INS[mark.color], _short(mark.label) or None
    if not mark.outline:
        axes.stairs(mark.heights, mark.edges, fill=True, color=color, alpha=mark.strength, label=label)
        return
    axes.stairs(mark.heights, mark.edges, color=color, linewidth=1.8, label=label)
    axes.stairs(mark.heights, mark.edges, fill=True, color=color, alpha=0.15 * mark.strength)


@_paint.register
def _dots(mark: Dots, axes: Axes) -> None:
    color, label = _STAND_INS[mark.color], _short(mark.label) or None
    if mark.weights:
        axes.scatter(mark.x, mark.y, [6.0 + 24.0 * weight for weight in mark.weights], color=color, label=label)
        return
    whiskers = [
        [y - low for y, low in zip(mark.y, mark.low, strict=True)],
        [high - y for y, high in zip(mark.y, mark.high, strict=True)],
    ]
    axes.errorbar(
        mark.x, mark.y, yerr=whiskers, color=color, fmt="o", markersize=4.5, elinewidth=1.2, clip_on=False, label=label
    )


@_paint.register
def _rows(mark: Rows, axes: Axes) -> None:
    bars = axes.barh(range(len(mark.lengths)), mark.lengths, color=_STAND_INS[mark.color], height=0.62)
    if mark.texts:
        axes.bar_label(bars, [_short(text) for text in mark.texts], padding=3, color=_INK)


@_paint.register
def _intervals(mark: Intervals, axes: Axes) -> None:
    for row, (span, name) in enumerate(zip(mark.spans, mark.colors, strict=True)):
        if span is None:
            where = axes.get_yaxis_transform()
            axes.text(0.02, row, "not evaluable", transform=where, va="center", color=_MUTED)
            continue
        low, at, high = span
        axes.plot([low, high], [row, row], color=_STAND_INS[name], linewidth=2.2)
        axes.plot([at], [row], color=_STAND_INS[name], marker="o", markersize=6)


@_paint.register
def _rule(mark: RuleMark, axes: Axes) -> None:
    across = axes.axvline if mark.upright else axes.axhline
    across(mark.at, color=_STAND_INS[mark.color], linewidth=1.0, linestyle=_DASHES if mark.dashed else "-")
    if not mark.text:
        return
    if mark.upright:
        place, coordinates = (mark.at, 1.0), axes.get_xaxis_transform()
    else:
        place, coordinates = (0.0, mark.at), axes.get_yaxis_transform()
    axes.annotate(_short(mark.text), place, (2, 3), xycoords=coordinates, textcoords="offset points", color=_INK)


@_paint.register
def _shade(mark: ShadeMark, axes: Axes) -> None:
    axes.axvspan(mark.first, mark.last, color=_STAND_INS["orange"], alpha=0.16)


@_paint.register
def _note(mark: Note, axes: Axes) -> None:
    axes.annotate(_short(mark.text, _NOTE_WIDTH), (mark.x, mark.y), (2, 0), textcoords="offset points", color=_INK)


def _svg(figure: Figure, label: str) -> Markup:
    text, canvas = StringIO(), FigureCanvasSVG(figure)
    # To be laid out before it is written; `savefig` would draw all of it for that, which takes a fifth more.
    figure.dpi = _POINTS
    if layout := figure.get_layout_engine():
        layout.execute(figure)
    figure.set_layout_engine("none")
    # The names of clips and markers are hashes of what they hold; those of two figures on one page must differ.
    with rc_context({"svg.hashsalt": label}):
        metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
        canvas.print_svg(text, metadata=metadata)  # type: ignore[no-untyped-call]
    body = text.getvalue().partition("<svg")[2].partition(">")[2]
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", body)
    for name, stand_in in _STAND_INS.items():
        body = body.replace(stand_in, f"var(--{name})")
    named = set(re.findall(r"#(\w+)[\")]", body))
    body = re.sub(r' id="(\w+(?:\.\w+)?)"', lambda found: found[0] if found[1] in named else "", body)
    width, height = (side * _POINTS for side in figure.get_size_inches())
    # Text of marks is escaped by matplotlib, the label here: from now on it is part of the page.
    opening = Markup('<svg viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">').format(width, height, label)
    return opening + Markup(body.strip())  # noqa: S704
