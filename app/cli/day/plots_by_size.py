"""The plots of a day without a clock: what a price wins, what predictions are worth, what leads and answers cost."""

from collections.abc import Mapping, Sequence

from app.domain.money import money
from app.pages.plots.drawing import draw
from app.pages.plots.marks import Axis, Bars, Color, Dots, LineMark, Panel, Rows, diagonal
from app.reports.day.bins import AnswerTimes, Band
from app.reports.day.campaign_days import CampaignDay
from app.reports.day.win_bands import LegWins


def wins(leg: LegWins) -> str:
    """The share won at each price, beside what was predicted."""
    bands = leg.bands
    name = "predicted" if leg.learned else "predicted, untrained"
    predicted = LineMark(x=[band.at for band in bands], y=[band.expected for band in bands], color="muted", label=name)
    panel = Panel(
        marks=(predicted, _observed(bands, "won")),
        x=Axis(unit="money", low=0, label="bid"),
        y=Axis(unit="percent", low=0, high=1),
    )
    return draw(f"{leg.vertical}, {leg.leg}: the share of bids won by price, observed and predicted", panel)


def reliability(bands: Sequence[Band]) -> str:
    """What converted, and the true probability, of leads about which one thing was predicted."""
    at, true = [band.at for band in bands], [band.expected for band in bands]
    top = 1.08 * max(max(band.at, band.expected, band.interval[1]) for band in bands)
    panel = Panel(
        marks=(
            diagonal(top, "as predicted"),
            _observed(bands, "converted"),
            LineMark(x=at, y=true, color="orange", marker="D", width=1.2, label="true probability"),
        ),
        x=Axis(unit="percent", low=0, high=1.08 * max(at), label="predicted probability of conversion"),
        y=Axis(unit="percent", low=0, high=top),
    )
    return draw("Conversions and true probabilities of leads bought, by the predicted probability", panel, height=300)


def costs(campaigns: Sequence[CampaignDay]) -> str:
    """What a lead and what a conversion cost, campaign by campaign."""
    names = [campaign.name for campaign in campaigns]
    leads = [campaign.trade.leads for campaign in campaigns]
    conversions = [campaign.trade.conversions for campaign in campaigns]
    spent = [campaign.trade.spend_cents for campaign in campaigns]
    panels = [
        _rows(names, [cents / count if count else 0.0 for cents, count in zip(spent, counts, strict=True)], title)
        for title, counts in (("cost per lead", leads), ("cost per conversion", conversions))
    ]
    return draw("Cost per lead and cost per conversion of each campaign", *panels, beside=True)


def counted(counts: Mapping[str, int], what: str) -> str:
    """How often each of these happened, as bars with their numbers."""
    return draw(what, _rows(list(counts), list(counts.values())))


def latency(ping: AnswerTimes, post: AnswerTimes) -> str:
    """The share of answers by how long they took."""
    shown: tuple[tuple[str, Color, AnswerTimes], ...] = (("pings", "blue", ping), ("posts", "orange", post))
    bars = [
        Bars(
            edges=[times.steps[0][0], *[to for _, to, _ in times.steps]],
            heights=[count / times.count for _, _, count in times.steps],
            color=color,
            label=name,
            outline=True,
        )
        for name, color, times in shown
        if times.count
    ]
    panel = Panel(marks=bars, x=Axis(unit="ms"), y=Axis(unit="percent", low=0))
    return draw("How long answers to pings and posts took", panel)


def _observed(bands: Sequence[Band], label: str) -> Dots:
    """Shares with the interval in which the truth lies."""
    bounds = [band.interval for band in bands]
    return Dots(
        x=[band.at for band in bands],
        y=[band.share for band in bands],
        low=[low for low, _ in bounds],
        high=[high for _, high in bounds],
        label=label,
    )


def _rows(names: Sequence[str], lengths: Sequence[float], title: str = "") -> Panel:
    """Bars that carry their numbers need no scale: counts, or cents under a title."""
    texts = [money(length) if length else "none" for length in lengths] if title else [f"{n:,}" for n in lengths]
    hidden = Axis(hidden=True, low=0, high=1.35 * max(lengths) or 1.0)
    return Panel(marks=(Rows(lengths=lengths, texts=texts),), x=hidden, y=Axis(names=names), title=title)
