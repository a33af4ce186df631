"""Reading an answer: whatever a CRM sends, there is a text or there is none."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.crm.pick import picked
from app.domain.delivery.outcome_rule import Pick
from app.outbound.message import OutboundAnswer
from tests.table import each_row

JSON = b'\xef\xbb\xbf{"ok": true, "n": 1.5, "none": null, "data": [{"id": "a-1"}], "obj": {"k": "v"}}'
XML = (
    b"""<s:Envelope xmlns:s="urn:soap"><s:Body><Result code="0"><Id> 12 <b>3</b></Id></Result></s:Body></s:Envelope>"""
)


def pick(body: bytes, **place: str) -> str | None:
    return picked(msgspec.convert(place, Pick), OutboundAnswer(status=200, body=body, headers={"location": "/leads/9"}))


@each_row(
    ("body", "place", "found"),
    [
        (JSON, {"json": "ok"}, "true"),
        (JSON, {"json": "n"}, "1.5"),
        (JSON, {"json": "none"}, None),
        (JSON, {"json": "data.0.id"}, "a-1"),
        (JSON, {"json": "data.1.id"}, None),
        (JSON, {"json": "data.id"}, None),
        (JSON, {"json": "obj"}, '{"k":"v"}'),
        (JSON, {"json": "ok.deeper"}, None),
        (b"not json", {"json": "ok"}, None),
        (b"", {"json": "ok"}, None),
        (b"[" * 60_000, {"json": "ok"}, None),
        (b'{"a": "\xff"}', {"json": "a"}, None),
        (XML, {"xml": "Envelope.Body.Result@code"}, "0"),
        (XML, {"xml": "Envelope.Body.Result.Id"}, "12 3"),
        (XML, {"xml": "Envelope.Body.Result@none"}, None),
        (XML, {"xml": "Envelope.Body.Other"}, None),
        (XML, {"xml": "Other.Body"}, None),
        (b"<a>yes</a>", {"xml": "a"}, "yes"),
        (b"<a>", {"xml": "a"}, None),
        (b"", {"xml": "a"}, None),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', {"xml": "a"}, None),
        (b"id=77;", {"regex": r"id=(\d+)"}, "77"),
        (b"id=77;", {"regex": r"id=\d+"}, "id=77"),
        (b"id=77;", {"regex": r"nr=(\d+)"}, None),
        (b"", {"header": "Location"}, "/leads/9"),
        (b"", {"header": "X-None"}, None),
        (b"\xff hello", {}, "\ufffd hello"),
    ],
)
def test_a_place_is_read_or_absent(body: bytes, place: Any, found: str | None) -> None:
    assert pick(body, **place) == found


@given(body=st.binary(max_size=300))
def test_no_body_whatsoever_breaks_the_reading(body: bytes) -> None:
    for place in ({"json": "a.0"}, {"xml": "a.b@c"}, {"regex": "(x?)"}, {}):
        found = pick(body, **place)
        assert found is None or isinstance(found, str)
