"""Models as charts: calibration against the diagonal, scores now against before, and the fields that matter most."""

from msgspec.structs import replace

from app.http.console.pages.models.charts import model_charts
from app.reports.attention.trade import ScoreBin, ScoreShift
from app.reports.models.calibration import calibration
from app.reports.models.models import NOT_COUNTED, FieldWeight, VerticalModels, VerticalRow

ROW = VerticalRow(
    vertical="solar",
    live="1",
    learned_until="",
    synthetic=False,
    auc=None,
    calibration=NOT_COUNTED,
    psi=None,
    challenger="",
    share=0.0,
    stopped=False,
    problem="",
)
EMPTY = VerticalModels(
    at=0.0,
    days=7,
    folder="models",
    shipped=False,
    vertical="solar",
    row=ROW,
    counted=True,
    unread="",
    matures_days=14.0,
    unpriced=(),
    versions=(),
    gates=(),
    candidates=(),
    deciles=(),
    fields=(),
    drift=None,
    trial=None,
    changes=(),
)


def test_nothing_is_drawn_of_what_is_not_known() -> None:
    few = calibration([(0.1, False)] * 10)
    assert model_charts(replace(EMPTY, row=replace(ROW, calibration=few)), "UTC") == {}


def test_calibration_is_drawn_with_its_interval_and_says_its_figures() -> None:
    low, high = ([(score, number % every == 0) for number in range(100)] for score, every in ((0.1, 10), (0.4, 5)))
    found = calibration(low + high)
    chart = model_charts(replace(EMPTY, row=replace(ROW, calibration=found)), "UTC")["calibration"]
    assert [line.name for line in chart.lines] == ["as predicted", "converted", "95 of 100: from", "to"]
    assert "10.0% of 10.0%" in chart.says
    assert "20.0% of 40.0%" in chart.says


def test_scores_are_drawn_as_shares_of_each_time_and_fields_largest_first() -> None:
    bins = (ScoreBin(low=0.01, high=0.02, before=30, now=1), ScoreBin(low=0.02, high=0.4, before=10, now=9))
    shift = ScoreShift(vertical="solar", model="1", before=40, now=10, psi=0.3, bins=bins)
    fields = tuple(
        FieldWeight(name=f"field_{number}", moves=1.0 / number, shuffled=None, alone=None, removal=None)
        for number in range(1, 20)
    )
    charts = model_charts(replace(EMPTY, drift=shift, fields=fields), "UTC")
    assert [tick.text for tick in charts["drift"].x_ticks] == ["1.0%"]
    assert charts["drift"].y_ticks[-1].text == "100%"
    assert len(charts["fields"].bars) == 10
    assert charts["fields"].bars[0].says == "field_1: 1.00"
