"""A fake HubSpot: contacts by batch upsert, whose failures may hide behind 207, and forms."""

from collections.abc import Mapping
from typing import Any, ClassVar

from app.mock_providers.crms.crm import CrmScenario, FakeCrm, SentLead, bearer, first_of, json_of, number_of, scenario
from app.mock_providers.fake import FakeAnswer, FakeRequest, json_answer

_CORRELATION = "4a2f8b1e-0000-4000-8000-5d3c9a7e1f60"
_NOT_AUTHENTICATED = "Authentication credentials not found. This API supports OAuth 2.0 authentication"


def _error(category: str, message: str, **more: Any) -> dict[str, Any]:
    return {"status": "error", "message": message, "correlationId": _CORRELATION, "category": category, **more}


def _fails(category: str, message: str, status: int = 400, **more: Any) -> CrmScenario:
    return scenario(f"HTTP {status}: {category}", _error(category, message), status, **more)


_NO_PROPERTY = (
    'Property values were not valid: [{"isValid":false,"message":"Property \\"leadbid_id\\" does not exist",'
    '"error":"PROPERTY_DOESNT_EXIST","name":"leadbid_id"}]'
)
_BAD_EMAIL = (
    'Property values were not valid: [{"isValid":false,"message":"Email address invalid_email@fakes.example is '
    'invalid","error":"INVALID_EMAIL","name":"email"}]'
)


def _multi_status(category: str, message: str) -> CrmScenario:
    inner = {"status": "error", "category": category, "message": message, "context": {}}
    body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [inner]}
    return scenario(f"HTTP 207: {category}", body, 207)


class FakeHubSpot(FakeCrm):
    """A contact is known by its email."""

    path = "/crm/v3/objects/contacts/batch/upsert"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "multi_status": _multi_status("VALIDATION_ERROR", "The email is blocked by your settings"),
        "multi_status_busy": _multi_status("RATE_LIMITS", "You have reached a limit"),
        "multi_status_property": _multi_status("VALIDATION_ERROR", _NO_PROPERTY),
        "conflict": _fails("CONFLICT", "Contact already exists. Existing ID: 30601", 409),
        "invalid_email": _fails("VALIDATION_ERROR", _BAD_EMAIL),
        "no_property": _fails("VALIDATION_ERROR", _NO_PROPERTY),
        "unauthorized": _fails("INVALID_AUTHENTICATION", _NOT_AUTHENTICATED, 401),
        "scopes": _fails("MISSING_SCOPES", "This app hasn't been granted all required scopes", 403),
        "limit": _fails("RATE_LIMITS", "You have reached your ten_secondly_rolling limit.", 429, retry_after="10"),
        "locked": _fails("LOCKED", "The resource is locked", 423),
        "migrating": _fails("MIGRATION_IN_PROGRESS", "This hub is being migrated", 477, retry_after="3600"),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        if request.path.strip("/") != self.path.strip("/"):
            return FakeAnswer(status=404)
        if not bearer(request):
            return json_answer(_error("INVALID_AUTHENTICATION", _NOT_AUTHENTICATED), 401)
        contact = first_of(json_of(request).get("inputs"))
        if not contact.get("id"):
            return json_answer(
                _error("VALIDATION_ERROR", "Invalid input JSON: required fields were not set: [id]"), 400
            )
        return None

    def reads(self, request: FakeRequest) -> SentLead:
        contact = json_of(request)["inputs"][0]
        return SentLead(email=contact["id"], person=contact["id"])

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001 - as declared
        contact = {"id": str(number_of(lead.person)), "properties": {}, "archived": False, "new": is_new}
        return json_answer({"status": "COMPLETE", "results": [contact]}, 201 if is_new else 200)


def _form_fails(kind: str, message: str) -> CrmScenario:
    body = {
        "status": "error",
        "message": "The request is not valid",
        "correlationId": _CORRELATION,
        "errors": [{"message": message, "errorType": kind}],
    }
    return scenario(f"HTTP 400: {kind}", body, 400)


class FakeHubSpotForm(FakeCrm):
    """It says thank you, and has no id."""

    path = "/submissions/v3/integration/secure/submit/PORTAL/FORM"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "invalid_email": _form_fails("INVALID_EMAIL", "Error in 'fields.email'. Invalid email address"),
        "blocked": _form_fails("BLOCKED_EMAIL", "Error in 'fields.email'. Submission from this email is blocked"),
        "required": _form_fails("REQUIRED_FIELD", "Error in 'fields'. Required field 'phone' is missing"),
        "captcha": _form_fails("FORM_HAS_RECAPTCHA_ENABLED", "Forms with captcha cannot be submitted by API"),
        "no_field": _form_fails("FIELD_NOT_IN_FORM_DEFINITION", "Error in 'fields.leadbid_id'. Not in the form"),
        "limit": _fails("RATE_LIMITS", "You have reached your secondly limit.", 429, retry_after="1"),
        "unauthorized": _fails("INVALID_AUTHENTICATION", _NOT_AUTHENTICATED, 401),
        "no_form": _fails("OBJECT_NOT_FOUND", "No form found", 404),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        if not request.path.strip("/").startswith("submissions/v3/integration/secure/submit/"):
            return FakeAnswer(status=404)
        return None if bearer(request) else json_answer(_error("INVALID_AUTHENTICATION", _NOT_AUTHENTICATED), 401)

    def reads(self, request: FakeRequest) -> SentLead:
        values = {each["name"]: each.get("value", "") for each in json_of(request)["fields"]}
        return SentLead(email=values.get("email", ""), person=values.get("email", ""))

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001, ARG002 - as declared
        return json_answer({"inlineMessage": "Thanks for submitting the form."})
