"""A fake Zoho CRM: an hour's tokens by refresh token, and errors that say 200 or 202."""

from collections.abc import Mapping
from typing import Any, ClassVar

from app.mock_providers.crms.crm import CrmScenario, FakeCrm, SentLead, bearer, first_of, json_of, number_of, scenario
from app.mock_providers.crms.oauth2 import FakeTokens
from app.mock_providers.fake import FakeAnswer, FakeRequest, json_answer


def _said(code: str, message: str, **details: Any) -> dict[str, Any]:
    return {"code": code, "details": details, "message": message, "status": "error"}


def _of_record(code: str, message: str, status: int = 202, **details: Any) -> CrmScenario:
    return scenario(f"HTTP {status}: {code} of the record", {"data": [_said(code, message, **details)]}, status)


def _of_request(code: str, message: str, status: int) -> CrmScenario:
    return scenario(f"HTTP {status}: {code}", _said(code, message), status)


class FakeZoho(FakeCrm):
    """Its token endpoint reports errors with 200. `uses_max` leads, and one is refused."""

    path = "/crm/v8/Leads/upsert"
    scenarios: ClassVar[Mapping[str, CrmScenario]] = {
        "duplicate": _of_record(
            "DUPLICATE_DATA", "duplicate data", api_name="Email", duplicate_record={"id": "3652397000009851001"}
        ),
        "duplicate_old": _of_record(
            "DUPLICATE_DATA", "duplicate data", 200, api_name="Email", id="3652397000009851001"
        ),
        "required": _of_record("MANDATORY_NOT_FOUND", "required field not found", api_name="Product"),
        "invalid": _of_record("INVALID_DATA", "invalid data", 200, expected_data_type="email", api_name="Email"),
        "invalid_request": _of_request("INVALID_DATA", "body", 400),
        "expired": _of_request("INVALID_TOKEN", "invalid oauth token", 401),
        "expired_200": _of_request("INVALID_TOKEN", "invalid oauth token", 200),
        "scope": _of_request("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", 401),
        "module": _of_request("INVALID_MODULE", "the module name given seems to be invalid", 400),
        "no_permission": _of_request("NO_PERMISSION", "permission denied to upsert", 403),
        "limit": _of_request("TOO_MANY_REQUESTS", "You have exceeded the number of calls", 429),
        "limit_200": _of_request("TOO_MANY_REQUESTS", "You have exceeded the number of calls", 200),
        "record_limit": _of_record("LIMIT_EXCEEDED", "storage limit exceeded"),
        "internal": _of_request("INTERNAL_ERROR", "Internal Server Error", 500),
    }

    def __init__(self, uses_max: int | None = None) -> None:
        super().__init__()
        self.tokens = FakeTokens(uses_max, life_s=3600, complaint_status=200)

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        path = request.path.strip("/")
        if path == "oauth/v2/token":
            return self.tokens.grant(request)
        if path != self.path.strip("/"):
            return json_answer(_said("INVALID_URL_PATTERN", "Please check if the URL trying to access is correct"), 404)
        if not self.tokens.takes(bearer(request, "Zoho-oauthtoken")):
            return json_answer(_said("INVALID_TOKEN", "invalid oauth token"), 401)
        record = first_of(json_of(request).get("data"))
        if not record.get("Last_Name"):
            missing = _said("MANDATORY_NOT_FOUND", "required field not found", api_name="Last_Name")
            return json_answer({"data": [missing]}, 202)
        return None

    def reads(self, request: FakeRequest) -> SentLead:
        record = json_of(request)["data"][0]
        return SentLead(email=record.get("Email", ""), person=record.get("Email", record.get("Phone", "")))

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001 - as declared
        record = {
            "code": "SUCCESS",
            "duplicate_field": None if is_new else "Email",
            "action": "insert" if is_new else "update",
            "details": {"id": f"3652397000{number_of(lead.person)}"},
            "message": "record added" if is_new else "record updated",
            "status": "success",
        }
        return json_answer({"data": [record]}, 200)
