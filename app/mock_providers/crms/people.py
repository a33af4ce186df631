"""Fakes of CRMs that join people themselves: GoHighLevel and Follow Up Boss."""

import base64
from collections.abc import Mapping
from typing import Any, ClassVar

from app.mock_providers.crms.crm import CrmScenario, FakeCrm, SentLead, bearer, json_of, number_of, scenario
from app.mock_providers.fake import FakeAnswer, FakeRequest, json_answer


def _refusal(message: Any, status: int = 400, error: str = "Bad Request", **more: Any) -> dict[str, Any]:
    return {"statusCode": status, "message": message, "error": error, **more}


def _says(says: str, status: int, message: Any, **more: Any) -> CrmScenario:
    return scenario(f"HTTP {status}: {says}", _refusal(message, status, **more), status)


_NO_DUPLICATES = "This location does not allow duplicated contacts."


class FakeGoHighLevel(FakeCrm):
    """It wants the version of its API in a header, and a location in the body."""

    path = "/contacts/upsert"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "duplicate": _says(
            "no duplicates", 400, _NO_DUPLICATES, meta={"contactId": "dup0contact0id000001", "matchingField": "phone"}
        ),
        "invalid": _says("what is invalid", 422, ["email must be an email", "phone is not valid"]),
        "invalid_one": _says("what is invalid", 422, ["email must be an email"]),
        "invalid_text": _says("what is invalid", 400, "Invalid country code"),
        "unauthorized": _says("Unauthorized", 401, "Invalid JWT"),
        "forbidden": _says("Forbidden", 403, "The token does not have access to this location."),
        "unpaid": _says("unpaid", 402, "Payment Required"),
        "limit": _says("too many", 429, "Too Many Requests"),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        if request.path.strip("/") != "contacts/upsert":
            return json_answer(_refusal("Cannot POST", 404, "Not Found"), 404)
        if not bearer(request):
            return json_answer(_refusal("Invalid JWT", 401, "Unauthorized"), 401)
        if "version" not in request.headers:
            return json_answer(_refusal("version header was not found."), 400)
        if not json_of(request).get("locationId"):
            return json_answer(_refusal("The token does not have access to this location.", 403, "Forbidden"), 403)
        return None

    def reads(self, request: FakeRequest) -> SentLead:
        contact = json_of(request)
        return SentLead(email=contact.get("email", ""), person=contact.get("email", contact.get("phone", "")))

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001 - as declared
        contact = {"id": f"ghlContact{number_of(lead.person)}", "locationId": "LOC"}
        return json_answer({"new": is_new, "contact": contact, "traceId": "t-1"}, 201 if is_new else 200)


class FakeFollowUpBoss(FakeCrm):
    """It answers an event with its person; 204 is a lead that it ignored."""

    path = "/v1/events"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "ignored": CrmScenario(says="HTTP 204: the lead flow is archived", answer=FakeAnswer(status=204)),
        "invalid": scenario("HTTP 400", {"errorMessage": "Invalid fields in the request body: person.phones"}, 400),
        "unauthorized": scenario("HTTP 401", {"errorMessage": "Please provide a valid API key"}, 401),
        "forbidden": scenario("HTTP 403", {"errorMessage": "Your trial has expired"}, 403),
        "not_found": scenario("HTTP 404: no such person", {"errorMessage": "Person not found"}, 404),
        "limit": scenario("HTTP 429", {"errorMessage": "Rate limit exceeded"}, 429, retry_after="7"),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        if request.path.strip("/") != "v1/events":
            return json_answer({"errorMessage": "Not found"}, 404)
        pair = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ") + "==").decode()
        if not pair.partition(":")[0]:
            return json_answer({"errorMessage": "Please provide a valid API key"}, 401)
        person = json_of(request).get("person") or {}
        if not (person.get("emails") or person.get("phones")):
            return json_answer({"errorMessage": "A person must have a name, an email or a phone"}, 400)
        return None

    def reads(self, request: FakeRequest) -> SentLead:
        person = json_of(request)["person"]
        email = (person.get("emails") or [{"value": ""}])[0]["value"]
        return SentLead(email=email, person=email or person["phones"][0]["value"])

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001 - as declared
        body = {"id": number_of(lead.person), "created": "2026-11-20T15:03:11Z", "stage": "Lead"}
        return json_answer(body, 201 if is_new else 200)
