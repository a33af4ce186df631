"""The plots of a day by the clock: how much came, how caps filled up, what was bid and what moved it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isnan, nan
from zoneinfo import ZoneInfo

from app.pages.plots.drawing import draw
from app.pages.plots.marks import (
    BESIDE,
    Axis,
    BandMark,
    Bars,
    Color,
    Dots,
    LineMark,
    Mark,
    Note,
    Panel,
    RuleMark,
    ShadeMark,
)
from app.reports.day.bins import A_HOUR, Series
from app.reports.day.campaign_days import CampaignDay, Push
from app.reports.day.cap_days import CapDay
from app.reports.day.story import Story
from app.reports.day.territory_days import TerritoryDay
from app.reports.tally import QUARTER_S

LEAST = 0.02
"""A shadow price that never takes this share of the usual bid off a lead moves no bid that anyone would notice."""


def flow(story: Story) -> str:
    """Pings, bids and leads of each hour."""
    shown: tuple[tuple[Sequence[int], Color, float, str], ...] = (
        (story.pings, "muted", 0.3, "pings"),
        (story.bids, "blue", 0.45, "bids"),
        (story.leads, "blue", 1.0, "leads bought"),
    )
    edges = [*range(0, len(story.pings), A_HOUR), len(story.pings)]
    bars = [
        Bars(edges=edges, heights=_by_hour(counts), color=color, strength=strength, label=name)
        for counts, color, strength, name in shown
    ]
    panel = Panel(marks=bars, x=_clock(story), y=Axis(unit="count", low=0))
    return draw("Pings, bids and leads bought by the hour of the day", panel, height=200)


def cap(story: Story, day: CapDay) -> str:
    """What was used of a cap, its plan, and its limit."""
    plan_ends, plan = _grown([nan if isnan(used) else plan for used, plan in zip(day.used, day.plan, strict=True)])
    used_ends, used = _grown(day.used)
    panel = Panel(
        marks=(
            RuleMark(at=day.limit, text="limit", color="ink"),
            LineMark(x=plan_ends, y=plan, color="muted", dashed=True, width=1.4, label="plan"),
            LineMark(x=used_ends, y=used, label="spent" if day.measure == "spend" else "bought"),
        ),
        x=_clock(story),
        y=Axis(unit="money" if day.measure == "spend" else "count", low=0, high=1.15 * max(day.limit, day.most)),
    )
    label = f"{day.campaign}: {day.cap} {day.part} against its plan and its limit".replace("  ", " ")
    return draw(label, panel, height=200)


def prices(story: Story, campaign: CampaignDay, shadows: Mapping[str, Series]) -> str:
    """What a campaign bid, with what pushed it, above what its caps took off."""
    marks: list[Mark] = [
        ShadeMark(first=first, last=last, text="" if number else push.name)
        for push in campaign.pushes
        for number, (first, last) in enumerate(push.spans)
    ]
    # Room for the names of what is shaded.
    top = 1.2 * max(mean for mean in campaign.price.means(A_HOUR) if not isnan(mean))
    panels = [_prices([*marks, *_price(campaign.price)], story, top)]
    if shadows:
        lines = [
            LineMark(x=_middles(shadow, 1), y=shadow.held, color=color, width=1.4, label=name)
            for (name, shadow), color in zip(shadows.items(), BESIDE, strict=False)
        ]
        panels.append(Panel(marks=lines, x=_clock(story), y=Axis(unit="money", low=0), share=2))
    label = f"{campaign.name}: mean bid by the time of day, and the shadow prices of its caps"
    return draw(label, *panels, height=280)


def territory(story: Story, day: TerritoryDay, days: Sequence[TerritoryDay]) -> str:
    """What was bid in one territory above what its demand took off; on the scale of all `days`, to be compared."""
    price = [mean for each in days for mean in each.price.means(A_HOUR) if not isnan(mean)]
    shadow = [0.0, *[mean for each in days for mean in each.shadow.means() if not isnan(mean)]]
    margin = 0.1 * max(-min(shadow), max(shadow), 1.0)
    lower = Panel(
        marks=(RuleMark(at=0.0), LineMark(x=_middles(day.shadow, 1), y=day.shadow.held, color="orange")),
        x=_clock(story),
        y=Axis(unit="money", low=min(shadow) - margin, high=max(shadow) + margin),
        title="shadow price of its demand",
        share=2,
    )
    label = f"{day.campaign} in {day.territory}: mean bid and shadow price of demand by the time of day"
    return draw(label, _prices(_price(day.price), story, 1.2 * max(price, default=1.0)), lower, height=280)


def steps(story: Story, pushes: Sequence[Push]) -> str:
    """Every boost and signal as a step in a row of its own, as high as it is worth."""
    highest = max(abs(push.cents.mean) for push in pushes) or 1.0
    tops = [0.55 * push.cents.mean / highest - row for row, push in enumerate(pushes)]
    marks: list[Mark] = []
    for row, (push, top) in enumerate(zip(pushes, tops, strict=True)):
        color: Color = "orange" if push.kind == "signal" else "blue"
        marks += [BandMark(x=span, low=(-row, -row), high=(top, top), color=color, strength=0.8) for span in push.spans]
        marks.append(RuleMark(at=-row, color="grid"))
        text = f"{push.kind} {push.name}, {push.campaign}: {_signed(push.cents.mean)}"
        marks.append(Note(x=0.0, y=0.62 - row, text=text))
    panel = Panel(marks=marks, x=_clock(story), y=Axis(hidden=True, low=min(1.0 - len(pushes), *tops), high=1.0))
    label = "When each boost and signal was on, and by how much it moved the value of a lead"
    return draw(label, panel, height=29 + 43 * len(pushes))


def telling(campaign: CampaignDay) -> dict[str, Series]:
    """The shadow prices that moved a bid, the largest first."""
    largest = {
        name: max((mean for mean in shadow.means() if not isnan(mean)), default=0.0)
        for name, shadow in campaign.shadows.items()
    }
    names = sorted(largest, key=lambda name: -largest[name])[: len(BESIDE)]
    return {name: campaign.shadows[name] for name in names if largest[name] >= LEAST * campaign.price.mean}


def _prices(marks: Sequence[Mark], story: Story, top: float) -> Panel:
    return Panel(marks=marks, x=_clock(story), y=Axis(unit="money", low=0, high=top), title="mean bid", share=3)


def _price(price: Series) -> tuple[LineMark, Dots]:
    """The mean of each hour, with a dot as large as the number of bids that it stands for."""
    hours, means, counts = _middles(price, A_HOUR), price.means(A_HOUR), _by_hour(price.counts)
    weights = [count / max(counts) for count in counts]
    return LineMark(x=hours, y=means, width=1.2), Dots(x=hours, y=means, weights=weights)


def _by_hour(counts: Sequence[int]) -> list[int]:
    return [sum(counts[first : first + A_HOUR]) for first in range(0, len(counts), A_HOUR)]


def _middles(series: Series, width: int) -> list[float]:
    bins = len(series.counts)
    return [(first + min(first + width, bins)) / 2 for first in range(0, bins, width)]


def _grown(values: Sequence[float]) -> tuple[list[float], list[float]]:
    """Amounts at the ends of their bins, torn where a new window begins at nothing."""
    ends, grown = [], []
    for at, value in enumerate(values):
        if at and value < values[at - 1]:
            ends.append(float(at))
            grown.append(nan)
        ends.append(at + 1.0)
        grown.append(value)
    return ends, grown


def _clock(story: Story) -> Axis:
    """A day of local time, with a tick every four hours."""
    bins = len(story.pings)
    times = [datetime.fromtimestamp(story.start + place * QUARTER_S, ZoneInfo(story.zone)) for place in range(bins + 1)]
    ticks = [(place, f"{time:%H:%M}") for place, time in enumerate(times) if time.minute == 0 and time.hour % 4 == 0]
    return Axis(low=0, high=bins, ticks=ticks)


def _signed(cents: float) -> str:
    return f"{'-' if cents < 0 else '+'}${abs(cents) / 100:,.2f}"
