"""A fake Salesforce: leads by REST with OAuth 2, and Web-to-Lead, which never says what became of one."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from app.mock_providers.crms.crm import CrmScenario, FakeCrm, SentLead, bearer, json_of, number_of, scenario
from app.mock_providers.crms.oauth2 import FakeTokens
from app.mock_providers.fake import FakeAnswer, FakeRequest, json_answer

_TOKEN = "services/oauth2/token"  # noqa: S105 - an address
_LEAD = re.compile(r"services/data/v\d+\.\d/sobjects/Lead/Leadbid_Id__c/([^/]+)")
_EXPIRED = "Session expired or invalid"
_DUPLICATE_ID = "00QHs00000DUPLIMAX"


def _error(code: str, message: str, **more: Any) -> list[dict[str, Any]]:
    return [{"message": message, "errorCode": code, **more}]


def _fails(code: str, message: str, status: int = 400, **more: Any) -> CrmScenario:
    return scenario(f"HTTP {status}: {code}", _error(code, message, **more), status)


_MATCHES = {
    "allowSave": True,
    "duplicateRule": "Standard_Lead_Duplicate_Rule",
    "duplicateRuleEntityType": "Lead",
    "errorMessage": "Use one of these records?",
    "matchResults": [
        {
            "entityType": "Lead",
            "errors": [],
            "matchEngine": "FuzzyMatchEngine",
            "matchRecords": [{"matchConfidence": 98.0, "record": {"Id": _DUPLICATE_ID}}],
            "rule": "Standard_Lead_Match_Rule_v1_0",
            "size": 1,
            "success": True,
        }
    ],
}


class FakeSalesforce(FakeCrm):
    """Its tokens do not say how long they live. `uses_max` leads, and one is refused."""

    path = "/services/data/v62.0/sobjects/Lead/Leadbid_Id__c/{lead_id}"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "duplicate": _fails("DUPLICATES_DETECTED", "Use one of these records?", duplicateResult=_MATCHES),
        "limit": _fails("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403),
        "expired": _fails("INVALID_SESSION_ID", _EXPIRED, 401),
        "required": _fails(
            "REQUIRED_FIELD_MISSING", "Required fields are missing: [Product__c]", fields=["Product__c"]
        ),
        "invalid_email": _fails(
            "INVALID_EMAIL_ADDRESS", "Email: invalid email address: invalid_email@fakes.example", fields=["Email"]
        ),
        "rule": _fails("FIELD_CUSTOM_VALIDATION_EXCEPTION", "We do not serve this state.", fields=[]),
        "too_long": _fails("STRING_TOO_LONG", "Company: data value too large (max length=255)", fields=["Company"]),
        "no_field": _fails("INVALID_FIELD", "No such column 'Leadbid_Id__c' on sobject of type Lead"),
        "no_external_id": _fails(
            "NOT_FOUND", "Provided external ID field does not exist or is not accessible: Leadbid_Id__c", 404
        ),
        "no_rights": _fails("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on cross-reference id"),
        "api_disabled": _fails("API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.", 403),
        "locked": _fails("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
        "storage": _fails("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"),
        "trigger": _fails("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: System.LimitException"),
        "unknown": _fails("UNKNOWN_EXCEPTION", "An unexpected error occurred.", 500),
        "server": _fails("SERVER_UNAVAILABLE", "The server is temporarily unavailable.", 503),
        "several": scenario(
            "HTTP 300: several leads have this id",
            ["/services/data/v62.0/sobjects/Lead/00QHs000001AAA1MAO", "/services/data/v62.0/sobjects/Lead/00Q2"],
            300,
        ),
        "no_body": CrmScenario(says="HTTP 204, as of old versions", answer=FakeAnswer(status=204), takes=True),
    }

    def __init__(self, uses_max: int | None = None) -> None:
        super().__init__()
        self.tokens = FakeTokens(uses_max)

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        path = request.path.strip("/")
        if path == _TOKEN:
            return self.tokens.grant(request)
        if request.method != "PATCH" or not _LEAD.fullmatch(path):
            return json_answer(_error("NOT_FOUND", "The requested resource does not exist"), 404)
        if not self.tokens.takes(bearer(request)):
            return json_answer(_error("INVALID_SESSION_ID", _EXPIRED), 401)
        lead = json_of(request)
        missing = [name for name in ("LastName", "Company") if not lead.get(name)]
        if missing:
            message = f"Required fields are missing: [{', '.join(missing)}]"
            return json_answer(_error("REQUIRED_FIELD_MISSING", message, fields=missing), 400)
        return None

    def reads(self, request: FakeRequest) -> SentLead:
        found = _LEAD.fullmatch(request.path.strip("/"))
        return SentLead(email=json_of(request).get("Email", ""), person=found[1] if found else "")

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001 - as declared
        record = f"00QHs{number_of(lead.person):010d}MAO"
        body = {"id": record, "success": True, "errors": [], "created": is_new}
        return json_answer(body, 201 if is_new else 200)


class FakeWebToLead(FakeCrm):
    """It answers 200 to everything; `Is-Processed` tells of what it did not understand."""

    path = "/servlet/servlet.WebToLead?encoding=UTF-8"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "lost": CrmScenario(
            says="HTTP 200, as always, and the lead is lost",
            answer=FakeAnswer(
                headers={"is-processed": "true Exception:common.exception.ApiException"},
                body=b"Your request has been queued.",
            ),
        ),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        if request.path.strip("/") != "servlet/servlet.WebToLead":
            return FakeAnswer(status=404)
        return None if request.values.get("oid") else FakeAnswer(headers={"is-processed": "false"})

    def reads(self, request: FakeRequest) -> SentLead:
        values = request.values
        return SentLead(email=values.get("email", ""), person=values.get("description", ""))

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001, ARG002 - as declared
        return FakeAnswer(headers={"is-processed": "true"}, body=b"Your request has been queued.")
