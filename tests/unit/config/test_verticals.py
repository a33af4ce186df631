"""Verticals: fields whose declarations agree, and names that nobody can mistake."""

from collections.abc import Callable

from app.config.file.problem import Problem
from app.config.load import Declared
from app.config.values.names import accept_word
from app.domain.vertical import Field
from tests.table import each_row

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Warned = Callable[..., tuple[Problem, ...]]

FIELD = '{ name = "homeowner", type = "boolean" }'


def test_fields_are_declared_in_order_with_titles_for_people(declared: Declaring) -> None:
    (vertical,) = declared().verticals
    assert vertical.title == "Solar"
    assert vertical.locked == ("homeowner", "monthly_bill", "roof_shade", "moved_in", "remark")
    assert vertical.fields[1] == Field(
        name="monthly_bill", type="number", title="Monthly bill", minimum=0.0, maximum=5000.0, aliases=("bill",)
    )


@each_row(
    ("field", "said"),
    [
        ('{ name = "shade", type = "choice" }', "a `choice` needs at least two values"),
        ('{ name = "shade", type = "choice", values = ["None", "none"] }', '"none" and "None" cannot be told apart'),
        ('{ name = "shade", type = "choice", values = ["a", "b"], example = "c" }', '"c" is not a valid value'),
        ('{ name = "owner", type = "boolean", values = ["a"] }', 'use type = "choice"'),
        ('{ name = "owner", type = "boolean", minimum = 1 }', "only numbers have bounds"),
        ('{ name = "age", type = "integer", minimum = 9, maximum = 1 }', "minimum: it is above the maximum, 1"),
        ('{ name = "age", type = "integer", maximum = 99, example = "120" }', '"120" is not a valid value'),
        ('{ name = "age", type = "int" }', "did you mean `integer`?"),
        ('{ name = "Age", type = "integer" }', "`age` would do"),
        ('{ name = "zip", type = "text" }', "endpoints already read `zip` as `zip`"),
        ('{ name = "zip_code", type = "text" }', "endpoints already read `zip_code` as `zip`"),
        ('{ name = "weekday", type = "text" }', "endpoints already read `weekday` as `weekday`"),
        ('{ name = "api_key", type = "text" }', "endpoints already read `api_key` as the envelope of a request"),
        ('{ name = "date_of_birth", type = "date" }', "endpoints already read `date_of_birth` as `birth_date`"),
        ('{ name = "roof_shade", type = "boolean" }', "the name `roof_shade` is used twice"),
        ('{ name = "owner", type = "boolean", aliases = ["Roof-Shade"] }', '"Roof-Shade" means `roof_shade` already'),
        ('{ name = "owner", type = "boolean", aliases = ["BILL"] }', '"bill" means `owner` already'),
        ('{ name = "owner", type = "boolean", aliases = ["Mobile Phone"] }', '"Mobile Phone" means `phone` already'),
        ('{ name = "approved_credit", type = "boolean" }', 'simple parsers would read "approved" as a sale'),
        ('{ name = "is_ok", type = "boolean" }', 'simple parsers would read "ok" as a sale'),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(problems: Wrong, field: str, said: str) -> None:
    (problem,) = problems(FIELD, field)
    assert said in problem


def test_a_vertical_whose_name_sounds_like_a_sale_is_refused(small: str, problems: Wrong) -> None:
    found = problems(small, small.replace('"solar"', '"true_solar"'))
    assert any(
        'verticals.true_solar.name: this name appears in refusals, where simple parsers would read "true"' in one
        for one in found
    )


@each_row(
    ("name", "word"),
    [("broker", ""), ("token", ""), ("ok", "ok"), ("is-ok", "ok"), ("Successful", "success"), ("unmatched", "matched")],
)
def test_accept_words_are_found_within_words_but_ok_only_alone(name: str, word: str) -> None:
    assert accept_word(name) == word


def test_a_vertical_that_nobody_buys_is_warned_of(warnings: Warned) -> None:
    found = warnings("[[campaigns]]", '[[verticals]]\nname = "roofing"\n\n[[campaigns]]')
    assert [warning.reason for warning in found] == [
        "it has no fields, so all of its leads look the same",
        "no campaign buys it",
    ]
