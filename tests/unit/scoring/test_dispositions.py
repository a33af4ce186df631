"""Curves of dispositions are refused by name where they cannot be meant."""

import pytest

from app.domain.pricing.disposition_value import DispositionCurve
from app.scoring.artefact import Unusable
from app.scoring.dispositions import parse_dispositions
from tests.table import each_row


def test_curves_are_read() -> None:
    assert parse_dispositions(b'{"contacted": {"slope": 0.5, "intercept": 1}}') == {
        "contacted": DispositionCurve(0.5, 1.0)
    }


@each_row(
    ("body", "said"),
    [
        (b"[]", "holds no curves"),
        (b'{"sold": {"slope": 1, "intercept": 0}}', "'sold' is no disposition"),
        (b'{"quoted": {"slope": -1, "intercept": 0}}', "the curve of quoted does not rise"),
        (b'{"quoted": {"slope": 1, "intercept": 1e9}}', "has no bounds"),
    ],
)
def test_what_training_cannot_have_written_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        parse_dispositions(body)
