"""Where a served chart's lines, bars and ticks go."""

from math import inf, nan

import pytest

from app.pages.chart import HEIGHT, LEFT, RIGHT, WIDTH, Chart, ChartLine, ChartMark, bar_chart, line_chart
from tests.table import each_row


def line(*points: tuple[float, float], stepped: bool = False) -> Chart:
    return line_chart("what it shows", [ChartLine(name="price", points=points, stepped=stepped)])


def test_a_line_spans_the_drawing_from_left_to_right_and_zero_to_its_most() -> None:
    drawn = line((0.0, 0.0), (10.0, 50.0))
    assert drawn.lines[0].path == f"M{LEFT} {drawn.bottom}L{WIDTH - RIGHT} {drawn.top}"


def test_ticks_are_round_and_within_the_drawing() -> None:
    drawn = line((0.0, 3.0), (7.0, 48.0))
    assert [tick.text for tick in drawn.y_ticks] == ["0", "10", "20", "30", "40", "50"]
    assert [tick.text for tick in drawn.x_ticks] == ["0", "2", "4", "6"]
    assert all(drawn.top <= tick.at <= drawn.bottom for tick in drawn.y_ticks)


def test_a_stepped_line_holds_until_the_next_point() -> None:
    assert "H" in line((0.0, 1.0), (1.0, 2.0), stepped=True).lines[0].path


@each_row("hole", [nan, inf])
def test_what_is_not_known_breaks_the_line_and_moves_no_scale(hole: float) -> None:
    drawn = line((0.0, 1.0), (1.0, hole), (2.0, 2.0))
    assert drawn.lines[0].path.count("M") == 2
    assert [tick.text for tick in drawn.y_ticks] == [tick.text for tick in line((0.0, 1.0), (2.0, 2.0)).y_ticks]


@each_row("points", [(), ((3.0, 0.0),), ((3.0, 5.0), (3.0, 5.0)), ((0.0, -4.0), (1.0, -2.0))])
def test_any_values_stay_within_the_drawing(points: tuple[tuple[float, float], ...]) -> None:
    drawn = line(*points)
    assert drawn.y_ticks
    assert all(0.0 <= tick.at <= HEIGHT for tick in drawn.y_ticks)


def test_bars_stand_on_zero_and_many_names_are_thinned_out() -> None:
    drawn = bar_chart("by hour", [(str(hour), float(hour - 5)) for hour in range(48)])
    assert len(drawn.bars) == 48
    assert len(drawn.x_ticks) == 12
    assert drawn.bars[0].y < drawn.bars[0].y + drawn.bars[0].height
    assert drawn.bars[5].height == 0.0


def test_a_mark_stands_where_its_value_is() -> None:
    marked = line_chart(
        "x", [ChartLine(name="a", points=[(0, 0), (10, 10)])], marks=[ChartMark(name="bid", x=5.0, y=5.0)]
    )
    assert marked.marks[0].x == pytest.approx((LEFT + WIDTH - RIGHT) / 2)


@each_row("most", [1, 2, 7, 12, 23])
def test_what_is_counted_has_whole_ticks_each_once(most: int) -> None:
    bars = bar_chart("x", [("filtered", most)], y_text="{:,.0f}".format, in_whole=True)
    texts = [tick.text for tick in bars.y_ticks]
    assert len(set(texts)) == len(texts)
    ticks = line_chart("x", [ChartLine(name="pings", points=[(0, 0), (1, most)])], in_whole=True).y_ticks
    assert all(float(tick.text).is_integer() for tick in ticks)


def test_one_bar_is_no_wall() -> None:
    (bar,) = bar_chart("x", [("filtered", 1.0)]).bars
    assert bar.width < WIDTH / 4
    assert bar.x + bar.width / 2 == pytest.approx((LEFT + WIDTH - RIGHT) / 2)
