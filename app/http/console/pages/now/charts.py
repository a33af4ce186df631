"""The day so far as charts."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app.http.console.pages.now.now_view import NowView
from app.pages.chart import Chart, ChartLine, bar_chart, line_chart
from app.reports.now.day_so_far import DaySoFar

_REASONS_SHOWN = 8


def now_charts(shown: NowView, zone: str) -> Mapping[str, Chart]:
    """By name; none of a day of which nothing is known."""
    day = shown.day
    if day is None or not day.pings:
        return {}
    return {"flow": _flow(day, zone)} | ({"no_bids": _no_bids(day)} if day.no_bids else {})


def _flow(day: DaySoFar, zone: str) -> Chart:
    hours = [(quarter.start - day.since) / 3_600.0 for quarter in day.quarters]
    lines = [
        ChartLine(
            name=name, kind=kind, points=list(zip(hours, [getattr(each, name) for each in day.quarters], strict=True))
        )
        for name, kind in (("pings", "blue"), ("bids", "teal"), ("leads", "orange"))
    ]

    def clock(hour: float) -> str:
        return f"{datetime.fromtimestamp(day.since + hour * 3_600.0, ZoneInfo(zone)):%H:%M}"

    says = f"Today by the quarter of an hour: {day.pings:,} pings, {day.bids:,} bids, {day.leads:,} leads"
    return line_chart(says, lines, x_text=clock, y_text="{:,.0f}".format, in_whole=True)


def _no_bids(day: DaySoFar) -> Chart:
    shown = day.no_bids[:_REASONS_SHOWN]
    says = "Pings without a bid by reason: " + ", ".join(f"{each.code} {each.count:,}" for each in shown)
    return bar_chart(says, [(each.code, each.count) for each in shown], y_text="{:,.0f}".format, in_whole=True)
