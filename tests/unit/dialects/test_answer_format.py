"""The answer comes in the format that was asked for, most plainly first."""

import pytest

from app.dialects.text import Scalar
from app.dialects.written import Format, answer_format


@pytest.mark.parametrize(
    ("asked", "accept", "suffix", "expected"),
    [
        ({}, "", "", None),
        ({}, "*/*", "", None),
        ({}, "application/xml", "", "xml"),
        ({}, "text/xml;q=0.9, application/json;q=0.1", "", "xml"),
        ({}, "application/json, text/plain, */*", "", "json"),
        ({}, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "", None),
        ({}, "application/json", ".xml", "xml"),
        ({"format": "xml"}, "application/json", "json", "json"),
        ({"format": "XML"}, "application/json", "", "xml"),
        ({"lp_response": "JSON"}, "", "", "json"),
        ({"resptype": "XML"}, "", "", "xml"),
        ({"Format": "html"}, "application/xml", "", "xml"),
        ({"fields": "xml"}, "", ".txt", None),
    ],
)
def test_suffix_then_field_then_header_then_habit(
    asked: dict[str, Scalar], accept: str, suffix: str, expected: Format | None
) -> None:
    for default in ("json", "xml"):
        assert answer_format(asked, accept, suffix, default) == (expected or default)
