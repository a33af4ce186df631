"""Partial dependence is the mean of what the model says of the same leads, and what matters most comes first."""

from collections.abc import Mapping
from math import nan

import numpy as np
import pytest

from app.wire.ping import Value
from training.evaluation.dependence import FIELDS_MAX, dependences

LEADS: list[dict[str, Value]] = [
    {"tier": "good" if at % 3 else "poor", "age": at % 50, "owner": at % 2 == 0, "rooms": float(at % 3), "same": "x"}
    for at in range(300)
]


def chance(facts: Mapping[str, Value]) -> float:
    """Half by tier, a little by age, nothing by rooms."""
    return (
        0.1 + 0.4 * (facts.get("tier") == "good") + 0.002 * float(facts.get("age", 0.0)) + 0.05 * bool(facts["owner"])
    )


def test_each_field_is_varied_over_the_same_leads() -> None:
    found = {each.field: each for each in dependences(chance, ("tier", "age", "owner", "rooms", "same"), LEADS)}
    # What changes nothing, or has one value, is left out.
    assert list(found) == ["tier", "age", "owner"]
    tier, age, owner = found.values()
    by_tier = dict(zip(tier.values, tier.predicted, strict=True))
    assert by_tier["good"] - by_tier["poor"] == pytest.approx(0.4)
    assert {*owner.values} == {"yes", "no"}
    assert np.all(np.diff(age.numbers) > 0.0)
    assert np.allclose(np.diff(age.predicted), 0.002 * np.diff(age.numbers))


def test_a_field_of_few_numbers_is_shown_value_by_value() -> None:
    (rooms,) = dependences(lambda facts: 0.1 * float(facts["rooms"]), ("rooms",), LEADS)
    assert dict(zip(rooms.values, rooms.predicted, strict=True)) == pytest.approx({"0": 0.0, "1": 0.1, "2": 0.2})


def test_many_fields_are_cut_and_no_leads_show_nothing() -> None:
    wide: list[dict[str, Value]] = [{f"f{at:02d}": lead % 2 for at in range(20)} for lead in range(40)]
    found = dependences(
        lambda facts: sum(0.001 * at * float(facts[f"f{at:02d}"]) for at in range(20)), [*wide[0]], wide
    )
    assert [each.field for each in found] == [f"f{at:02d}" for at in range(19, 19 - FIELDS_MAX, -1)]
    assert dependences(chance, ("tier",), []) == ()


def test_a_model_that_says_no_number_shows_nothing() -> None:
    assert dependences(lambda _facts: nan, ("tier",), LEADS) == ()
