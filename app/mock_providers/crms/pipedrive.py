"""A fake Pipedrive: people by version 2 of its API, which says in `success` and by its status what went wrong."""

from collections.abc import Mapping
from typing import Any, ClassVar

from app.mock_providers.crms.crm import CrmScenario, FakeCrm, SentLead, json_of, number_of, scenario
from app.mock_providers.fake import FakeAnswer, FakeRequest, json_answer

_INFO = "Please check developers.pipedrive.com for more information about Pipedrive API."


def _error(message: str, **more: Any) -> dict[str, Any]:
    return {"success": False, "error": message, "error_info": _INFO, "data": None, "additional_data": None, **more}


def _fails(status: int, message: str, **more: Any) -> CrmScenario:
    return scenario(f"HTTP {status}: {message}", _error(message, **more), status)


_NO_FIELD = "Validation failed: custom_fields: dcf558aac1ae4e8c4f849ba5e668430d8df9be12 is unknown"
_NO_TEXT = "Validation failed: emails: value must be a string"


class FakePipedrive(FakeCrm):
    """It knows nobody by anything: whoever is sent twice is there twice."""

    path = "/api/v2/persons"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "no_name": _fails(400, "Name must be given."),
        "invalid": _fails(400, _NO_TEXT, code="ERR_SCHEMA_VALIDATION_FAILED"),
        "no_field": _fails(400, _NO_FIELD),
        "unauthorized": _fails(401, "unauthorized access", errorCode=401),
        "unpaid": _fails(402, "Company account is not open"),
        "capped": _fails(403, "Couldn't add the person. Limit reached.", code="feature_capping_contacts_limit"),
        "feature": _fails(415, "Feature is not enabled"),
        "limit": scenario("HTTP 429: too many", _error("request over limit"), 429, retry_after="2"),
        "broken_inside": _fails(500, "Internal Server Error", code="ERR_UNKNOWN"),
        "denied": scenario("HTTP 200, and `success` is false", _error("The request could not be fulfilled")),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        if request.path.strip("/") != "api/v2/persons":
            return json_answer(_error("Unknown method ."), 404)
        if not request.headers.get("x-api-token"):
            return json_answer(_error("unauthorized access", errorCode=401), 401)
        person = json_of(request)
        if not person.get("name"):
            return json_answer(_error("Name must be given."), 400)
        if any(not each.get("value") for name in ("emails", "phones") for each in person.get(name, [])):
            return json_answer(_error(_NO_TEXT, code="ERR_SCHEMA_VALIDATION_FAILED"), 400)
        return None

    def reads(self, request: FakeRequest) -> SentLead:
        person = json_of(request)
        email = (person.get("emails") or [{"value": ""}])[0]["value"]
        return SentLead(email=email, person=email or person["phones"][0]["value"])

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001 - as declared
        # Each time another one.
        number = number_of(lead.person) + self.taken[lead.person] - is_new
        data = {"id": number, "add_time": "2026-11-20T15:03:11Z", "is_deleted": False, "custom_fields": {}}
        return json_answer({"success": True, "data": data}, 201)
