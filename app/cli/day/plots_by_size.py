"""The plots of a day without a clock: what a price wins, what predictions are worth, what leads and answers cost."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, PercentFormatter

from app.pages.plots import BLUE, INK, MUTED, ORANGE, drawn, legend
from app.reports.day.bins import AnswerTimes, Band
from app.reports.day.campaign_days import CampaignDay


@drawn(height=220)
def wins(figure: Figure, vertical: str, bands: Sequence[Band]) -> str:
    """The share won at each price, beside the predicted share."""
    axes = figure.subplots()
    axes.plot([band.at for band in bands], [band.expected for band in bands], color=MUTED, label="predicted")
    _observed(axes, bands, "won")
    legend(axes)
    axes.set_ylim(0, 1)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda cents, _: f"${cents / 100:,.0f}"))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
    axes.set_xlabel("bid")
    return f"{vertical}: the share of bids won by price, observed and predicted"


@drawn(height=300)
def reliability(figure: Figure, bands: Sequence[Band]) -> str:
    """What converted, and the true probability, of leads about which one thing was predicted."""
    axes = figure.subplots()
    top = 1.08 * max(max(band.at, band.expected, band.interval[1]) for band in bands)
    axes.plot([0, top], [0, top], color=MUTED, linewidth=1.0, linestyle=(0, (4, 2)), label="as predicted")
    _observed(axes, bands, "converted")
    axes.plot(
        [band.at for band in bands],
        [band.expected for band in bands],
        color=ORANGE,
        marker="D",
        markersize=4,
        linewidth=1.2,
        label="true probability",
    )
    legend(axes)
    axes.set_xlim(0, max(band.at for band in bands) * 1.08)
    axes.set_ylim(0, top)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, 0))
    axes.set_xlabel("predicted probability of conversion")
    return "Conversions and true probabilities of leads bought, by the predicted probability"


@drawn(height=250)
def costs(figure: Figure, campaigns: Sequence[CampaignDay]) -> str:
    """What a lead and what a conversion cost, campaign by campaign."""
    figure.set_figheight(0.6 + 0.36 * len(campaigns))
    left, right = figure.subplots(1, 2, sharey=True)
    names = [campaign.name for campaign in campaigns]
    for axes, title, counts in (
        (left, "cost per lead", [campaign.trade.leads for campaign in campaigns]),
        (right, "cost per conversion", [campaign.trade.conversions for campaign in campaigns]),
    ):
        each = [
            campaign.trade.spend_cents / count / 100 if count else 0.0
            for campaign, count in zip(campaigns, counts, strict=True)
        ]
        bars = axes.barh(names, each, color=BLUE, height=0.62)
        axes.bar_label(bars, [f"${cost:,.2f}" if cost else "none" for cost in each], padding=3, color=INK)
        axes.set_title(title)
        _bars(axes, max(each))
    return "Cost per lead and cost per conversion of each campaign"


@drawn(height=230)
def counted(figure: Figure, counts: Mapping[str, int], what: str) -> str:
    """How often each of these happened, as bars with their numbers."""
    figure.set_figheight(0.3 + 0.4 * len(counts))
    axes = figure.subplots()
    bars = axes.barh(list(counts), list(counts.values()), color=BLUE, height=0.62)
    axes.bar_label(bars, [f"{count:,}" for count in counts.values()], padding=3, color=INK)
    _bars(axes, max(counts.values()))
    return what


@drawn(height=220)
def latency(figure: Figure, ping: AnswerTimes, post: AnswerTimes) -> str:
    """The share of answers by how long they took."""
    axes = figure.subplots()
    for name, colour, times in (("pings", BLUE, ping), ("posts", ORANGE, post)):
        if times.count:
            edges = [times.steps[0][0], *[to for _, to, _ in times.steps]]
            shares = [count / times.count for _, _, count in times.steps]
            axes.stairs(shares, edges, color=colour, linewidth=1.8, label=name)
            axes.stairs(shares, edges, fill=True, color=colour, alpha=0.15)
    legend(axes)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ms, _: f"{ms:g} ms"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
    axes.set_ylim(bottom=0)
    return "How long answers to pings and posts took"


def _observed(axes: Axes, bands: Sequence[Band], label: str) -> None:
    """Shares with the interval in which the truth lies."""
    shares, bounds = [band.share for band in bands], [band.interval for band in bands]
    below = [share - low for share, (low, _) in zip(shares, bounds, strict=True)]
    above = [high - share for share, (_, high) in zip(shares, bounds, strict=True)]
    axes.errorbar(
        [band.at for band in bands],
        shares,
        yerr=[below, above],
        color=BLUE,
        fmt="o",
        markersize=4.5,
        elinewidth=1.2,
        clip_on=False,
        label=label,
    )


def _bars(axes: Axes, longest: float) -> None:
    """Bars that carry their numbers need no scale."""
    axes.set_xlim(0, 1.35 * longest or 1.0)
    axes.set_xticks([])
    axes.spines.bottom.set_visible(False)
    axes.grid(visible=False)
    axes.tick_params(axis="y", labelcolor=INK)
    if not axes.yaxis_inverted():
        axes.invert_yaxis()
