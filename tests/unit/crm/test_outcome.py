"""Answers as real CRMs give them, and what they mean."""

from typing import Any

import msgspec

from app.crm.outcome import Judgement, judge
from app.domain.delivery.destination import Destination
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.message import OutboundAnswer
from tests.table import each_row


def judged(lead: LeadDocument, answer: OutboundAnswer, **declared: Any) -> Judgement:
    table = {"name": "crm", "url": "https://crm.example.com/leads"} | declared
    return judge(msgspec.convert(table, Destination), answer, lead)


@each_row(
    ("status", "outcome"),
    [
        *[(status, "delivered") for status in (200, 201, 202, 204)],
        (409, "duplicate"),
        *[(status, "rejected") for status in (400, 413, 422)],
        *[(status, "retry") for status in (301, 302, 304, 307, 308, 401, 402, 403, 404, 405, 406, 408, 410, 415, 421)],
        *[(status, "retry") for status in (423, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 520, 599)],
    ],
)
def test_without_rules_the_status_decides(status: int, outcome: str, lead: LeadDocument) -> None:
    assert judged(lead, OutboundAnswer(status=status)).outcome == outcome


@each_row("trouble", ["timeout", "dns", "connect", "tls", "refused_address", "protocol"])
def test_no_answer_is_tried_again(trouble: Any, lead: LeadDocument) -> None:
    judgement = judged(lead, OutboundAnswer(trouble=trouble))
    assert judgement.outcome == "retry"
    assert trouble in judgement.note


def test_gone_disables_the_destination_and_keeps_the_lead(lead: LeadDocument) -> None:
    judgement = judged(lead, OutboundAnswer(status=410))
    assert judgement.disables
    assert judgement.outcome == "retry"


def test_a_redirect_says_why_it_failed(lead: LeadDocument) -> None:
    assert "not followed" in judged(lead, OutboundAnswer(status=301, headers={"location": "https://x.example"})).note


@each_row(
    ("status", "remedy"),
    [
        (302, "name the final address in `url`"),
        (401, "check the credentials"),
        (404, "check `url` and `method`"),
        (405, "check `url` and `method`"),
        (415, "check `encoding` and `headers`"),
    ],
)
def test_what_says_nothing_of_the_lead_says_what_to_check(status: int, remedy: str, lead: LeadDocument) -> None:
    assert judged(lead, OutboundAnswer(status=status)).note == f"HTTP {status}: {_with_redirect(status, remedy)}"


def _with_redirect(status: int, remedy: str) -> str:
    return f"redirects are not followed; {remedy}" if status == 302 else remedy


def test_a_declared_rule_may_refuse_a_lead_for_good_whatever_the_status(lead: LeadDocument) -> None:
    rules = [{"when": {"status": 404}, "then": "rejected"}]
    assert judged(lead, OutboundAnswer(status=404), outcomes=rules).outcome == "rejected"


ID = {"crm_id": {"json": "data.id"}}


@each_row(
    ("body", "crm_id"),
    [
        (b'{"data": {"id": 12345678901}}', "12345678901"),
        (b'{"data": {"id": 12345678901.0}}', "12345678901"),
        (b'{"data": {"id": "12345678901.0"}}', "12345678901"),
        (b'{"data": {"id": "  00Q5g00000ABCde \n"}}', "00Q5g00000ABCde"),
        (b'{"data": {"id": ["a-1"]}}', "a-1"),
        (b'{"data": [{"id": "a-1"}]}', ""),
        *[(f'{{"data": {{"id": {none}}}}}'.encode(), "") for none in ("0", "-1", "null", '"null"', '""', "true", "{}")],
        (b'{"data": {"id": "Zo\xeb"}}', ""),
        (b'{"name": "Zo\xeb", "data": {"id": "a-1"}}', "a-1"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", ""),
        (b"", ""),
    ],
)
def test_the_id_of_the_crms_record_is_read_or_its_lack_is_noted(body: bytes, crm_id: str, lead: LeadDocument) -> None:
    judgement = judged(lead, OutboundAnswer(status=200, body=body), **ID)
    assert (judgement.outcome, judgement.crm_id) == ("delivered", crm_id)
    assert ("no id at json `data.id`" in judgement.note) is (crm_id == "")
    assert ("a web page" in judgement.note) is body.startswith(b"<")


@each_row(
    ("body", "content_type"),
    [
        (b'{"id": "Zo\xeb-1"}', "application/json; charset=iso-8859-1"),
        (b'{"id": "Zo\xeb-1"}', 'application/json;CHARSET="windows-1252"'),
        ('{"id": "Zoë-1"}'.encode(), "application/json; charset=no-such-one"),
        ('{"id": "Zoë-1"}'.encode(), "application/json; charset=utf-16"),
        ('\ufeff{"id": "Zoë-1"}'.encode(), "application/json; charset=iso-8859-1"),
        ('{"id": "Zoë-1"}'.encode("utf-16"), "application/json"),
        ('{"id": "Zoë-1"}'.encode("utf-16-le"), "application/json; charset=utf-16le"),
    ],
)
def test_an_answer_is_read_in_the_charset_it_is_written_in(body: bytes, content_type: str, lead: LeadDocument) -> None:
    answer = OutboundAnswer(status=201, body=body, headers={"content-type": content_type})
    assert judged(lead, answer, crm_id={"json": "id"}).crm_id == "Zoë-1"


def test_xml_is_read_in_the_charset_it_declares(lead: LeadDocument) -> None:
    declared = b'<?xml version="1.0" encoding="%b"?><r><id>Zo%b-1</id></r>'
    for encoding, letter in ((b"ISO-8859-1", b"\xeb"), (b"utf-16", "ë".encode())):
        answer = OutboundAnswer(status=200, body=b"\n" + declared % (encoding, letter))
        assert judged(lead, answer, crm_id={"xml": "r.id"}).crm_id == "Zoë-1"


@each_row(
    "body", [b'{"success": false}', b'{"success": "False"}', b'{"ok": false}', b'{"status": "error", "id": "a-1"}']
)
def test_a_success_that_says_it_was_none_is_noted(body: bytes, lead: LeadDocument) -> None:
    assert "declare an outcome rule" in judged(lead, OutboundAnswer(status=200, body=body)).note
    rules = [{"when": {"status": 200}, "then": "delivered"}]
    assert "declare" not in judged(lead, OutboundAnswer(status=200, body=body), outcomes=rules).note


def test_a_success_without_an_id_where_none_is_expected_is_no_matter(lead: LeadDocument) -> None:
    for body in (b"", b"<html></html>", b'{"status": "success"}'):
        assert judged(lead, OutboundAnswer(status=200, body=body)).note == "HTTP 200"


def test_follow_up_boss_ignores_a_lead_with_204(lead: LeadDocument) -> None:
    rules = [{"when": {"status": 204}, "then": "rejected", "note": "its lead flow is archived"}]
    ignored = judged(lead, OutboundAnswer(status=204), outcomes=rules)
    assert (ignored.outcome, ignored.note) == ("rejected", "its lead flow is archived")
    assert judged(lead, OutboundAnswer(status=200), outcomes=rules).outcome == "delivered"


VELOCIFY = {
    "outcomes": [
        {"when": {"xml": "ImportResults.ImportResult@result", "equals": "success"}, "then": "delivered"},
        {
            "when": {"xml": "ImportResults.ImportResult@message", "contains": "duplicate"},
            "then": "duplicate",
        },
        {
            "when": {"xml": "ImportResults.ImportResult@result", "equals": "Failure"},
            "then": "rejected",
            "reason": {"xml": "ImportResults.ImportResult@message"},
        },
    ],
    "crm_id": {"xml": "ImportResults.ImportResult@leadId"},
}


def velocify(result: str, message: str = "", crm_id: str = "") -> OutboundAnswer:
    body = (
        '<?xml version="1.0" encoding="utf-8"?><ImportResults>'
        f'<ImportResult result="{result}" leadId="{crm_id}" message="{message}" /></ImportResults>'
    )
    return OutboundAnswer(status=200, body=body.encode())


def test_velocify_fails_in_the_xml_of_a_200(lead: LeadDocument) -> None:
    taken = judged(lead, velocify("Success", crm_id="91822"), **VELOCIFY)
    assert (taken.outcome, taken.crm_id) == ("delivered", "91822")
    refused = judged(lead, velocify("Failure", "Missing day phone"), **VELOCIFY)
    assert refused.outcome == "rejected"
    assert refused.note.endswith("Missing day phone")
    assert judged(lead, velocify("Failure", "Duplicate lead"), **VELOCIFY).outcome == "duplicate"


FIVE9 = {
    "outcomes": [
        {"when": {"regex": r'name="F9errCode"[^>]*value="([^"]*)"', "equals": 0}, "then": "delivered"},
        {
            "when": {"regex": 'name="F9errCode"'},
            "then": "rejected",
            "reason": {"regex": r'name="F9errDesc"[^>]*value="([^"]*)"'},
        },
    ]
}


def five9(code: str, description: str) -> OutboundAnswer:
    body = (
        '<!DOCTYPE html><html><body><form><input type="hidden" id="F9errCode" name="F9errCode" '
        f'value="{code}"><input type="hidden" id="F9errDesc" name="F9errDesc" value="{description}">'
        "</form></body></html>"
    )
    return OutboundAnswer(status=200, body=body.encode())


def test_five9_hides_its_error_code_in_a_page(lead: LeadDocument) -> None:
    assert judged(lead, five9("0", ""), **FIVE9).outcome == "delivered"
    refused = judged(lead, five9("724", "No list named solar"), **FIVE9)
    assert refused.outcome == "rejected"
    assert refused.note.endswith("No list named solar")


def test_convoso_says_success_false(lead: LeadDocument) -> None:
    rules = {
        "outcomes": [
            {"when": {"json": "success", "equals": True}, "then": "delivered"},
            {"when": {"json": "success", "equals": False}, "then": "rejected", "reason": {"json": "text"}},
        ],
        "crm_id": {"json": "data.lead_id"},
    }
    taken = judged(lead, OutboundAnswer(status=200, body=b'{"success": true, "data": {"lead_id": 4711}}'), **rules)
    assert (taken.outcome, taken.crm_id) == ("delivered", "4711")
    refused = judged(lead, OutboundAnswer(status=200, body=b'{"success": false, "text": "No such list"}'), **rules)
    assert (refused.outcome, refused.crm_id) == ("rejected", "")
    assert refused.note.endswith("No such list")


def test_hubspot_knows_the_contact_already_and_says_its_id(lead: LeadDocument) -> None:
    answer = OutboundAnswer(status=409, body=b'{"status":"error","message":"Contact already exists. Existing ID: 151"}')
    judgement = judged(lead, answer, crm_id={"regex": r"Existing ID: (\d+)"})
    assert (judgement.outcome, judgement.crm_id) == ("duplicate", "151")


def test_a_2xx_that_no_rule_knows_is_not_success_where_success_is_declared(lead: LeadDocument) -> None:
    page = OutboundAnswer(status=200, body=b"<html>We will be back soon</html>")
    assert judged(lead, page, **VELOCIFY).outcome == "rejected"
    assert judged(lead, page).outcome == "delivered"


def test_the_first_rule_that_holds_decides(lead: LeadDocument) -> None:
    rules = [
        {"when": {"status": "4xx", "contains": "try later"}, "then": "retry"},
        {"when": {"status": "400-499"}, "then": "duplicate"},
        {"when": {"header": "X-Taken", "equals": "no"}, "then": "rejected"},
    ]
    assert judged(lead, OutboundAnswer(status=422, body=b"Try later"), outcomes=rules).outcome == "retry"
    assert judged(lead, OutboundAnswer(status=422, body=b"no"), outcomes=rules).outcome == "duplicate"
    assert judged(lead, OutboundAnswer(status=200, headers={"x-taken": "NO"}), outcomes=rules).outcome == "rejected"
    assert judged(lead, OutboundAnswer(status=200, headers={"x-taken": "yes"}), outcomes=rules).outcome == "delivered"


def test_a_rule_may_forgive_a_410(lead: LeadDocument) -> None:
    judgement = judged(lead, OutboundAnswer(status=410), outcomes=[{"when": {"status": 410}, "then": "duplicate"}])
    assert (judgement.outcome, judgement.disables) == ("duplicate", False)


def test_what_the_crm_says_of_the_lead_is_kept_without_the_lead(lead: LeadDocument) -> None:
    said = f"O'BRIEN at 512.555.0134 / zoe@example.com, 1 Main St #5 in Austin was called {'x' * 400}"
    body = msgspec.json.encode({"ok": False, "why": said})
    rule = {"when": {"json": "ok", "equals": False}, "then": "rejected", "reason": {"json": "why"}}
    note = judged(lead, OutboundAnswer(status=200, body=body), outcomes=[rule]).note
    for secret in ("brien", "512", "0134", "zoe@", "Main"):
        assert secret.lower() not in note.lower()
    assert "in Austin was called" in note
    assert len(note) < 220


@each_row("said", ["5125550134", "zoe@example.com", "x" * 101, "two\\nlines"])
def test_an_id_that_is_the_person_or_no_id_is_not_kept(said: str, lead: LeadDocument) -> None:
    answer = OutboundAnswer(status=200, body=f'{{"id": "{said}"}}'.encode())
    assert judged(lead, answer, crm_id={"json": "id"}).crm_id == ""
