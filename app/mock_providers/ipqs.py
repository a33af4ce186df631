"""A fake IPQualityScore: scores of phones and addresses. Every failure is HTTP 200 with `success` false."""

from collections.abc import Mapping
from typing import Any, Literal

from app.mock_providers.fake import HANG_S, FakeAnswer, FakeRequest, asked_by_phone, json_answer, phone_for

_CHANGES: Mapping[str, dict[str, Any]] = {
    "good": {},
    "suspicious": {"fraud_score": 80, "recent_abuse": False},
    "abusive": {"fraud_score": 95, "recent_abuse": True, "risky": True},
    "not_valid": {"valid": False, "fraud_score": 0, "active": False},
    "proxy": {"proxy": True, "vpn": True, "fraud_score": 75},
    "no_score": {"fraud_score": None},
}


def _failure(message: str) -> FakeAnswer:
    return json_answer({"success": False, "message": message, "request_id": "4Gxx"})


_ERRORS: Mapping[str, FakeAnswer] = {
    "bad_key": _failure("Invalid or unauthorized key. Please check the API key and try again."),
    "no_credits": _failure("You have insufficient credits to make this query."),
    "quota": _failure("You have exceeded your request quota of 200 per day. Please upgrade to increase your quota."),
    "unreadable": _failure("Please enter a valid phone number."),
    "slow_down": FakeAnswer(status=429),
    "broken": FakeAnswer(status=500),
    "page": FakeAnswer(body=b"<html></html>"),
    "hang": FakeAnswer(delay_s=HANG_S),
}
NAMES = [*_CHANGES, *_ERRORS]


class FakeIpqs:
    """`/api/json/phone/KEY/PHONE` and `/api/json/ip/KEY/ADDRESS`; an address asks by its last number, from 1."""

    used_as: Literal["check", "destination"] = "check"
    path = "/api/json/phone/{secret}/{phone}"

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """The score of one value."""
        parts = request.path.strip("/").split("/")
        if len(parts) != 5 or parts[:2] != ["api", "json"] or parts[2] not in ("phone", "ip"):
            return FakeAnswer(status=404)
        scenario = asked_by_phone(NAMES, parts[4]) if parts[2] == "phone" else _of_address(parts[4])
        if scenario in _ERRORS:
            return _ERRORS[scenario]
        common = {"success": True, "message": "Success.", "fraud_score": 12, "recent_abuse": False, "request_id": "4G"}
        own: dict[str, Any] = {"proxy": False, "vpn": False, "tor": False, "ISP": "Verizon"}
        if parts[2] == "phone":
            own = {"valid": True, "active": True, "VOIP": False, "risky": False, "line_type": "Wireless", "name": "N/A"}
        changes = {name: value for name, value in _CHANGES[scenario].items() if name in {**common, **own}}
        return json_answer(common | own | changes)

    def examples(self) -> Mapping[str, tuple[str, str]]:
        """Scenario -> (phone, what happens)."""
        return {name: (phone_for(NAMES, name), name.replace("_", " ")) for name in NAMES}


def _of_address(address: str) -> str:
    last = address.rpartition(".")[2]
    number = int(last) - 1 if last.isdecimal() else 0
    return NAMES[number] if 0 <= number < len(NAMES) else NAMES[0]
