"""What every fake CRM is made of: it refuses what the real one would, and fails where a lead's email asks it to."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec

from app.mock_providers.fake import HANG_S, FakeAnswer, FakeRequest, json_answer

_DOMAIN = "fakes.example"


class CrmScenario(msgspec.Struct, frozen=True, kw_only=True):
    """How it answers one lead. `takes` it all the same, whatever the answer says."""

    says: str
    answer: FakeAnswer
    takes: bool = False


class SentLead(msgspec.Struct, frozen=True, kw_only=True):
    """What a fake reads of a lead; `person` is what the CRM knows people by."""

    email: str
    person: str


EVERYWHERE: Mapping[str, CrmScenario] = {
    "broken": CrmScenario(says="HTTP 502 with a page", answer=FakeAnswer(status=502, body=b"<html>Bad Gateway</html>")),
    "away": CrmScenario(
        says="HTTP 503 with a page and `Retry-After`",
        answer=FakeAnswer(status=503, headers={"retry-after": "120"}, body=b"<html>Maintenance</html>"),
    ),
    "moved": CrmScenario(
        says="a redirect", answer=FakeAnswer(status=302, headers={"location": "https://elsewhere.example/"})
    ),
    "hang": CrmScenario(says="no answer at all", answer=FakeAnswer(delay_s=HANG_S)),
}
"""What may happen with any CRM."""


class FakeCrm:
    """One CRM. `taken` counts how often it took each person."""

    used_as: ClassVar[Literal["destination"]] = "destination"
    path: ClassVar[str]
    """Where leads are sent to, beneath the fake's own address."""
    scenarios: ClassVar[Mapping[str, CrmScenario]]

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    def examples(self) -> Mapping[str, tuple[str, str]]:
        """Scenario -> (what to send, what happens)."""
        every = {**self.scenarios, **EVERYWHERE}
        return {name: (f"a lead with the email {email_of(name)}", scenario.says) for name, scenario in every.items()}

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """What it says of a lead, or of a request that is none."""
        refused = self.refuses(request)
        if refused is not None:
            return refused
        lead = self.reads(request)
        name, _, domain = lead.email.partition("@")
        scenario = {**self.scenarios, **EVERYWHERE}.get(name) if domain == _DOMAIN else None
        if scenario is None or scenario.takes:
            self.taken[lead.person] += 1
        return self.takes(lead, self.taken[lead.person] == 1) if scenario is None else scenario.answer

    def refuses(self, request: FakeRequest) -> FakeAnswer | None:
        """The answer to a request that is not right: its address, its credentials, its form."""
        raise NotImplementedError

    def reads(self, request: FakeRequest) -> SentLead:
        """The lead of a request that is right."""
        raise NotImplementedError

    def takes(self, lead: SentLead, is_new: bool) -> FakeAnswer:  # noqa: FBT001 - the one thing it depends on
        """The answer if nothing is wrong."""
        raise NotImplementedError


def email_of(scenario: str) -> str:
    """The email of a lead that is answered so."""
    return f"{scenario}@{_DOMAIN}"


def scenario(says: str, body: Any, status: int = 200, *, takes: bool = False, **headers: str) -> CrmScenario:
    """An answer of its own in JSON; names of headers are written with `_`."""
    answer = json_answer(body, status)
    named = {**answer.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return CrmScenario(says=says, answer=msgspec.structs.replace(answer, headers=named), takes=takes)


def json_of(request: FakeRequest) -> Any:
    """The body; an empty object where it is not JSON."""
    try:
        return msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        return {}


def first_of(records: Any) -> Any:
    """The one record of a batch; an empty object where there is none."""
    return records[0] if isinstance(records, list) and records else {}


def bearer(request: FakeRequest, scheme: str = "Bearer") -> str:
    """The token that a request shows."""
    return request.headers.get("authorization", "").removeprefix(f"{scheme} ")


def number_of(person: str) -> int:
    """A number of nine digits for a person, always the same."""
    return int.from_bytes(person.encode()[-16:], "big") % 900_000_000 + 100_000_000
