"""What earlier rungs add to a lead's value."""

import pytest

from app.domain.pricing.rungs import Rung, RungCurve, RungTerm, per_conversion, rung_terms

CURVES = {"contacted": RungCurve(0.5, 1.0), "qualified": RungCurve(1.0, 1.0), "quoted": RungCurve(0.0, -9.0)}


def test_each_rung_is_at_least_as_likely_as_those_after_it() -> None:
    values: dict[Rung, int] = {"contacted": 100, "qualified": 1_000, "quoted": 5_000}
    for probability in (0.001, 0.2, 0.9):
        chances = [term.probability for term in rung_terms(values, CURVES, probability)]
        assert chances == sorted(chances)
        # A quoted lead is no rarer than a sold one, whatever its curve says.
        assert chances[0] == probability


def test_only_rungs_that_bring_something_and_are_known_count() -> None:
    (term,) = rung_terms({"qualified": 1_200, "quoted": 5_000}, {"qualified": RungCurve(0.0, 0.0)}, 0.25)
    assert term == RungTerm("qualified", 0.5, 1_200)
    assert per_conversion((term,), 0.25) == pytest.approx(2_400.0)
    assert rung_terms({"qualified": 1_200}, {}, 0.25) == ()
    assert rung_terms({"qualified": 1_200}, CURVES, 0.0) == ()
