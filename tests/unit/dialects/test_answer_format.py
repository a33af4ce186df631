"""The answer comes in the format that was asked for, most plainly first."""

from app.dialects.text import Scalar
from app.dialects.written import Format, answer_format
from tests.table import each_row


@each_row(
    ("asked", "accept", "suffix", "expected"),
    [
        ({}, "", "", None),
        ({}, "*/*", "", None),
        ({}, "application/xml", "", "xml"),
        ({}, "text/xml;q=0.9, application/json;q=0.1", "", "xml"),
        ({}, "application/json, text/plain, */*", "", "json"),
        ({}, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "", None),
        ({}, "text/plain, application/json, */*", "", "json"),
        ({}, "text/plain, application/json, application/*+json, */*", "", "json"),
        ({}, "text/html, application/json;q=0.9, */*;q=0.8", "", "json"),
        ({}, "application/xml;q=0.5, application/json;q=0.4", "", "xml"),
        ({}, "application/xml;q=0.5, application/json; Q=0.5", "", "json"),
        ({}, "application/xml, application/json;q=0", "", "xml"),
        ({}, "application/json;q=0", "", None),
        ({}, "*/*, application/xml;q=0.1", "", None),
        ({}, "text/plain, */*", "", "text"),
        ({}, "text/xml, text/plain", "", "xml"),
        ({}, "image/png, text/xml", "", "xml"),
        ({}, "application/problem+json", "", "json"),
        ({}, "application/vnd.lead.v2+json; charset=utf-8", "", "json"),
        ({}, "application/soap+xml", "", "xml"),
        ({}, "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "", None),
        ({}, "application/xml;q=.;q=9, , ;;;=", "", "xml"),
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
