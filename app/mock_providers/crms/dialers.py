"""Fakes of dialers and call centers, whose failures have the status of a success: Velocify, Five9, Convoso."""

from collections.abc import Mapping
from typing import ClassVar
from xml.sax.saxutils import quoteattr

from app.mock_providers.crms.crm import CrmScenario, FakeCrm, SentLead, number_of, scenario
from app.mock_providers.fake import FakeAnswer, FakeRequest, json_answer


def _imported(result: str, message: str = "", lead_id: str = "") -> FakeAnswer:
    """The answer of the import form with `XmlResponse=True`."""
    attributes = f'refId="0" leadId={quoteattr(lead_id)} result={quoteattr(result)} message={quoteattr(message)}'
    body = f'<?xml version="1.0" encoding="utf-8"?><ImportResults version="1.0"><ImportResult {attributes} />'
    return FakeAnswer(headers={"content-type": "text/xml"}, body=f"{body}</ImportResults>".encode())


def _not_imported(message: str) -> CrmScenario:
    return CrmScenario(says=f"HTTP 200 and a failure: {message}", answer=_imported("Failure", message))


class FakeVelocify(FakeCrm):
    """Its form wants the ids of the account in the address."""

    path = "/Import.aspx?Provider=PROVIDER&Client=CLIENT&CampaignId=1&XmlResponse=True"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "duplicate": _not_imported("Duplicate lead: already imported"),
        "invalid": _not_imported("DayPhone is not a valid phone number"),
        "no_campaign": _not_imported("The campaign is not active"),
        "page": CrmScenario(says="HTTP 200 with a page", answer=FakeAnswer(body=b"<!doctype html><html>Login</html>")),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        if request.path.strip("/") != "Import.aspx":
            return FakeAnswer(status=404)
        values = request.values
        if not all(values.get(name) for name in ("Provider", "Client", "CampaignId")):
            return _imported("Failure", "Invalid client")
        return None

    def reads(self, request: FakeRequest) -> SentLead:
        return SentLead(email=request.values.get("Email", ""), person=request.values.get("DayPhone", ""))

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001, ARG002 - as declared
        return _imported("Success", "", str(number_of(lead.person)))


def _results_page(code: int, description: str) -> FakeAnswer:
    """The page of results, in whose fields the error stands."""
    row = '<TR><TD>{0}:</TD><TD><INPUT readonly id="{1}" name="{1}" value={2} size="10"></TD></TR>'
    rows = row.format("Error Code", "F9errCode", f'"{code}"')
    rows += row.format("Error Decription", "F9errDesc", quoteattr(description))
    page = f"<HTML><BODY><FORM><h1>Result:</h1><TABLE>{rows}</TABLE></FORM></BODY></HTML>"
    return FakeAnswer(headers={"content-type": "text/html;charset=UTF-8"}, body=page.encode())


def _not_added(code: int, description: str) -> CrmScenario:
    return CrmScenario(says=f"HTTP 200, error {code}: {description}", answer=_results_page(code, description))


_PROCESSED = "The request was successfully processed"


class FakeFive9(FakeCrm):
    """The list and the domain stand in the form."""

    path = "/web2campaign/AddToList"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "no_list": _not_added(1, "The list does not exist"),
        "invalid": _not_added(104, "The field number1 has an invalid value"),
        "tenth": _not_added(10, "The record is in the Do-Not-Call list"),
        "busy": _not_added(500, "Internal error. Try again later"),
        "redirected": CrmScenario(
            says="HTTP 200 with a page without a result", answer=FakeAnswer(body=b"<html>Five9</html>")
        ),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        if request.path.strip("/") != "web2campaign/AddToList":
            return FakeAnswer(status=404)
        values = request.values
        missing = [name for name in ("F9domain", "F9list", "number1") if not values.get(name)]
        return _results_page(100, f"Required parameter {missing[0]} is not specified") if missing else None

    def reads(self, request: FakeRequest) -> SentLead:
        return SentLead(email=request.values.get("email", ""), person=request.values["number1"])

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001, ARG002 - as declared
        return _results_page(0, _PROCESSED)


def _not_inserted(code: int, text: str) -> CrmScenario:
    return scenario(f"HTTP 200 and no success: {text}", {"success": False, "code": code, "text": text})


class FakeConvoso(FakeCrm):
    """Its token stands in the address, and so does the lead."""

    path = "/v1/leads/insert"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "duplicate": _not_inserted(6001, "Duplicate lead found"),
        "dnc": _not_inserted(6002, "Phone number is in the DNC list"),
        "invalid": _not_inserted(6003, "Invalid phone_number"),
        "unauthorized": _not_inserted(5003, "Invalid auth_token"),
        "limit": _not_inserted(5010, "API rate limit reached"),
    }

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        values = request.values
        if request.path.strip("/") != "v1/leads/insert":
            return json_answer({"success": False, "code": 404, "text": "No such endpoint"}, 404)
        if not values.get("auth_token"):
            return json_answer({"success": False, "code": 5003, "text": "Missing auth_token"})
        missing = [name for name in ("list_id", "phone_number") if not values.get(name)]
        return json_answer({"success": False, "code": 6010, "text": f"Missing {missing[0]}"}) if missing else None

    def reads(self, request: FakeRequest) -> SentLead:
        return SentLead(email=request.values.get("email", ""), person=request.values["phone_number"])

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001, ARG002 - as declared
        return json_answer({"success": True, "data": {"lead_id": number_of(lead.person)}})
