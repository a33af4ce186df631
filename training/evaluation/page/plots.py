"""The plots of an evaluation."""

from collections.abc import Mapping, Sequence
from math import nan

from app.pages.plots.drawing import draw
from app.pages.plots.marks import (
    BESIDE,
    Axis,
    BandMark,
    Bars,
    Color,
    Dots,
    Intervals,
    LineMark,
    Panel,
    Rows,
    RuleMark,
    diagonal,
)
from app.scoring.card import DelayCurve
from training.bootstrap import Interval
from training.drift.psi import MAJOR, MODERATE, Shift
from training.evaluation.caps import CapWindow
from training.evaluation.conversions import Lift
from training.evaluation.dependence import Dependence
from training.evaluation.pacing import CampaignHours
from training.evaluation.policies import HEADLINE, Policy, ScaledBids, WhatIf
from training.statistics import ReliabilityBin

_PERCENT = Axis(unit="percent", low=0)
_BID = Axis(unit="money", low=0, label="bid")
_FACTORS = [(factor, f"×{factor:g}") for factor in (0.5, 0.75, 1.0, 1.25, 1.5)]
_CLOCK = Axis(low=0, high=24, ticks=[(hour, f"{hour:02d}:00") for hour in range(0, 25, 4)])


def reliability(grades: Sequence[ReliabilityBin]) -> str:
    """What converted of each tenth, above how many leads were predicted so."""
    top, widest = 1.08 * max(max(grade.at, grade.high) for grade in grades), max(grade.at for grade in grades)
    stems = [
        (place, height) for grade in grades for place, height in ((grade.at, 0.0), (grade.at, grade.count), (nan, nan))
    ]
    x = Axis(unit="percent", low=0, high=1.08 * widest, label="predicted chance of a conversion")
    share = Panel(
        marks=(diagonal(top, "as predicted"), _observed(grades, "converted")),
        y=Axis(unit="percent", low=0, high=top),
        share=4,
    )
    stem = LineMark(x=[place for place, _ in stems], y=[height for _, height in stems], width=5.0)
    number = Panel(marks=(stem,), x=x, y=Axis(unit="count", low=0), title="leads in each tenth")
    return draw("Share of leads that converted, by predicted chance, with their number", share, number, height=330)


def gain(tenths: Sequence[Lift]) -> str:
    """The share of conversions in the best leads."""
    shares = [step / len(tenths) for step in range(len(tenths) + 1)]
    gains = [0.0, *(tenth.gain for tenth in tenths)]
    panel = Panel(
        marks=(diagonal(1.0, "without a model"), LineMark(x=shares, y=gains, marker="o", label="by the model")),
        x=Axis(unit="percent", low=0, high=1, label="share of leads, best predictions first"),
        y=Axis(unit="percent", low=0, high=1.02),
    )
    return draw("Share of all conversions that the best-predicted leads brought", panel, height=260)


def dependence(found: Dependence) -> str:
    """What the model says of the same leads, by one field."""
    label = f"Mean predicted chance of the same leads, by {found.field}"
    if found.numbers:
        panel = Panel(
            marks=(LineMark(x=found.numbers, y=found.predicted, marker="o"),),
            x=Axis(label=found.field),
            y=Axis(unit="percent", low=0, high=1.08 * max(found.predicted)),
        )
        return draw(label, panel, height=220)
    panel = Panel(
        marks=(Rows(lengths=found.predicted, texts=[f"{each:.1%}" for each in found.predicted]),),
        x=Axis(unit="percent", low=0, high=1.25 * max(found.predicted), label="mean predicted chance"),
        y=Axis(names=found.values),
    )
    return draw(label, panel)


def delays(curves: Mapping[str, DelayCurve], matures: float | None) -> str:
    """The share of conversions that has come by each age, and where a lead counts as mature; sellers' own beside it."""
    shown = list(curves.items())[: 1 + len(BESIDE)]
    lines = [
        LineMark(x=(0.0, *each.days), y=(0.0, *each.shares), label=name or "all leads", color=color)
        for (name, each), color in zip(shown, ("blue", *BESIDE), strict=False)
    ]
    rules = [] if matures is None else [RuleMark(at=matures, text="mature", color="ink", dashed=True, upright=True)]
    longest = max(max(each.days[-1] for _, each in shown), matures or 0.0)
    panel = Panel(
        marks=(*lines, *rules),
        x=Axis(unit="count", low=0, high=1.05 * longest, label="days since the lead was bought"),
        y=Axis(unit="percent", low=0, high=1.02),
    )
    return draw("Share of conversions that has come by each age of a lead", panel, height=260)


def win_rate(name: str, grades: Sequence[ReliabilityBin]) -> str:
    """The share won at each bid, beside the predicted win rate."""
    at, predicted = [grade.at for grade in grades], [grade.predicted for grade in grades]
    marks = (LineMark(x=at, y=predicted, color="orange", label="predicted"), _observed(grades, "won"))
    panel = Panel(marks=marks, x=_BID, y=Axis(unit="percent", low=0, high=1))
    return draw(f"{name}: share of auctions won by bid, predicted and observed", panel, height=230)


def surplus(policies: Sequence[Policy]) -> str:
    """Each policy's surplus a bid with its interval."""
    earned = [policy.by_method.get(HEADLINE) for policy in policies]
    colors: list[Color] = ["blue" if policy.name.startswith("candidate") else "muted" for policy in policies]
    spans = [each.surplus if each is not None else None for each in earned]
    panel = _intervals([policy.name for policy in policies], spans, colors, "surplus a bid")
    return draw("Surplus a bid of each policy with its interval", panel)


def histogram(policies: Sequence[Policy]) -> str:
    """How much of the value is bid."""
    edges = [*(step / 10 for step in range(11)), 1.1]
    bars = [
        Bars(
            edges=edges,
            heights=[count / (sum(policy.bid_over_value) or 1) for count in policy.bid_over_value],
            color=color,
            label=policy.name,
            strength=1.0 if color == "blue" else 0.0,
            outline=True,
        )
        for policy, color in zip(policies, ("blue", *BESIDE), strict=False)
    ]
    ticks = [*[(tenth / 10, f"{tenth}0%") for tenth in (2, 4, 6, 8)], (0.0, "0%"), (1.0, ""), (1.05, "more")]
    x = Axis(low=0, high=1.1, ticks=ticks, label="bid as a share of what the lead is worth")
    return draw("Bids as a share of the value of the lead", Panel(marks=bars, x=x, y=_PERCENT))


def profit(scaled: Sequence[ScaledBids]) -> str:
    """What the candidate would earn with all bids multiplied."""
    at, spans = [each.scale for each in scaled], [each.surplus for each in scaled]
    panel = Panel(
        marks=(
            BandMark(x=at, low=[each.low for each in spans], high=[each.high for each in spans], label="90% interval"),
            LineMark(x=at, y=[each.at for each in spans], marker="o", label="surplus a bid"),
            RuleMark(at=1.0, upright=True, dashed=True),
        ),
        x=Axis(low=0.45, high=1.55, ticks=_FACTORS, label="all bids multiplied by"),
        y=Axis(unit="money"),
    )
    return draw("Surplus a bid with all of the candidate's bids multiplied by one number", panel, height=240)


def pacing(day: CampaignHours) -> str:
    """What was spent by each hour, beside the same spread as the pings came; and what caps took off."""
    ends, (_, taken) = range(25), _known(range(24), day.shadow)
    shadow = [nan if each is None else each for each in day.shadow]
    spending = Panel(
        marks=(
            LineMark(x=ends, y=(0.0, *day.planned_spend), color="muted", dashed=True, label="as pings came"),
            LineMark(x=ends, y=(0.0, *day.spend), label="spent"),
        ),
        y=Axis(unit="money", low=0),
        share=3,
    )
    caps = Panel(
        marks=(RuleMark(at=0.0), LineMark(x=ends, y=(*shadow, shadow[-1]), color="orange", held=True)),
        x=_CLOCK,
        y=Axis(unit="money", low=min(0.0, *taken) - 10.0, high=max(100.0, 1.1 * max(taken))),
        title="taken off a lead's value for caps",
        share=2,
    )
    label = f"{day.campaign}: spending through a mean day against the pings, and what caps took off"
    return draw(label, spending, caps, height=300)


def cap(window: CapWindow) -> str:
    """What was used of a cap, its plan and its limit; and its shadow price."""
    spends, hours = window.measure == "spend", range(1, len(window.planned) + 1)
    (used_at, used), (dual_at, dual) = _known(hours, window.used), _known(hours, window.dual)
    use = Panel(
        marks=(
            RuleMark(at=window.limit, text="limit", color="ink"),
            LineMark(x=(0, *hours), y=(0.0, *window.planned), color="muted", dashed=True, label="plan"),
            LineMark(x=used_at, y=used, label="spent" if spends else "bought"),
        ),
        y=Axis(unit="money" if spends else "count", low=0, high=1.15 * max(window.limit, window.most)),
        share=3,
    )
    shadow = Panel(
        marks=(LineMark(x=dual_at, y=dual, color="orange"),),
        x=Axis(unit="count", low=0, high=len(hours), label="hours since the window began"),
        y=Axis(unit="percent", low=0, high=max(0.1, 1.15 * max(dual))),
        title=f"shadow price, of the {'price' if spends else 'ceiling'}",
        share=2,
    )
    label = f"{window.owner}: cap {window.cap} in its fullest window, beside its plan, and its shadow price"
    return draw(label, use, shadow, height=300)


def drift(shifts: Sequence[Shift]) -> str:
    """How far each thing moved, between the lines of convention."""
    panel = Panel(
        marks=(
            Rows(lengths=[each.psi for each in shifts]),
            RuleMark(at=MODERATE, text="moderate", color="orange", dashed=True, upright=True),
            RuleMark(at=MAJOR, text="major", color="orange", dashed=True, upright=True),
        ),
        x=Axis(low=0, high=max(0.34, 1.15 * max(each.psi for each in shifts)), label="population stability index"),
        y=Axis(names=[each.name for each in shifts]),
    )
    return draw("How far score, fields, bids and prices drifted between both halves of the window", panel)


def what_if(cases: Sequence[WhatIf]) -> str:
    """What each assumption is worth."""
    names, spans = [case.name for case in cases], [case.change for case in cases]
    panel = _intervals(names, spans, ["blue"] * len(cases), "change of surplus a bid", RuleMark(at=0.0, upright=True))
    return draw("How surplus a bid changes under other assumptions", panel)


def _intervals(
    names: Sequence[str], spans: Sequence[Interval | None], colors: Sequence[Color], label: str, *rules: RuleMark
) -> Panel:
    """A figure in dollars with its interval, a row each."""
    bounds = [(span.low, span.at, span.high) if span is not None else None for span in spans]
    return Panel(
        marks=[Intervals(spans=bounds, colors=colors), *rules],
        x=Axis(unit="money", label=label),
        y=Axis(names=names),
    )


def _known(at: Sequence[int], values: Sequence[float | None]) -> tuple[list[int], list[float]]:
    """The places where there is a value, and those values."""
    pairs = [(place, value) for place, value in zip(at, values, strict=True) if value is not None]
    return [place for place, _ in pairs], [value for _, value in pairs]


def _observed(grades: Sequence[ReliabilityBin], label: str) -> Dots:
    """Shares with the interval in which the truth lies."""
    at, share = [grade.at for grade in grades], [grade.observed for grade in grades]
    low, high = [grade.low for grade in grades], [grade.high for grade in grades]
    return Dots(x=at, y=share, low=low, high=high, label=label)
