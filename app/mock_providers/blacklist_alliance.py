"""A fake Blacklist Alliance: codes of lists, and errors that come as messages."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from app.mock_providers.fake import HANG_S, FakeAnswer, FakeRequest, asked_by_phone, json_answer, phone_for


class BlacklistScenario(msgspec.Struct, frozen=True, kw_only=True):
    """How one phone answers."""

    says: str
    message: str = "Blacklisted"
    code: str = ""
    instead: FakeAnswer | None = None


def _of(code: str, message: str = "Blacklisted") -> BlacklistScenario:
    return BlacklistScenario(says=f"{message}: {code or 'no code'}", message=message, code=code)


SCENARIOS: Mapping[str, BlacklistScenario] = {
    "good": _of("", "Good"),
    "clean": _of("", "Clean"),
    "plaintiff": _of("plaintiff-primary"),
    "plaintiff_and_dnc": _of("plaintiff-secondary,federal-dnc"),
    "attorney": _of("attorney-primary"),
    "attorney_secondary": _of("attorney-secondary"),
    "prelitigation": _of("prelitigation1"),
    "screamer": _of("screamer"),
    "anti_telemarketing": _of("anti-telemarketing"),
    "government": _of("gov"),
    "new_code": _of("a-list-of-tomorrow"),
    "no_code": _of(""),
    "suppressed": _of("suppression", "Suppressed"),
    "suppressed_bare": _of("", "Suppressed"),
    "federal_dnc": _of("federal-dnc", "Blacklisted"),
    "state_dnc": _of("florida-dnc", "StateDNC"),
    "federal_dnc_bare": _of("", "FederalDNC"),
    "other_phone": BlacklistScenario(says="an answer about another phone", message="Good"),
    "bad_key": BlacklistScenario(
        says="HTTP 200 with a message about the key",
        instead=json_answer({"status": "error", "message": "Invalid API Key"}),
    ),
    "unauthorized": BlacklistScenario(says="HTTP 401", instead=FakeAnswer(status=401)),
    "bad_request": BlacklistScenario(says="HTTP 400", instead=json_answer({"message": "Invalid phone"}, 400)),
    "empty": BlacklistScenario(says="an empty table", instead=json_answer({})),
    "page": BlacklistScenario(says="a page", instead=FakeAnswer(body=b"<html></html>")),
    "broken": BlacklistScenario(says="HTTP 502", instead=FakeAnswer(status=502)),
    "hang": BlacklistScenario(says="no answer at all", instead=FakeAnswer(delay_s=HANG_S)),
}
NAMES = list(SCENARIOS)


class FakeBlacklistAlliance:
    """`GET /lookup?key&phone&ver&resp`."""

    used_as: Literal["check", "destination"] = "check"
    path = ""

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """The lists of one phone, as version 5 tells them."""
        values = request.values
        if request.path.strip("/") != "lookup":
            return FakeAnswer(status=404)
        if not values.get("key"):
            return json_answer({"status": "error", "message": "Invalid API Key"})
        name = asked_by_phone(NAMES, values.get("phone", ""))
        scenario = SCENARIOS[name]
        if scenario.instead is not None:
            return scenario.instead
        phone = "2025550123" if name == "other_phone" else values["phone"]
        carrier = {"did": phone, "type": "wireless", "name": "Verizon", "state": "TX"}
        return json_answer(
            {
                "sid": "0b5d-77",
                "status": "success",
                "message": scenario.message,
                "code": scenario.code,
                "offset": 0,
                "wireless": 1,
                "phone": phone,
                "results": len(scenario.code.split(",")) if scenario.code else 0,
                "carrier": carrier,
            }
        )

    def examples(self) -> Mapping[str, tuple[str, str]]:
        """Scenario -> (phone, what happens)."""
        return {name: (phone_for(NAMES, name), scenario.says) for name, scenario in SCENARIOS.items()}
