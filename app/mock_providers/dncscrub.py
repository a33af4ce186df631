"""A fake DNCScrub: its three calls, every result code, and the errors of each."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from app.mock_providers.fake import HANG_S, FakeAnswer, FakeRequest, asked_by_phone, json_answer, phone_for

RESULT_CODES = "CXWLFGHVEOYDPIMB"

_CODES: Mapping[str, dict[str, Any]] = {
    f"code_{code}": {"ResultCode": code, "Reason": "National (USA) 2003-06-01;;;" if code == "D" else ""}
    for code in RESULT_CODES
}
_FLAGS: Mapping[str, dict[str, Any]] = {
    "litigator": {"ResultCode": "D", "Reason": "Litigator", "IsLitigator": True},
    "reassigned": {"IsReassigned": True, "HasSafeHarbor": True},
    "no_data": {"IsReassigned": None, "HasSafeHarbor": False},
    "new_code": {"ResultCode": "Z", "Reason": ""},
    "other_phone": {"Phone": "2025550123", "PhoneNumber": "2025550123"},
}
_ERRORS: Mapping[str, FakeAnswer] = {
    "unauthorized": FakeAnswer(status=401, body=b"Unauthorized"),
    "forbidden": FakeAnswer(status=403),
    "bad_request": json_answer({"message": "Invalid date"}, 400),
    "slow_down": FakeAnswer(status=429),
    "no_rows": json_answer([]),
    "page": FakeAnswer(body=b"<html>Invalid loginId</html>"),
    "broken": FakeAnswer(status=500),
    "hang": FakeAnswer(delay_s=HANG_S),
}
NAMES = ["clean", *_CODES, *_FLAGS, *_ERRORS]


class FakeDncScrub:
    """The scrub by POST, litigators and reassigned numbers by GET; all want `loginId` in a header."""

    used_as: Literal["check", "destination"] = "check"
    path = ""

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """A list with one row, but of reassigned numbers the row alone."""
        call = request.path.strip("/")
        if call not in _CALLS:
            return FakeAnswer(status=404)
        if not request.headers.get("loginid"):
            return _ERRORS["unauthorized"]
        phone = _phone(call, request)
        scenario = asked_by_phone(NAMES, phone)
        if scenario in _ERRORS:
            return _ERRORS[scenario]
        known = {"Phone": phone, "PhoneNumber": phone, "ResultCode": "C", "IsLitigator": False, "IsReassigned": False}
        known |= {"HasSafeHarbor": True, "Reserved": "", "Reason": "", "RegionAbbrev": "TX", "LineType": "Wireless"}
        known |= _CODES.get(scenario, {}) | _FLAGS.get(scenario, {})
        row = {name: known[name] for name in _CALLS[call]}
        return json_answer(row if call == "v1.5/Data/RNDBasic" else [row])

    def examples(self) -> Mapping[str, tuple[str, str]]:
        """Scenario -> (phone, what happens)."""
        return {name: (phone_for(NAMES, name), _says(name)) for name in NAMES}


_CALLS: Mapping[str, tuple[str, ...]] = {
    "v1.5/Scrub/litigator": ("Phone", "IsLitigator"),
    "v1.5/Data/RNDBasic": ("PhoneNumber", "IsReassigned", "HasSafeHarbor"),
    "app/main/rpc/scrub": ("Phone", "ResultCode", "Reserved", "Reason", "RegionAbbrev", "LineType"),
}


def _phone(call: str, request: FakeRequest) -> str:
    if call == "app/main/rpc/scrub":
        return str(msgspec.json.decode(request.body)["phoneList"])
    return request.values.get("phoneList", "") or request.values.get("phoneNumber", "")


def _says(name: str) -> str:
    if name in _CODES:
        return f"result code {name[-1]}"
    return {"clean": "on no list", "no_data": "reassigned: null"}.get(name, name.replace("_", " "))
