"""The plots of a day by the clock: how much came, how caps filled up, what was bid and what moved it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isnan, nan
from zoneinfo import ZoneInfo

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from app.pages.plots import BLUE, GRID, INK, LINES, MUTED, ORANGE, drawn, legend
from app.reports.day.bins import A_HOUR, Series
from app.reports.day.campaign_days import CampaignDay, Push
from app.reports.day.cap_days import CapDay
from app.reports.day.story import Story
from app.reports.day.territory_days import TerritoryDay
from app.reports.tally import QUARTER_S

Scale = tuple[float, float, float]
"""The highest price, the lowest and the highest shadow price, in cents."""

LEAST = 0.02
"""A shadow price that never takes this share of the usual bid off a lead moves no bid that anyone would notice."""


@drawn(height=200)
def flow(figure: Figure, story: Story) -> str:
    """Pings, bids and leads of each hour."""
    axes = figure.subplots()
    for counts, colour, strength, name in (
        (story.pings, MUTED, 0.3, "pings"),
        (story.bids, BLUE, 0.45, "bids"),
        (story.leads, BLUE, 1.0, "leads bought"),
    ):
        hours = [sum(counts[first : first + A_HOUR]) for first in range(0, len(counts), A_HOUR)]
        edges = [float(first) for first in range(0, len(counts), A_HOUR)] + [float(len(counts))]
        axes.stairs(hours, edges, fill=True, color=colour, alpha=strength, label=name)
    legend(axes)
    _clock(axes, story)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_ylim(bottom=0)
    return "Pings, bids and leads bought by the hour of the day"


@drawn(height=200)
def cap(figure: Figure, story: Story, day: CapDay) -> str:
    """What was used of a cap, its plan, and its limit."""
    axes = figure.subplots()
    plan = [nan if isnan(used) else planned for used, planned in zip(day.used, day.plan, strict=True)]
    axes.axhline(day.limit, color=INK, linewidth=1.0)
    axes.annotate("limit", (0.0, day.limit), (2, 2), textcoords="offset points", color=INK)
    axes.plot(*_grown(plan), color=MUTED, linestyle=(0, (4, 2)), linewidth=1.4, label="plan")
    axes.plot(*_grown(day.used), color=BLUE, label="spent" if day.measure == "spend" else "bought")
    legend(axes)
    _clock(axes, story)
    _amounts(axes, money=day.measure == "spend")
    axes.set_ylim(0, 1.15 * max(day.limit, day.most))
    return f"{day.campaign}: {day.cap} {day.part} against its plan and its limit".replace("  ", " ")


@drawn(height=280)
def prices(figure: Figure, story: Story, campaign: CampaignDay, shadows: Mapping[str, Series]) -> str:
    """What a campaign bid, with what pushed it, above what its caps took off."""
    upper, *lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2)).flat if shadows else [figure.subplots()]
    for push in campaign.pushes:
        for first, last in push.spans:
            upper.axvspan(first, last, color=ORANGE, alpha=0.16)
            upper.annotate(
                push.name, (first, 1.0), (3, -11), xycoords=("data", "axes fraction"), textcoords="offset points"
            )
    _price(upper, campaign.price)
    upper.set_title("mean bid")
    for axes in lower:
        for (name, shadow), colour in zip(shadows.items(), LINES, strict=False):
            axes.plot(_middles(shadow, 1), shadow.held, color=colour, linewidth=1.4, label=name)
        axes.set_ylim(bottom=0)
        legend(axes)
        _amounts(axes, money=True)
    _clock(lower[-1] if lower else upper, story)
    return f"{campaign.name}: mean bid by the time of day, and the shadow prices of its caps"


@drawn(height=280)
def territory(figure: Figure, story: Story, day: TerritoryDay, scale: Scale) -> str:
    """What was bid in one territory above what its demand took off."""
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    _price(upper, day.price)
    upper.set_ylim(0, scale[0])
    upper.set_title("mean bid")
    lower.axhline(0.0, color=MUTED, linewidth=0.8)
    lower.plot(_middles(day.shadow, 1), day.shadow.held, color=ORANGE)
    lower.set_ylim(*scale[1:])
    lower.set_title("shadow price of its demand")
    _amounts(lower, money=True)
    _clock(lower, story)
    return f"{day.campaign} in {day.territory}: mean bid and shadow price of demand by the time of day"


@drawn(height=210)
def steps(figure: Figure, story: Story, pushes: Sequence[Push]) -> str:
    """Every boost and signal as a step in a row of its own, as high as it is worth."""
    figure.set_figheight(0.4 + 0.6 * len(pushes))
    axes = figure.subplots()
    highest = max(abs(push.cents.mean) for push in pushes) or 1.0
    tops = [0.55 * push.cents.mean / highest - row for row, push in enumerate(pushes)]
    for row, (push, top) in enumerate(zip(pushes, tops, strict=True)):
        for first, last in push.spans:
            axes.fill_between([first, last], -row, top, color=ORANGE if push.kind == "signal" else BLUE, alpha=0.8)
        axes.axhline(-row, color=GRID, linewidth=0.8)
        said = f"{push.kind} {push.name}, {push.campaign}: {_signed(push.cents.mean)}"
        axes.annotate(said, (0.0, 0.62 - row), (2, 0), textcoords="offset points", color=INK)
    axes.set_yticks([])
    axes.set_ylim(min(1.0 - len(pushes), *tops), 1.0)
    _clock(axes, story)
    return "When each boost and signal was on, and by how much it moved the value of a lead"


def scale(days: Sequence[TerritoryDay]) -> Scale:
    """What holds all that several territories show, so that they can be compared."""
    price = [mean for day in days for mean in day.price.means(A_HOUR) if not isnan(mean)]
    shadow = [mean for day in days for mean in day.shadow.means() if not isnan(mean)]
    low, high = min(shadow, default=0.0), max(shadow, default=0.0)
    margin = 0.1 * max(abs(low), abs(high), 1.0)
    return 1.2 * max(price, default=1.0), min(low, 0.0) - margin, max(high, 0.0) + margin


def telling(campaign: CampaignDay) -> dict[str, Series]:
    """The shadow prices that moved a bid, the largest first."""
    largest = {
        name: max((mean for mean in shadow.means() if not isnan(mean)), default=0.0)
        for name, shadow in campaign.shadows.items()
    }
    names = sorted(largest, key=lambda name: -largest[name])[: len(LINES)]
    return {name: campaign.shadows[name] for name in names if largest[name] >= LEAST * campaign.price.mean}


def _price(axes: Axes, price: Series) -> None:
    """The mean of each hour, with a dot as large as the number of bids that it stands for."""
    hours, means = _middles(price, A_HOUR), price.means(A_HOUR)
    counts = [sum(price.counts[first : first + A_HOUR]) for first in range(0, len(price.counts), A_HOUR)]
    axes.plot(hours, means, color=BLUE, linewidth=1.2)
    axes.scatter(hours, means, [6.0 + 24.0 * count / max(counts) for count in counts], color=BLUE)
    # Room for the names of what is shaded.
    axes.set_ylim(0, 1.2 * max(mean for mean in means if not isnan(mean)))
    _amounts(axes, money=True)


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


def _clock(axes: Axes, story: Story) -> None:
    """A day of local time, with a mark every four hours."""
    bins = len(story.pings)
    at = [datetime.fromtimestamp(story.start + place * QUARTER_S, ZoneInfo(story.zone)) for place in range(bins + 1)]
    marks = [place for place, time in enumerate(at) if time.minute == 0 and time.hour % 4 == 0]
    axes.set_xticks(marks, [f"{at[place]:%H:%M}" for place in marks])
    axes.set_xlim(0, bins)


def _amounts(axes: Axes, *, money: bool) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=not money, steps=[1, 2, 2.5, 5, 10]))
    if money:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda cents, _: _dollars(cents, axes)))


def _dollars(cents: float, axes: Axes) -> str:
    """A mark of an axis in whole dollars, or with cents where the whole axis spans few."""
    low, high = axes.get_ylim()
    digits = 0 if high - low >= 400 else 2
    return f"{'-' if cents < 0 else ''}${abs(cents) / 100:,.{digits}f}"


def _signed(cents: float) -> str:
    return f"{'-' if cents < 0 else '+'}${abs(cents) / 100:,.2f}"
