"""Fakes of what merely passes leads on: LeadConduit, the hooks of Zapier, Make and GoHighLevel, and a webhook."""

from collections.abc import Mapping
from typing import Any, ClassVar

from app.mock_providers.crms.crm import CrmScenario, FakeCrm, SentLead, json_of, number_of, scenario
from app.mock_providers.fake import FakeAnswer, FakeRequest, json_answer


class _Hook(FakeCrm):
    """Takes any JSON. What it answers well with is all that it has of its own."""

    well: FakeAnswer

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        return None if request.method == "POST" and request.body else FakeAnswer(status=405)

    def reads(self, request: FakeRequest) -> SentLead:
        lead = json_of(request)
        return SentLead(email=lead.get("email", ""), person=lead.get("lead_id", lead.get("reference", "")))

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001, ARG002 - as declared
        return self.well


class FakeZapier(_Hook):
    """It says success of everything, and knows no other word but that it is too much."""

    path = "/hooks/catch/1234567/abcdef/"
    well = json_answer({"attempt": "0199a7c2", "id": "0199a7c2", "request_id": "0199a7c2", "status": "success"})
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "limit": scenario("HTTP 429", {"error": "Too many requests", "message": "Throttled"}, 429, retry_after="60"),
        "off": CrmScenario(says="success, as always; the Zap is off and the lead is lost", answer=well),
        "gone": CrmScenario(says="HTTP 410: the hook was unsubscribed", answer=FakeAnswer(status=410)),
    }


class FakeMake(_Hook):
    """It answers in plain text."""

    path = "/abcdefghijklmnopqrstuvwxyz"
    well = FakeAnswer(headers={"content-type": "text/plain"}, body=b"Accepted")
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "queue_full": CrmScenario(
            says="HTTP 400: Queue is full.", answer=FakeAnswer(status=400, body=b"Queue is full.")
        ),
        "limit": CrmScenario(says="HTTP 429", answer=FakeAnswer(status=429, body=b"Too many requests.")),
        "gone": CrmScenario(
            says="HTTP 410: no scenario listens",
            answer=FakeAnswer(status=410, body=b"There is no scenario listening for this webhook."),
        ),
        "failed": CrmScenario(
            says="HTTP 500: the scenario failed", answer=FakeAnswer(status=500, body=b"Scenario failed to complete.")
        ),
        "own_answer": CrmScenario(says="an answer of the scenario itself", answer=FakeAnswer(body=b"ok")),
    }


class FakeGoHighLevelHook(_Hook):
    """The trigger of a workflow."""

    path = "/hooks/LOCATION/webhook-trigger/TRIGGER"
    well = json_answer({"status": "Success: request sent to trigger execution server", "id": "q1w2e3"})
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "gone": scenario("HTTP 404: the workflow was removed", {"message": "Not Found"}, 404),
        "limit": scenario("HTTP 429", {"message": "Too Many Requests"}, 429),
    }


class FakeWebhook(_Hook):
    """An endpoint of the buyer's own; it does not look at signatures, as too many do not."""

    path = "/leads"
    well = FakeAnswer(status=202)
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "gone": CrmScenario(says="HTTP 410: never call again", answer=FakeAnswer(status=410)),
        "refused": scenario("HTTP 422", {"error": "unknown campaign"}, 422),
        "limit": scenario("HTTP 429 with `Retry-After`", {}, 429, retry_after="30"),
        "unauthorized": scenario("HTTP 401", {}, 401),
        "polite": scenario("HTTP 200 that says it failed", {"success": False}),
    }

    def reads(self, request: FakeRequest) -> SentLead:
        lead = json_of(request)["data"]
        return SentLead(email=lead["contact"]["email"], person=lead["lead_id"])


def _fails(outcome: str, reason: str, **more: Any) -> CrmScenario:
    body = {"outcome": outcome, "reason": reason, "lead": {"id": "63f1a2b3c4d5e6f708192a3b"}, "price": 0, **more}
    return scenario(f"HTTP 201 and {outcome}: {reason}", body, 201)


class FakeLeadConduit(_Hook):
    """It answers 201 whatever it says of the lead."""

    path = "/flows/FLOW/sources/SOURCE/submit"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "failure": _fails("failure", "Does not meet acceptance criteria: state must be TX"),
        "duplicate": _fails("failure", "duplicate: lead was seen in the last 30 days"),
        "error": _fails("error", "recipient timed out"),
        "no_source": scenario("HTTP 404", {"message": "Source not found"}, 404),
        "invalid": scenario("HTTP 400", {"outcome": "error", "reason": "unable to parse body"}, 400),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        parts = request.path.strip("/").split("/")
        if len(parts) != 5 or parts[::2] != ["flows", "sources", "submit"]:
            return json_answer({"message": "Not found"}, 404)
        return super().refuses(request)

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001, ARG002 - as declared
        body = {"outcome": "success", "lead": {"id": f"63f1a2b3c4d5e6f{number_of(lead.person)}"}, "price": 0}
        return json_answer(body, 201)
