"""Filters: fields that exist and are known in time, and values that they can have."""

from collections.abc import Callable

from app.config.file.problem import Problem
from app.config.load import Declared
from app.domain.filters import Filter
from tests.table import each_row

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Warned = Callable[..., tuple[Problem, ...]]


def rules(campaign_with: Declaring, *filters: str) -> tuple[Filter, ...]:
    return campaign_with(f"filters = [{', '.join(filters)}]").campaigns[0].filters


def test_each_condition_becomes_a_rule(campaign_with: Declaring) -> None:
    assert rules(
        campaign_with,
        '{ field = "monthly_bill", at_least = 90, at_most = 400.5 }',
        '{ field = "roof_shade", not_in = ["heavy"], missing = "pass" }',
        '{ field = "homeowner", is = true }',
        '{ field = "remark", present = true }',
        '{ field = "moved_in", at_least = 2024-01-01 }',
    ) == (
        Filter(field="monthly_bill", op="at_least", value=90),
        Filter(field="monthly_bill", op="at_most", value=400.5),
        Filter(field="roof_shade", op="not_in", values=frozenset({"heavy"}), missing="pass"),
        Filter(field="homeowner", op="is", value=True),
        Filter(field="remark", op="present"),
        Filter(field="moved_in", op="at_least", value="2024-01-01"),
    )


def test_filters_read_what_every_lead_tells(campaign_with: Declaring) -> None:
    state, prefix, weekday, hour = rules(
        campaign_with,
        '{ field = "state", in = ["TX"] }',
        '{ field = "zip3", not_in = ["100"] }',
        '{ field = "weekday", in = ["mon", "sat"] }',
        '{ field = "local_hour", at_least = 8 }',
    )
    assert state.values == {"TX"}
    assert prefix.values == {"100"}
    assert weekday.values == {0, 5}
    assert hour.value == 8


def test_a_value_is_found_whatever_its_case(campaign_with: Declaring) -> None:
    (rule,) = rules(campaign_with, '{ field = "roof_shade", in = ["Heavy"] }')
    assert rule.values == {"heavy"}


@each_row(
    ("rule", "said"),
    [
        ('{ field = "homeower", is = true }', "`solar` has no field `homeower`. Remedy: did you mean `homeowner`?"),
        ('{ field = "best_time", is = "morning" }', "`best_time` is not known at ping time"),
        ('{ field = "roof_shade", in = ["heavvy"] }', 'in[0]: "heavvy" is not a value of `roof_shade`'),
        ('{ field = "roof_shade", at_least = "some" }', "`roof_shade` is a choice, which cannot be compared"),
        ('{ field = "homeowner", is = "yes" }', '"yes" is neither true nor false'),
        ('{ field = "monthly_bill", at_least = "90" }', '"90" is not a number'),
        ('{ field = "monthly_bill", in = [true] }', "true is not a number"),
        ('{ field = "monthly_bill", at_least = 90, at_most = 50 }', "it is above `at_most`: no lead passes"),
        ('{ field = "moved_in", at_most = "last year" }', "is not a calendar date"),
        ('{ field = "remark", is = 5 }', "5 is not text"),
        ('{ field = "zip", in = ["336"] }', '"336" is not a valid `zip`'),
        ('{ field = "weekday", in = [8] }', "8 is not a value of `weekday`"),
        ('{ field = "homeowner" }', "it has no condition and admits everything"),
        ('{ field = "homeowner", equals = true }', "there is no key `equals` here"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(wrong_campaign: Wrong, rule: str, said: str) -> None:
    (problem,) = wrong_campaign(f"filters = [{rule}]")
    assert said in problem


def test_a_bound_outside_of_a_fields_own_is_warned_of(warnings: Warned) -> None:
    rule = 'filters = [{ field = "monthly_bill", at_most = 9000 }]'
    (warning,) = warnings("ceiling = 60\n", f"ceiling = 60\n{rule}\n")
    assert "9000 is outside the range of `monthly_bill`, 0 to 5000" in warning.reason


def test_a_value_may_be_what_a_model_predicts_and_no_field_is_called_so(problems: Wrong) -> None:
    # Of a rate above 1 nothing is said: the amount may be a commission.
    value = '{ field = "predicted_value", rate = 1.5, missing = 90 }'
    (problem,) = problems("conversion_value = 900\n", f"conversion_value = {value}\nunknown = 1\n")
    assert "unknown" in problem
    (problem,) = problems('name = "monthly_bill"', 'name = "predicted_value"')
    assert "is what a model says that a conversion brings" in problem


@each_row(
    ("worth", "said"),
    [
        ('{ field = "monthly_bil", rate = 1 }', "did you mean `monthly_bill`?"),
        ('{ field = "roof_shade", rate = 1 }', "`roof_shade` is a choice, and only a number has a rate"),
        ('{ field = "monthly_bill", rate = 1, low = 9, high = 8 }', "low: it is above `high`"),
        ('{ field = "monthly_bill" }', "`rate` is missing"),
        ('{ field = "monthly_bill", rate = "x%" }', 'rate: "x%" is not a percentage'),
    ],
)
def test_a_value_by_field_that_makes_no_sense_is_refused(problems: Wrong, worth: str, said: str) -> None:
    (problem,) = problems("conversion_value = 900", f"conversion_value = {worth}")
    assert said in problem
