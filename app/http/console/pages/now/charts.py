"""The day so far as charts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.money import money
from app.http.console.pages.now.now_view import NowView
from app.pages.chart import Chart, ChartLine, bar_chart, line_chart
from app.reports.campaigns.price_course import PriceQuarter
from app.reports.now.day_so_far import DaySoFar

_REASONS_SHOWN = 8


def now_charts(shown: NowView, zone: str) -> Mapping[str, Chart]:
    """By name; none of a day of which nothing is known."""
    day = shown.day
    if day is None or not day.pings:
        return {}
    charts = {"flow": _flow(day, zone)}
    if shown.prices:
        charts["prices"] = _prices(day, shown.prices, zone)
    if day.no_bids:
        charts["no_bids"] = _no_bids(day)
    return charts


def _flow(day: DaySoFar, zone: str) -> Chart:
    hours = [(quarter.start - day.since) / 3_600.0 for quarter in day.quarters]
    lines = [
        ChartLine(
            name=name, kind=kind, points=list(zip(hours, [getattr(each, name) for each in day.quarters], strict=True))
        )
        for name, kind in (("pings", "blue"), ("bids", "teal"), ("leads", "orange"))
    ]
    says = f"Today by the quarter of an hour: {day.pings:,} pings, {day.bids:,} bids, {day.leads:,} leads"
    return line_chart(says, lines, x_text=_clock(day, zone), y_text="{:,.0f}".format, in_whole=True)


def _prices(day: DaySoFar, prices: tuple[PriceQuarter, ...], zone: str) -> Chart:
    hours = [(each.start - day.since) / 3_600.0 for each in prices]
    lines = [
        ChartLine(
            name="mean bid", kind="blue", points=[*zip(hours, [each.price_cents for each in prices], strict=True)]
        ),
        ChartLine(
            name="taken off by shadow prices",
            kind="orange",
            points=[*zip(hours, [each.shadow_cents for each in prices], strict=True)],
        ),
    ]
    last = prices[-1]
    says = f"The mean bid was {money(last.price_cents)} last, after {money(last.shadow_cents)} of shadow prices"
    return line_chart(says, lines, x_text=_clock(day, zone), y_text=money)


def _clock(day: DaySoFar, zone: str) -> Callable[[float], str]:
    return lambda hour: f"{datetime.fromtimestamp(day.since + hour * 3_600.0, ZoneInfo(zone)):%H:%M}"


def _no_bids(day: DaySoFar) -> Chart:
    shown = day.no_bids[:_REASONS_SHOWN]
    says = "Pings without a bid by reason: " + ", ".join(f"{each.code} {each.count:,}" for each in shown)
    return bar_chart(says, [(each.code, each.count) for each in shown], y_text="{:,.0f}".format, in_whole=True)
