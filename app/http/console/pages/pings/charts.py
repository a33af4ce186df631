"""The shading curve of each bid: how likely it wins and what it earns at each price, with the chosen one marked."""

from collections.abc import Mapping

from app.domain.money import money
from app.pages.chart import Chart, ChartLine, ChartMark, line_chart
from app.reports.pings.curve import ShadingCurve
from app.reports.pings.decision import LegDecision
from app.reports.pings.page import PingPage


def shading_charts(shown: PingPage, _zone: str) -> Mapping[str, Chart]:
    """By campaign and leg: the chance to win, and under it the expected surplus."""
    charts: dict[str, Chart] = {}
    for leg in shown.decision.legs if shown.decision is not None else ():
        if leg.curve is not None:
            charts[f"{leg.campaign}/{leg.leg}/win"] = _win(leg, leg.curve)
            charts[f"{leg.campaign}/{leg.leg}/surplus"] = _surplus(leg, leg.curve)
    return charts


def _win(leg: LegDecision, curve: ShadingCurve) -> Chart:
    chosen = curve.chosen
    return line_chart(
        f"Win probability over the bid for {leg.campaign}: {chosen.win_probability:.0%} at {money(chosen.cents)}",
        [ChartLine(name="win probability", points=[(each.cents, each.win_probability) for each in curve.points])],
        x_text=money,
        y_text="{:.0%}".format,
        y_max=1.0,
        marks=[ChartMark(name=f"bid {money(chosen.cents)}", x=chosen.cents, y=chosen.win_probability)],
    )


def _surplus(leg: LegDecision, curve: ShadingCurve) -> Chart:
    chosen = curve.chosen
    points = [(each.cents, each.surplus) for each in curve.points]
    return line_chart(
        f"Expected surplus over the bid for {leg.campaign}: {money(chosen.surplus)} at {money(chosen.cents)}",
        [ChartLine(name="expected surplus", points=points, kind="teal")],
        x_text=money,
        y_text=money,
        marks=[
            ChartMark(name="best", x=curve.best_cents),
            ChartMark(name=f"bid {money(chosen.cents)}", x=chosen.cents, y=chosen.surplus),
        ],
    )
