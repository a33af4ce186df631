"""A fake LeadiD: every failure is HTTP 200, and a token dies after a hundred look-ups."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from app.mock_providers.fake import HANG_S, FakeAnswer, FakeRequest, asked_by, ending_of, json_answer, merged

LOOKUPS_MAX = 100
_BRANDS_MAX = 30


class LeadIdScenario(msgspec.Struct, frozen=True, kw_only=True):
    """How one token answers: `changes` to a green audit, or another answer altogether."""

    says: str
    changes: Mapping[str, Any] = {}
    instead: FakeAnswer | None = None


def _not_genuine(reason: int | None, says: str) -> LeadIdScenario:
    return LeadIdScenario(says=says, changes={"authentic": 0, "reason": reason, "result": 3, "reg_rule": 3})


def _integrity(value: int, says: str) -> LeadIdScenario:
    return LeadIdScenario(says=says, changes={"data_integrity": value})


SCENARIOS: Mapping[str, LeadIdScenario] = {
    "good": LeadIdScenario(says="authentic, and green"),
    "expired": _not_genuine(1, "older than a year, or not found"),
    "used_up": _not_genuine(2, "looked up more than a hundred times"),
    "opted_out": _not_genuine(3, "the consumer opted out"),
    "forged": _not_genuine(4, "never issued"),
    "no_reason": _not_genuine(None, "not authentic, without a reason"),
    "odd_reason": _not_genuine(77, "not authentic, for a reason that is documented nowhere"),
    "mismatch": _integrity(0, "the data are not those that were typed"),
    "disclosed": _integrity(2, "a mismatch with disclosure"),
    "prefilled": _integrity(3, "a match with a value that was pre-filled"),
    "yellow": LeadIdScenario(says="a yellow audit", changes={"result": 2}),
    "red": LeadIdScenario(says="a red audit", changes={"result": 3}),
    "as_text": LeadIdScenario(says="numbers as text", changes={"authentic": "1", "result": "1", "data_integrity": "1"}),
    "blocked": LeadIdScenario(
        says='"blocked" where a number should be',
        changes={"market.leadidlabs.leadfrequencyplus": "blocked"},
    ),
    "frequent": LeadIdScenario(says="seen often", changes={"market.leadidlabs.leadfrequencyplus": 9}),
    "bare": LeadIdScenario(
        says="no more than that it is authentic",
        instead=json_answer({"audit": {"authentic": 1}, "transid": "t"}),
    ),
    "error": LeadIdScenario(
        says="an error of the request, with HTTP 200",
        instead=json_answer({"error": {"code": 1050, "message": "limit was reached"}, "transid": "t"}),
    ),
    "empty": LeadIdScenario(says="an empty table", instead=json_answer({})),
    "page": LeadIdScenario(says="a page", instead=FakeAnswer(body=b"<html>LeadiD</html>")),
    "unauthorized": LeadIdScenario(says="HTTP 401", instead=FakeAnswer(status=401)),
    "broken": LeadIdScenario(says="HTTP 502", instead=FakeAnswer(status=502)),
    "hang": LeadIdScenario(says="no answer at all", instead=FakeAnswer(delay_s=HANG_S)),
}
_NAMES = list(SCENARIOS)


def leadid_token(scenario: str = "good") -> str:
    """A token that answers so."""
    return f"4F0C2D1A-93B7-4E58-A6C1-0D9E7B35{ending_of(_NAMES, scenario).upper()}"


class FakeLeadId:
    """Counts every look-up of a token, as the real one does."""

    used_as: Literal["check"] = "check"
    path = ""

    def __init__(self) -> None:
        self.lookups: dict[str, int] = {}
        self.data: dict[str, str] = {}

    def examples(self) -> Mapping[str, tuple[str, str]]:
        """Scenario -> (token, what happens)."""
        return {name: (leadid_token(name), scenario.says) for name, scenario in SCENARIOS.items()}

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """The two calls of a buyer."""
        call, values = request.path.strip("/"), request.values
        token = values.get("id", "")
        if call not in ("Authenticate", "SingleQuery"):
            return FakeAnswer(status=404)
        if not values.get("lac") or (call == "SingleQuery" and not values.get("lak")):
            return json_answer({"error": {"code": 1001, "message": "account not found"}, "transid": "t"})
        if _brands(request) > _BRANDS_MAX:
            message = f"Brand names parameter limit of {_BRANDS_MAX} was reached"
            return json_answer({"error": {"code": 1050, "message": message}, "transid": "t"})
        self.lookups[token] = self.lookups.get(token, 0) + 1
        self.data[token] = values.get("data", "")
        scenario = SCENARIOS[asked_by(_NAMES, token)]
        if scenario.instead is not None:
            return scenario.instead
        changes = scenario.changes if self.lookups[token] <= LOOKUPS_MAX else SCENARIOS["used_up"].changes
        return json_answer({_TABLES[call]: _audit(call, token, changes), "transid": f"t-{self.lookups[token]}"})


_TABLES = {"Authenticate": "authenticate", "SingleQuery": "audit"}


def _audit(call: str, token: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a call says of a token; of one that is not genuine little."""
    whole: dict[str, Any] = {"authentic": 1, "token": token}
    if call == "SingleQuery":
        tcpa = {"disclosure": 1, "consent": 1, "prominence": 100, "result": 1}
        whole |= {"result": 1, "data_integrity": 1, "lead_dupe": 0, "market.leadid.tcpa": tcpa, "lead_age": 74}
        return merged(whole, changes)
    return merged(whole, {name: changes[name] for name in ("authentic", "reason") if name in changes})


def _brands(request: FakeRequest) -> int:
    if not request.body.startswith(b"{"):
        return 0
    query = msgspec.json.decode(request.body, type=dict[str, dict[str, Any]]).get("single_query", {})
    return len(str(query.get("brand_names", "")).split("|"))
