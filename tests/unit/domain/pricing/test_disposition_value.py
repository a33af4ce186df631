"""What earlier dispositions add to a lead's value."""

import pytest

from app.domain.pricing.disposition_value import (
    DispositionCurve,
    DispositionTerm,
    EarlierDisposition,
    disposition_terms,
    per_conversion,
)

CURVES = {
    "contacted": DispositionCurve(0.5, 1.0),
    "qualified": DispositionCurve(1.0, 1.0),
    "quoted": DispositionCurve(0.0, -9.0),
}


def test_each_rung_is_at_least_as_likely_as_those_after_it() -> None:
    values: dict[EarlierDisposition, int] = {"contacted": 100, "qualified": 1_000, "quoted": 5_000}
    for probability in (0.001, 0.2, 0.9):
        chances = [term.probability for term in disposition_terms(values, CURVES, probability)]
        assert chances == sorted(chances)
        # A quoted lead is no rarer than a sold one, whatever its curve says.
        assert chances[0] == probability


def test_only_rungs_that_bring_something_and_are_known_count() -> None:
    (term,) = disposition_terms({"qualified": 1_200, "quoted": 5_000}, {"qualified": DispositionCurve(0.0, 0.0)}, 0.25)
    assert term == DispositionTerm("qualified", 0.5, 1_200)
    assert per_conversion((term,), 0.25) == pytest.approx(2_400.0)
    assert disposition_terms({"qualified": 1_200}, {}, 0.25) == ()
    assert disposition_terms({"qualified": 1_200}, CURVES, 0.0) == ()
