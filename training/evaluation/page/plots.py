"""The plots of an evaluation, as SVG that follows the page."""

from collections.abc import Sequence
from math import nan

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from app.pages.plots import BLUE, GRID, INK, LINES, MUTED, ORANGE, drawn, legend
from training.bootstrap import Interval
from training.drift.psi import MAJOR, MODERATE, Shift
from training.evaluation.caps import CapWindow
from training.evaluation.conversions import Lift
from training.evaluation.pacing import CampaignHours
from training.evaluation.policies import HEADLINE, Policy, ScaledBids, WhatIf
from training.statistics import ReliabilityBin

_DASHED = (0, (4, 2))


@drawn(height=330)
def reliability(figure: Figure, grades: Sequence[ReliabilityBin]) -> str:
    """What converted of each tenth, above how many leads were predicted so."""
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    top = 1.08 * max(max(grade.at, grade.high) for grade in grades)
    upper.plot([0, top], [0, top], color=MUTED, linewidth=1.0, linestyle=_DASHED, label="as predicted")
    _observed(upper, [grade.at for grade in grades], grades, "converted")
    legend(upper)
    upper.set_ylim(0, top)
    upper.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
    width = 0.012 * max(grade.at for grade in grades)
    lower.bar([grade.at for grade in grades], [grade.count for grade in grades], width=width, color=BLUE)
    lower.set_title("leads in each tenth")
    lower.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    lower.set_xlim(0, max(grade.at for grade in grades) * 1.08)
    lower.xaxis.set_major_formatter(PercentFormatter(1.0, 0))
    lower.set_xlabel("predicted chance of a conversion")
    return "Share of leads that converted, by the predicted chance, with the number of leads"


@drawn(height=260)
def gain(figure: Figure, tenths: Sequence[Lift]) -> str:
    """The share of conversions in the best leads."""
    axes = figure.subplots()
    shares = [step / len(tenths) for step in range(len(tenths) + 1)]
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1.0, linestyle=_DASHED, label="without a model")
    axes.plot(
        shares, [0.0, *(tenth.gain for tenth in tenths)], color=BLUE, marker="o", markersize=4, label="by the model"
    )
    legend(axes)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, 0))
    axes.set_xlabel("share of leads, best predictions first")
    return "Share of all conversions that the best-predicted leads brought"


@drawn(height=230)
def win_rate(figure: Figure, name: str, grades: Sequence[ReliabilityBin]) -> str:
    """The share won at each bid, beside the predicted win rate."""
    axes = figure.subplots()
    axes.plot([grade.at for grade in grades], [grade.predicted for grade in grades], color=ORANGE, label="predicted")
    _observed(axes, [grade.at for grade in grades], grades, "won")
    legend(axes)
    axes.set_ylim(0, 1)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda cents, _: f"${cents / 100:,.0f}"))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
    axes.set_xlabel("bid")
    return f"{name}: share of auctions won by bid, predicted and observed"


@drawn(height=240)
def surplus(figure: Figure, policies: Sequence[Policy]) -> str:
    """Each policy's surplus a bid with its interval."""
    earned = [policy.by_method.get(HEADLINE) for policy in policies]
    colours = [BLUE if policy.name.startswith("candidate") else MUTED for policy in policies]
    axes = _intervals(figure, [each.surplus if each is not None else None for each in earned], colours)
    _named(axes, [policy.name for policy in policies])
    axes.set_xlabel("surplus a bid")
    return "Surplus a bid of each policy with its interval"


@drawn(height=220)
def histogram(figure: Figure, policies: Sequence[Policy]) -> str:
    """How much of the value is bid."""
    axes = figure.subplots()
    for policy, colour in zip(policies, (BLUE, *LINES), strict=False):
        whole = sum(policy.bid_over_value) or 1
        edges = [*(step / 10 for step in range(11)), 1.1]
        shares = [count / whole for count in policy.bid_over_value]
        axes.stairs(shares, edges, color=colour, linewidth=1.8, label=policy.name)
        if colour == BLUE:
            axes.stairs(shares, edges, fill=True, color=colour, alpha=0.15)
    legend(axes)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.05], ["0%", "20%", "40%", "60%", "80%", "", "more"])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, 1.1)
    axes.set_xlabel("bid as a share of what the lead is worth")
    return "Bids as a share of the value of the lead"


@drawn(height=240)
def profit(figure: Figure, scaled: Sequence[ScaledBids]) -> str:
    """What the candidate would earn with all bids multiplied."""
    axes = figure.subplots()
    at = [each.scale for each in scaled]
    low, high = [each.surplus.low / 100 for each in scaled], [each.surplus.high / 100 for each in scaled]
    axes.fill_between(at, low, high, color=BLUE, alpha=0.18, label="90% interval")
    axes.plot(
        at, [each.surplus.at / 100 for each in scaled], color=BLUE, marker="o", markersize=4, label="surplus a bid"
    )
    axes.axvline(1.0, color=MUTED, linewidth=1.0, linestyle=_DASHED)
    legend(axes)
    axes.set_xlim(0.45, 1.55)
    axes.set_xticks([0.5, 0.75, 1.0, 1.25, 1.5])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda times, _: f"×{times:g}"))
    _dollars(axes)
    axes.set_xlabel("all bids multiplied by")
    return "Surplus a bid with all of the candidate's bids multiplied by one number"


@drawn(height=300)
def pacing(figure: Figure, day: CampaignHours) -> str:
    """What was spent by each hour, beside the same spread as the pings came; and what caps took off."""
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    ends = [float(hour) for hour in range(25)]
    upper.plot(
        ends, [0.0, *(each / 100 for each in day.planned_spend)], color=MUTED, linestyle=_DASHED, label="as pings came"
    )
    upper.plot(ends, [0.0, *(each / 100 for each in day.spend)], color=BLUE, label="spent")
    upper.set_ylim(bottom=0)
    _dollars(upper)
    legend(upper)
    shadow = [nan if each is None else each / 100 for each in day.shadow]
    lower.axhline(0.0, color=MUTED, linewidth=0.8)
    lower.step(ends, [*shadow, shadow[-1]], where="post", color=ORANGE)
    told = [each for each in shadow if each == each]
    lower.set_ylim(min(0.0, *told) - 0.1, max(1.0, 1.1 * max(told)))
    lower.set_title("taken off a lead's value for caps")
    _dollars(lower)
    lower.set_xticks([0, 4, 8, 12, 16, 20, 24], [f"{hour:02d}:00" for hour in (0, 4, 8, 12, 16, 20, 24)])
    lower.set_xlim(0, 24)
    return f"{day.campaign}: spending through a mean day against the pings, and what caps took off"


@drawn(height=300)
def cap(figure: Figure, window: CapWindow) -> str:
    """What was used of a cap, its plan and its limit; and its shadow price."""
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    scale = 100.0 if window.measure == "spend" else 1.0
    hours = [hour + 1.0 for hour in range(len(window.planned))]
    upper.axhline(window.limit / scale, color=INK, linewidth=1.0)
    upper.annotate("limit", (0.0, window.limit / scale), (2, 2), textcoords="offset points", color=INK)
    upper.plot(
        [0.0, *hours], [0.0, *(each / scale for each in window.planned)], color=MUTED, linestyle=_DASHED, label="plan"
    )
    used = [(hour, each / scale) for hour, each in zip(hours, window.used, strict=True) if each is not None]
    upper.plot(*zip(*used, strict=True), color=BLUE, label="spent" if window.measure == "spend" else "bought")
    upper.set_ylim(0, 1.15 * max(window.limit, window.most) / scale)
    legend(upper)
    upper.yaxis.set_major_locator(MaxNLocator(4))
    if window.measure == "spend":
        _dollars(upper)
    duals = [(hour, each) for hour, each in zip(hours, window.dual, strict=True) if each is not None]
    lower.plot(*zip(*duals, strict=True), color=ORANGE)
    lower.set_ylim(0, max(0.1, 1.15 * max(each for _, each in duals)))
    lower.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
    lower.yaxis.set_major_locator(MaxNLocator(3))
    lower.set_title("shadow price, " + ("of the price" if window.measure == "spend" else "of the ceiling"))
    lower.set_xlim(0, len(hours))
    lower.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    lower.set_xlabel("hours since the window began")
    return f"{window.owner}: cap {window.cap} in its fullest window, beside its plan, and its shadow price"


@drawn(height=240)
def drift(figure: Figure, shifts: Sequence[Shift]) -> str:
    """How far each thing moved, between the lines of convention."""
    figure.set_figheight(0.75 + 0.34 * len(shifts))
    axes = figure.subplots()
    axes.barh([each.name for each in shifts], [each.psi for each in shifts], color=BLUE, height=0.6)
    for edge, name in ((MODERATE, "moderate"), (MAJOR, "major")):
        axes.axvline(edge, color=ORANGE, linewidth=1.0, linestyle=_DASHED)
        axes.annotate(name, (edge, -0.75), (3, 0), textcoords="offset points", color=MUTED)
    axes.set_xlim(0, max(0.34, 1.15 * max(each.psi for each in shifts)))
    axes.set_ylim(len(shifts) - 0.5, -1.0)
    axes.grid(visible=False)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_xlabel("population stability index")
    return "How far score, fields, bids and prices moved between both halves of the window"


@drawn(height=260)
def what_if(figure: Figure, cases: Sequence[WhatIf]) -> str:
    """What each assumption is worth."""
    axes = _intervals(figure, [case.change for case in cases], [BLUE] * len(cases), row_height=0.46)
    axes.axvline(0.0, color=MUTED, linewidth=1.0)
    _named(axes, [_broken(case.name) for case in cases])
    axes.set_xlabel("change of surplus a bid")
    return "How surplus a bid changes were something otherwise"


def _intervals(
    figure: Figure, spans: Sequence[Interval | None], colours: Sequence[str], row_height: float = 0.42
) -> Axes:
    """A figure in dollars with its interval, a row each."""
    figure.set_figheight(0.75 + row_height * len(spans))
    axes = figure.subplots()
    for row, (span, colour) in enumerate(zip(spans, colours, strict=True)):
        if span is None:
            axes.text(0.02, row, "not evaluable", transform=axes.get_yaxis_transform(), va="center", color=MUTED)
        else:
            axes.plot([span.low / 100, span.high / 100], [row, row], color=colour, linewidth=2.2)
            axes.plot([span.at / 100], [row], color=colour, marker="o", markersize=6)
    return axes


def _named(axes: Axes, names: Sequence[str]) -> None:
    """Rows with names and a scale in dollars beneath."""
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False)
    axes.grid(visible=True, axis="x", color=GRID)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: _amount(at, axes.get_xlim())))


def _broken(name: str, width: int = 28) -> str:
    """A long name over two lines, or it would leave no room for what it names."""
    if len(name) <= width:
        return name
    cut = name.rfind(" ", 0, width)
    return f"{name[:cut]}\n{_broken(name[cut + 1 :], width)}"


def _dollars(axes: Axes) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda at, _: _amount(at, axes.get_ylim())))


def _amount(at: float, limits: tuple[float, float]) -> str:
    digits = 0 if limits[1] - limits[0] >= 8.0 else 2
    return f"{'-' if at < -1e-9 else ''}${abs(at):,.{digits}f}"


def _observed(axes: Axes, at: Sequence[float], grades: Sequence[ReliabilityBin], label: str) -> None:
    """Shares with the interval in which the truth lies."""
    below = [grade.observed - grade.low for grade in grades]
    above = [grade.high - grade.observed for grade in grades]
    axes.errorbar(
        list(at),
        [grade.observed for grade in grades],
        yerr=[below, above],
        color=BLUE,
        fmt="o",
        markersize=4.5,
        elinewidth=1.2,
        label=label,
    )
