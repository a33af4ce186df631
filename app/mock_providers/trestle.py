"""A fake Trestle: Phone Validation and Real Contact, whose keys hold dots, with partial answers and errors."""

from collections.abc import Mapping
from typing import Any, Literal

from app.mock_providers.fake import HANG_S, FakeAnswer, FakeRequest, asked_by_phone, json_answer, phone_for

_HALF = {"is_valid": None, "activity_score": None, "line_type": None, "contact_grade": None}
_CHANGES: Mapping[str, dict[str, Any]] = {
    "active": {},
    "quiet": {"activity_score": 44, "contact_grade": "C"},
    "disconnected": {"activity_score": 8, "contact_grade": "F"},
    "not_a_number": {"is_valid": False, "activity_score": None, "contact_grade": "F", "warnings": ["Invalid Phone"]},
    "no_score": {"activity_score": None, "contact_grade": None},
    "litigator": {"is_litigator_risk": True},
    "half": {**_HALF, "error": {"name": "InternalError", "message": "Could not retrieve entire response"}},
}
_ERRORS: Mapping[str, FakeAnswer] = {
    "forbidden": json_answer({"message": "Forbidden"}, 403),
    "bad_request": json_answer({"message": "Invalid request parameters"}, 400),
    "slow_down": json_answer({"message": "Limit Exceeded"}, 429),
    "broken": json_answer({"message": "Internal server error"}, 500),
    "page": FakeAnswer(body=b"<html></html>"),
    "hang": FakeAnswer(delay_s=HANG_S),
}
NAMES = [*_CHANGES, *_ERRORS]


class FakeTrestle:
    """`/3.0/phone_intel` and `/1.1/real_contact`, by GET with `x-api-key`."""

    used_as: Literal["check", "destination"] = "check"
    path = "/3.0/phone_intel"

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """Of a phone, and of a name and an email with it."""
        call = request.path.strip("/")
        if call not in ("3.0/phone_intel", "1.1/real_contact") or not request.headers.get("x-api-key"):
            return _ERRORS["forbidden"]
        phone = request.values.get("phone", "")
        scenario = asked_by_phone(NAMES, phone)
        if scenario in _ERRORS:
            return _ERRORS[scenario]
        known: dict[str, Any] = {"is_valid": True, "activity_score": 87, "line_type": "Mobile", "contact_grade": "A"}
        known |= {"error": None, "warnings": [], "is_litigator_risk": False} | _CHANGES[scenario]
        checks = {"litigator_checks": {"phone.is_litigator_risk": known.pop("is_litigator_risk")}}
        add_ons = {"add_ons": checks} if "litigator_checks" in request.values.get("add_ons", "") else {}
        told = {"error": known.pop("error"), "warnings": known.pop("warnings"), **add_ons}
        if call == "3.0/phone_intel":
            del known["contact_grade"]
            return json_answer({"id": "Phone.f6aa35da", "phone_number": f"+1{phone}", **known, **told})
        whole = {f"phone.{name}": value for name, value in known.items()}
        return json_answer({**whole, "phone.name_match": True, "email.is_valid": True, **told})

    def examples(self) -> Mapping[str, tuple[str, str]]:
        """Scenario -> (phone, what happens)."""
        return {name: (phone_for(NAMES, name), name.replace("_", " ")) for name in NAMES}
