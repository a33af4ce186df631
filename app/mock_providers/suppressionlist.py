"""A fake SuppressionList: lists that hold a value in plain or as a hash, and errors in a table of their own."""

import hashlib
from collections.abc import Mapping
from typing import Literal
from urllib.parse import unquote

from app.mock_providers.fake import HANG_S, FakeAnswer, FakeRequest, asked_by_phone, json_answer, phone_for

SAYS: Mapping[str, str] = {
    "clean": "on no list",
    "listed": "on the first list",
    "listed_twice": "on every list that is asked",
    "no_entries": "found, without saying since when",
    "unauthorized": "HTTP 401: the key is wrong",
    "unpaid": "HTTP 402: the account is inactive",
    "no_list": "HTTP 404: there is no such list",
    "invalid": "HTTP 400: the value cannot be looked up",
    "empty": "an empty table",
    "page": "a page",
    "broken": "HTTP 503",
    "slow_down": "HTTP 429",
    "hang": "no answer at all",
}
NAMES = list(SAYS)
_ERRORS: Mapping[str, FakeAnswer] = {
    "unauthorized": json_answer({"error": "Invalid API key"}, 401),
    "unpaid": json_answer({"error": "Payment required"}, 402),
    "no_list": json_answer({"error": "List not found"}, 404),
    "invalid": json_answer({"error": "Invalid value"}, 400),
    "empty": json_answer({}),
    "page": FakeAnswer(body=b"<html>SuppressionList</html>"),
    "broken": FakeAnswer(status=503),
    "slow_down": FakeAnswer(status=429, headers={"retry-after": "30"}),
    "hang": FakeAnswer(delay_s=HANG_S),
}
_HASHED = {
    hashlib.new(kind, phone_for(NAMES, name).encode()).hexdigest(): name
    for name in NAMES
    for kind in ("md5", "sha1", "sha256")
}


class FakeSuppressionList:
    """`GET /exists/LISTS/VALUE`. An email is on no list."""

    used_as: Literal["check", "destination"] = "check"
    path = ""

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """What it knows of the value."""
        call, _, rest = request.path.strip("/").partition("/")
        lists, _, value = rest.partition("/")
        if call != "exists" or not value or request.method != "GET":
            return json_answer({"error": "Not found"}, 404)
        if not request.headers.get("authorization", "").startswith("Basic "):
            return _ERRORS["unauthorized"]
        value, names = unquote(value), unquote(lists).split("|")
        scenario = _HASHED.get(value, "clean" if "@" in value else asked_by_phone(NAMES, value))
        if scenario in _ERRORS:
            return _ERRORS[scenario]
        found = {"clean": [], "listed_twice": names}.get(scenario, names[:1])
        entries = [{"list_id": "5f0", "list_url_name": name, "added_at": "2026-03-02T10:00:00Z"} for name in found]
        body = {"specified_lists": names, "key": value, "found": bool(found)}
        if found:
            body["exists_in_lists"] = found
        return json_answer(body if not found or scenario == "no_entries" else {**body, "entries": entries})

    def examples(self) -> Mapping[str, tuple[str, str]]:
        """Scenario -> (phone, what happens)."""
        return {name: (phone_for(NAMES, name), says) for name, says in SAYS.items()}
