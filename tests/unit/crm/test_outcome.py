"""Answers as real CRMs give them, and what they mean."""

from typing import Any

import msgspec
import pytest

from app.crm.outcome import Judgement, judge
from app.domain.delivery.destination import Destination
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.message import OutboundAnswer


def judged(lead: LeadDocument, answer: OutboundAnswer, **declared: Any) -> Judgement:
    table = {"name": "crm", "url": "https://crm.example.com/leads"} | declared
    return judge(msgspec.convert(table, Destination), answer, lead)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *[(status, "delivered") for status in (200, 201, 202, 204)],
        (409, "duplicate"),
        *[(status, "rejected") for status in (301, 302, 304, 307, 400, 404, 405, 413, 415, 422)],
        *[(status, "retry") for status in (401, 403, 408, 410, 425, 429, 500, 502, 503, 504, 599)],
    ],
)
def test_without_rules_the_status_decides(status: int, outcome: str, lead: LeadDocument) -> None:
    assert judged(lead, OutboundAnswer(status=status)).outcome == outcome


@pytest.mark.parametrize("trouble", ["timeout", "dns", "connect", "tls", "refused_address", "protocol"])
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


@pytest.mark.parametrize("said", ["5125550134", "zoe@example.com", "x" * 101, "two\\nlines"])
def test_an_id_that_is_the_person_or_no_id_is_not_kept(said: str, lead: LeadDocument) -> None:
    answer = OutboundAnswer(status=200, body=f'{{"id": "{said}"}}'.encode())
    assert judged(lead, answer, crm_id={"json": "id"}).crm_id == ""
