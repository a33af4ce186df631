"""Several reports in one body are read one by one, each with what is said of all."""

import json

from hypothesis import given
from hypothesis import strategies as st

from app.dialects.body.batch import REPORTS_MAX, Batch, read_batch
from app.dialects.body.unreadable import UnreadableBody
from tests.table import each_row

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TWO = [{"lead_id": "a", "event": "sold"}, {"lead_id": "b", "event": "quoted"}]
NOTIFICATION = (
    '<Notification><Id>04l{0}</Id><sObject xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>00Q{0}</sf:Id>'
    "</sObject></Notification>"
)
SOAP = f"""<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
 <notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00D1</OrganizationId>
  {NOTIFICATION.format(1)}{NOTIFICATION.format(2)}
 </notifications></soapenv:Body></soapenv:Envelope>""".encode()


@each_row(
    "tree",
    [
        TWO,
        {"events": TWO},
        {"Outcomes": TWO},
        {"data": {"records": TWO}},
        {"payload": {"data": {"events": TWO}}},
        {"data": TWO},
        {"leads": TWO},
        {"meta": {"version": 1}, "data": {"events": TWO}},
    ],
)
def test_a_list_of_reports_is_read_one_by_one(tree: object) -> None:
    assert read_batch(json.dumps(tree).encode(), JSON) == Batch(TWO)  # type: ignore[arg-type]
    assert read_batch(b"\xef\xbb\xbf" + json.dumps(tree).encode(), "text/plain") == Batch(TWO)  # type: ignore[arg-type]


def test_reports_may_stand_one_a_line() -> None:
    lines = [json.dumps(each) for each in TWO]
    assert read_batch("\n".join(lines).encode(), "application/x-ndjson") == Batch(TWO)  # type: ignore[arg-type]
    assert read_batch(f"\x1e{lines[0]}\n\x1e{lines[1]}\n".encode(), "application/json-seq") == Batch(TWO)  # type: ignore[arg-type]
    assert read_batch(f"{lines[0]}\n{{".encode(), JSON) is None


def test_what_stands_beside_the_list_is_said_of_each() -> None:
    tree = {"source": "crm", "event": "contacted", "events": [{"lead_id": "a"}, {"lead_id": "b", "event": "sold"}]}
    assert read_batch(json.dumps(tree).encode(), JSON, b"source=hub&account=7") == Batch(
        [
            {"source": "crm", "account": "7", "event": "contacted", "lead_id": "a"},
            {"source": "crm", "account": "7", "event": "sold", "lead_id": "b"},
        ]
    )


@each_row("above", ["events{}", "data{}", "data[outcomes]{}"])
def test_a_form_that_numbers_its_reports_is_a_list_of_them(above: str) -> None:
    names = [above.format(f"[{place}]") for place in (0, 1)]
    pairs = [f"{name}[{key}]={value}" for name, told in zip(names, TWO, strict=True) for key, value in told.items()]
    assert read_batch("&".join(pairs).encode(), FORM) == Batch(TWO)  # type: ignore[arg-type]


@each_row("form", [b"lead_id=a&event=sold", b"lead_id=a&event=sold&items[0][sku]=1&items[1][sku]=2", b"1=2"])
def test_a_form_of_one_report_is_no_list(form: bytes) -> None:
    assert read_batch(form, FORM) is None


def test_what_identifies_the_message_identifies_none_of_its_reports() -> None:
    tree = {"id": "m1", "eventId": "m2", "events": [{"lead_id": "a", "event_id": "e1"}, {"lead_id": "b"}]}
    assert read_batch(json.dumps(tree).encode(), JSON) == Batch([{"lead_id": "a", "event_id": "e1"}, {"lead_id": "b"}])


@each_row("whose", [{"lead_id": "a"}, {"contact": {"lead_id": "a"}}, {"sobject": {"LeadbidId__c": "a"}}])
@each_row("name", ["items", "Contacts"])
def test_a_list_of_one_record_is_none_of_reports(whose: dict[str, object], name: str) -> None:
    tree = {**whose, "event": "sold", name: [{"contact_id": "1"}, {"contact_id": "2"}]}
    assert read_batch(json.dumps(tree).encode(), JSON) is None


def test_what_is_no_object_keeps_its_place() -> None:
    assert read_batch(b'[{"lead_id": "a"}, 7, null]', JSON) == Batch([{"lead_id": "a"}, None, None])


def test_the_notifications_of_a_soap_message_are_read_one_by_one() -> None:
    batch = read_batch(SOAP, "text/xml")
    assert isinstance(batch, Batch)
    assert [report and (report["Id"], report["sObject.Id"]) for report in batch.reports] == [
        ("04l1", "00Q1"),
        ("04l2", "00Q2"),
    ]


@each_row(
    "body",
    [
        b"",
        b"[]",
        b"[1, 2]",
        b'{"lead_id": "a"}',
        b'{"lead_id": "a", "events": []}',
        b'{"events": {"lead_id": "a"}}',
        b'{"lead_id": "a", "items": [{"id": 1, "amount": 5}, {"id": 2, "amount": 7}]}',
        b'{"lead_id": "a", "products": [{"id": 1}, {"id": 2}]}',
        b"[{",
        b"[" * 60_000,
        b'[{"a":' * 9_000,
        b"<a><b/></a>",
        b"lead_id=a&event=sold",
    ],
)
def test_any_other_body_is_one_report(body: bytes) -> None:
    assert read_batch(body, JSON if body[:1] in b"[{" else "") is None


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"[{", b'[{"a":1},', b'{"events":[', b"<a><Notification>", b"\xff\xfe["]),
)
def test_no_bytes_break_the_reading(body: bytes, start: bytes) -> None:
    assert isinstance(read_batch(start + body, JSON, body[:40]), Batch | UnreadableBody | None)


def test_too_many_reports_are_refused_by_name() -> None:
    body = read_batch(json.dumps([{"lead_id": "a"}] * (REPORTS_MAX + 1)).encode(), JSON)
    assert isinstance(body, UnreadableBody)
    assert body.refusal.detail == f"json body: send at most {REPORTS_MAX} reports at once"
    assert isinstance(read_batch(json.dumps([{"lead_id": "a"}] * REPORTS_MAX).encode(), JSON), Batch)
