"""One vertical's models as charts."""

from collections.abc import Mapping, Sequence

from app.pages.chart import Chart, ChartLine, bar_chart, line_chart
from app.reports.attention.trade import ScoreShift
from app.reports.models.calibration import Calibration
from app.reports.models.models import FieldWeight, VerticalModels

_FIELDS_SHOWN = 10


def model_charts(shown: VerticalModels, _zone: str) -> Mapping[str, Chart]:
    """By name; none of what is not known."""
    charts = {}
    if len(shown.row.calibration.bins) > 1:
        charts["calibration"] = _calibration(shown.row.calibration)
    if shown.drift is not None and shown.drift.bins:
        charts["drift"] = _drift(shown.drift)
    if shown.fields:
        charts["fields"] = _fields(shown.fields)
    return charts


def _calibration(found: Calibration) -> Chart:
    """What happened over what was predicted; an honest model keeps to the diagonal."""
    bins = found.bins
    top = max([*[each.predicted for each in bins], *[each.observed for each in bins]])
    lines = [
        ChartLine(name="as predicted", kind="muted", points=[(0.0, 0.0), (top, top)]),
        ChartLine(name="converted", points=[(each.predicted, each.observed) for each in bins]),
        ChartLine(name="95 of 100: from", kind="teal", points=[(each.predicted, each.low) for each in bins]),
        ChartLine(name="to", kind="teal", points=[(each.predicted, each.high) for each in bins]),
    ]
    says = "Converted of predicted, by groups of equal size: " + ", ".join(
        f"{each.observed:.1%} of {each.predicted:.1%}" for each in bins
    )
    return line_chart(says, lines, x_text="{:.0%}".format, y_text="{:.0%}".format)


def _drift(found: ScoreShift) -> Chart:
    """The share of bids in each tenth of the scores of the weeks before."""
    names = [f"{each.low:.1%}" for each in found.bins]
    lines = [
        ChartLine(
            name=name,
            kind=kind,
            points=[(float(at), getattr(each, of) / max(count, 1)) for at, each in enumerate(found.bins)],
        )
        for name, kind, of, count in (
            ("the weeks before", "muted", "before", found.before),
            ("the last day", "orange", "now", found.now),
        )
    ]

    def score(at: float) -> str:
        return names[min(round(at), len(names) - 1)]

    says = f"Shares of bids by score: {found.now:,} of the last day, {found.before:,} of the weeks before"
    places = [float(at) for at in range(0, len(names), 2)]
    return line_chart(says, lines, x_text=score, y_text="{:.0%}".format, x_ticks=places, y_max=0.2)


def _fields(fields: Sequence[FieldWeight]) -> Chart:
    shown = fields[:_FIELDS_SHOWN]
    says = "By how much fields move the log-odds: " + ", ".join(f"{each.name} {each.moves:.2f}" for each in shown)
    return bar_chart(says, [(each.name, each.moves) for each in shown], y_text="{:.2f}".format, labels_max=5)
