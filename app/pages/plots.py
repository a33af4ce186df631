"""Figures as inline SVG that follow the page: its fonts, its light and dark colours, and the same bytes every time."""

import re
from collections.abc import Callable
from functools import wraps
from html import escape
from io import StringIO
from typing import Any, Concatenate, ParamSpec

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

P = ParamSpec("P")

# Colours that no figure has, which stand for those of the page's theme until the figure is text.
INK, MUTED, GRID = "#010203", "#010204", "#010205"
BLUE, ORANGE, TEAL, VIOLET = "#010207", "#010208", "#010209", "#01020a"
LINES = (ORANGE, TEAL, VIOLET, MUTED)
"""What is drawn beside the blue that stands for what happened."""

_THEME = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    BLUE: "blue",
    ORANGE: "orange",
    TEAL: "teal",
    VIOLET: "violet",
}
_WIDTH = 460
_POINTS = 72
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign is money
    "font.size": 11.0,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.facecolor": "none",
    "axes.labelcolor": MUTED,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.titlesize": 11.0,
    "axes.titlecolor": MUTED,
    "axes.titlelocation": "left",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "xtick.color": GRID,
    "xtick.labelcolor": MUTED,
    "ytick.color": GRID,
    "ytick.labelcolor": MUTED,
    "ytick.major.size": 0.0,
    "legend.frameon": False,
    "legend.fontsize": 11.0,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "patch.linewidth": 0.0,
}


def drawn(height: int) -> Callable[[Callable[Concatenate[Figure, P], str]], Callable[P, str]]:
    """Make what paints on a figure, and says in words what it shows, into what gives its SVG.

    `height` is in pixels, of a width of 460; who paints may change it.
    """

    def decorate(paint: Callable[Concatenate[Figure, P], str]) -> Callable[P, str]:
        @wraps(paint)
        def draw(*args: P.args, **kwargs: P.kwargs) -> str:
            with rc_context(_STYLE):
                figure = Figure(figsize=(_WIDTH / _POINTS, height / _POINTS))
                label = paint(figure, *args, **kwargs)
                return _svg(figure, label)

        return draw

    return decorate


def legend(axes: Axes) -> None:
    """One line above the plot that names its lines."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.2, handlelength=1.4, borderpad=0.2
    )


def _svg(figure: Figure, label: str) -> str:
    text = StringIO()
    # The names of clips and markers are hashes of what they hold; those of two figures on one page must differ.
    with rc_context({"svg.hashsalt": label}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    body = text.getvalue().partition("<svg")[2].partition(">")[2]
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", body)
    for stand_in, name in _THEME.items():
        body = body.replace(stand_in, f"var(--{name})")
    named = set(re.findall(r"#(\w+)[\")]", body))
    body = re.sub(r' id="(\w+(?:\.\w+)?)"', lambda found: found[0] if found[1] in named else "", body)
    width, height = (side * _POINTS for side in figure.get_size_inches())
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">{body.strip()}'
