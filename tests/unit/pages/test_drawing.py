"""Plots as SVG: whatever is drawn follows the page's theme, says what it shows, and is the same each time."""

import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from markupsafe import Markup

from app.pages.plots.drawing import draw
from app.pages.plots.marks import (
    Axis,
    BandMark,
    Bars,
    Dots,
    Intervals,
    LineMark,
    Mark,
    Note,
    Panel,
    Rows,
    RuleMark,
    ShadeMark,
    diagonal,
)
from tests.hostile import HOSTILE
from tests.table import each_row

AT, SHARES = (0.0, 1.0, 2.0), (0.2, 0.5, 0.9)
MARKS: tuple[Mark, ...] = (
    LineMark(x=AT, y=SHARES, label="won", marker="D"),
    LineMark(x=AT, y=SHARES, color="orange", held=True, dashed=True),
    BandMark(x=AT, low=(0.1, 0.2, 0.3), high=SHARES, color="teal"),
    Bars(edges=(0, 1, 2, 3), heights=AT, color="violet"),
    Bars(edges=(0, 1, 2, 3), heights=AT, outline=True),
    Dots(x=AT, y=SHARES, low=(0.1, 0.4, 0.8), high=(0.3, 0.6, 1.0)),
    Dots(x=AT, y=SHARES, weights=(0.1, 0.5, 1.0), color="muted"),
    RuleMark(at=0.5, text="limit", color="ink"),
    RuleMark(at=0.5, upright=True, dashed=True),
    ShadeMark(first=0.5, last=1.5, text="storm"),
    Note(x=0.0, y=0.5, text="here"),
    diagonal(1.0, "as predicted"),
)


@cache
def empty() -> str:
    """The plot without any mark."""
    return draw("A plot", Panel(marks=()))


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


@each_row("mark", MARKS, ids=lambda mark: type(mark).__name__)
def test_every_mark_is_drawn_in_colors_of_the_theme_alone(mark: Mark) -> None:
    svg = draw("A plot", Panel(marks=(mark,)))
    assert svg != empty()
    assert re.findall(r"#[0-9a-fA-F]{6}\b", svg) == []
    assert f"var(--{mark.color})" in svg if hasattr(mark, "color") else "var(--ink)" in svg
    assert svg.startswith('<svg viewBox="0 0 460 220" role="img" aria-label="A plot">')
    assert svg.endswith("</svg>")


def test_the_same_plot_is_the_same_bytes_from_any_thread() -> None:
    def again(number: int) -> str:
        return draw(f"Plot {number % 2}", Panel(marks=MARKS[number % 2 : number % 2 + 1]))

    with ThreadPoolExecutor(4) as several:
        drawn = list(several.map(again, range(8)))
    assert len(set(drawn)) == 2


@each_row(
    ("unit", "high", "ticks"),
    [
        ("money", 1_000.0, ["$0.00", "$2.50", "$5.00", "$7.50", "$10.00"]),
        ("money", 100.0, ["$0.00", "$0.25", "$0.50", "$0.75", "$1.00"]),
        ("percent", 1.0, ["0%", "20%", "40%", "60%", "80%", "100%"]),
        ("percent", 0.1, ["0%", "2%", "4%", "6%", "8%", "10%"]),
        ("count", 3.0, ["0", "1", "2", "3"]),
        ("count", 4_000.0, ["0", "1,000", "2,000", "3,000", "4,000"]),
    ],
)
def test_ticks_are_round_amounts_in_the_unit_of_the_axis(unit: str, high: float, ticks: list[str]) -> None:
    hidden = Axis(hidden=True)
    panel = Panel(marks=(), x=hidden, y=Axis(unit=unit, low=0.0, high=high))  # type: ignore[arg-type]
    assert words(draw("An axis", panel)) == ticks


def test_rows_have_names_figures_and_as_much_room_as_they_need() -> None:
    names = ["filtered", "a name of so many words that it takes two lines"]
    panel = Panel(
        marks=(Rows(lengths=(3, 1), texts=("3", "1")),), x=Axis(hidden=True, low=0, high=4), y=Axis(names=names)
    )
    svg, alone = draw("Rows", panel), draw("Rows", Panel(marks=(Rows(lengths=(3,)),), y=Axis(names=names[:1])))
    assert [text for text in words(svg) if text] == [
        "filtered",
        "a name of so many words that",
        "it takes two lines",
        "3",
        "1",
    ]
    heights = [float(re.findall(r'viewBox="0 0 460 (\d+)"', each)[0]) for each in (svg, alone)]
    assert heights[0] > heights[1] + 40


def test_an_estimate_that_is_missing_is_said_to_be() -> None:
    panel = Panel(
        marks=(Intervals(spans=[(100.0, 200.0, 300.0), None], colors=["blue", "muted"]),),
        x=Axis(unit="money"),
        y=Axis(names=["candidate", "truthful"]),
    )
    assert "not evaluable" in words(draw("Intervals", panel))


def test_panels_stand_above_or_beside_each_other() -> None:
    panels = [Panel(marks=(LineMark(x=AT, y=SHARES),), title=title) for title in ("first", "second")]
    for beside in (False, True):
        assert {"first", "second"} <= set(words(draw("Two", *panels, height=300, beside=beside)))


def test_a_long_name_leaves_room_for_what_it_names() -> None:
    marks = (
        LineMark(x=AT, y=SHARES, label=HOSTILE),
        ShadeMark(first=2, last=3, text=HOSTILE),
        Note(x=0, y=0, text=HOSTILE),
    )
    axis = Axis(label=HOSTILE, ticks=[(1.0, HOSTILE)])
    svg = draw(HOSTILE, Panel(marks=marks, title=HOSTILE, x=axis), Panel(marks=(), y=Axis(names=(HOSTILE,) * 3)))
    assert max(map(len, words(svg))) < 100
    assert "…" in svg


def test_words_in_a_plot_are_text_and_the_plot_itself_is_markup() -> None:
    word = '<img src=x>&{{7*7}}"'
    marks = (LineMark(x=AT, y=SHARES, label=word), ShadeMark(first=0, last=1, text=word), Note(x=0, y=0.5, text=word))
    lower = Panel(
        marks=(Rows(lengths=(1,), texts=(word,)),), x=Axis(label=word, ticks=[(1.0, word)]), y=Axis(names=(word,))
    )
    svg = draw(word, Panel(marks=marks, title=word), lower)
    assert isinstance(svg, Markup)
    assert "<img" not in svg
    assert svg.count("{{7*7}}") == 9
    assert 'aria-label="&lt;img src=x&gt;&amp;{{7*7}}&#34;"' in svg
