"""Profit by the hour, and what is to be expected of the coming days, as charts."""

from collections.abc import Mapping
from datetime import date

from app.domain.money import money
from app.pages.chart import Chart, ChartLine, bar_chart, line_chart
from app.reports.money.forecast import Forecast
from app.reports.money.profit import Profit

_HOURS_SHOWN_MIN = 3
"""Fewer hours than this are no course of a day."""


def profit_charts(shown: Profit, _zone: str) -> Mapping[str, Chart]:
    """By name; none where too few hours had leads."""
    if len(shown.hours) < _HOURS_SHOWN_MIN:
        return {}
    lines = [
        ChartLine(
            name=name,
            kind=kind,
            points=[(float(row.name[:2]), getattr(row, part).profit_cents / 100.0) for row in shown.hours],
        )
        for name, part, kind in (("matured leads", "matured", "teal"), ("young leads, expected", "young", "muted"))
    ]
    best = max(shown.hours, key=lambda row: row.all.profit_cents)
    says = f"Profit by the hour at which leads were bought, the most at {best.name} with {money(best.all.profit_cents)}"
    return {"hours": line_chart(says, lines, x_text=lambda hour: f"{hour:02.0f}:00", y_text=_dollars)}


def forecast_charts(shown: Forecast, _zone: str) -> Mapping[str, Chart]:
    """By name; none where the history is too short."""
    if not shown.days:
        return {}
    first = date.fromisoformat(shown.days[0].date).toordinal()
    # Of today only the rest is to come, which would look like a fall.
    coming = [*enumerate(shown.days)][1:]
    lines = [
        ChartLine(name=name, kind=kind, points=[(float(at), getattr(day.expected, part)) for at, day in coming])
        for name, part, kind in (
            ("expected", "leads", "blue"),
            ("one in ten is below", "leads_low", "muted"),
            ("one in ten is above", "leads_high", "muted"),
        )
    ]
    week = [sum(shown.hours_of_week[hour::24]) / 7.0 for hour in range(24)]
    hourly = ", ".join(f"{at:02d}:00 {leads:.1f}" for at, leads in enumerate(week))
    says = f"Leads expected on each of {len(coming)} days, {sum(day.expected.leads for _, day in coming):,.0f} in all"
    return {
        "days": line_chart(
            says, lines, x_text=lambda at: f"{date.fromordinal(first + round(at)):%b %d}", y_text="{:,.0f}".format
        ),
        "hours": bar_chart(
            f"Leads by the hour of a usual day: {hourly}",
            [(f"{at:02d}", leads) for at, leads in enumerate(week)],
            y_text="{:,.1f}".format,
        ),
    }


def _dollars(amount: float) -> str:
    return f"{'-' if amount < 0 else ''}${abs(amount):,.0f}"
