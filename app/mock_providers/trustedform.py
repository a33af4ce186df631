"""A fake TrustedForm, version 4.0: the end of a certificate's id says how it answers."""

import base64
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from app.mock_providers.fake import HANG_S, FakeAnswer, FakeRequest, asked_by, ending_of, json_answer, merged

EXPIRES = "2031-11-20T16:00:00Z"
_ID_START = "5afe" * 9
_CONTRACTED = ("match_lead", "retain", "insights", "verify")

PROPERTIES: Mapping[str, Any] = {
    "age_seconds": 184,
    "approx_ip_geo": {"city": "Austin", "state": "TX", "country_code": "US", "postal_code": "78701"},
    "bot_detected": False,
    "browser": {"name": "Chrome", "full": "Chrome 141.0"},
    "confirmed_owner": "No Verified ActiveProspect Account Identified",
    "created_at": "2026-11-20T15:56:56Z",
    "domain": "quotes.example",
    "expires_at": "2026-11-23T15:56:56Z",
    "form_input_method": ["typing"],
    "form_input_kpm": 212,
    "form_input_wpm": 41,
    "ip": "203.0.113.9",
    "is_framed": False,
    "is_masked": False,
    "num_sensitive_content_elements": 0,
    "num_sensitive_form_elements": 0,
    "os": {"name": "Android", "is_mobile": True},
    "page_url": "https://quotes.example/solar",
    "parent_page_url": None,
    "seconds_on_page": 74,
}
_MOBILE = ("age_seconds", "approx_ip_geo", "confirmed_owner", "created_at", "expires_at", "ip", "is_masked", "os")
_META = ("age_seconds", "confirmed_owner", "created_at", "expires_at")


class TrustedFormScenario(msgspec.Struct, frozen=True, kw_only=True):
    """How one certificate answers: `changes` to an answer in which all is well, or another answer altogether.

    `only` are the properties that its kind of certificate has.
    """

    says: str
    changes: Mapping[str, Any] = {}
    instead: FakeAnswer | None = None
    only: tuple[str, ...] = ()


def _fails(reason: str, **results: Any) -> TrustedFormScenario:
    return TrustedFormScenario(says=reason, changes={"outcome": "failure", "reason": reason, **results})


def _refuses(status: int, reason: str) -> TrustedFormScenario:
    body = {"outcome": "error", "reason": reason, "message": reason, "errors": {"detail": reason}}
    return TrustedFormScenario(says=f"HTTP {status}: {reason}", instead=json_answer(body, status))


def _sends(says: str, body: bytes, status: int = 200, **headers: str) -> TrustedFormScenario:
    return TrustedFormScenario(says=says, instead=FakeAnswer(status=status, headers=headers, body=body))


def _property(name: str, value: Any, says: str) -> TrustedFormScenario:
    return TrustedFormScenario(says=says, changes={"insights": {"properties": {name: value}}})


def _verify(reason: str, **result: Any) -> TrustedFormScenario:
    return _fails(reason, verify={"result": {"success": False, **result}})


_NO_MATCH = {"email_match": False, "phone_match": False, "success": False}

SCENARIOS: Mapping[str, TrustedFormScenario] = {
    "good": TrustedFormScenario(says="all is well"),
    "no_match": _fails("No matches found.", match_lead={"result": _NO_MATCH}),
    "email_only": TrustedFormScenario(
        says="the email matches and the phone does not, which TrustedForm calls a success",
        changes={"match_lead": {"result": {"phone_match": False}}},
    ),
    "phone_only": TrustedFormScenario(
        says="the phone matches and the email does not", changes={"match_lead": {"result": {"email_match": False}}}
    ),
    "match_null": TrustedFormScenario(
        says="match not possible: nulls", changes={"match_lead": {"result": dict.fromkeys(_NO_MATCH)}}
    ),
    "masked_no_match": _fails(
        "No matches found.",
        match_lead={"result": _NO_MATCH},
        insights={"properties": {"is_masked": True, "page_url": None}},
    ),
    "previously_retained": TrustedFormScenario(
        says="stored before", changes={"retain": {"results": {"previously_retained": True}}}
    ),
    "previously_retained_text": TrustedFormScenario(
        says="stored before, as text", changes={"retain": {"results": {"previously_retained": "true"}}}
    ),
    "no_masked_url": TrustedFormScenario(
        says="an account without masked copies", changes={"retain": {"results": {"masked_cert_url": None}}}
    ),
    "not_retained": _fails("The cert could not be retained", retain={"results": None}),
    "retain_missing": TrustedFormScenario(says="success, but nothing of storage", changes={"retain": None}),
    "sandbox_failure": _fails("Sandbox certs cannot be retained", retain={"results": None}),
    "expired_failure": _fails("The cert has expired"),
    "claimed_failure": _fails("The cert has been claimed too many times"),
    "web_only": _fails("match_lead requires a web certificate", match_lead={"result": dict.fromkeys(_NO_MATCH)}),
    "unexplained_failure": _fails("Something that is documented nowhere"),
    "no_consent": _verify("Consent language not detected in the certificate.", language_approved=False),
    "consent_not_approved": _verify(
        "Consent languages found were not approved in the account's consent language manager.",
        language_approved=False,
    ),
    "no_one_to_one_setup": _verify(
        "This form has not been setup to allow use of One to One Consent Check.", one_to_one=None
    ),
    "not_submitted": _verify(
        "Submission of the form is required for one-to-one consent verification.", form_submitted=False
    ),
    "not_one_to_one": _verify("Acme Inc. was not granted consent in a one-to-one manner.", one_to_one=False),
    "opt_in_missing": _verify("The opt-in was not selected for Acme Inc.", opt_in_types_satisfied=False),
    "small_print": TrustedFormScenario(
        says="the consent text is too small",
        changes={
            "outcome": "failure",
            "verify": {"result": {"min_font_size_px_satisfied": False, "success": False}},
        },
    ),
    "verify_null": TrustedFormScenario(
        says="nothing configured or possible: nulls",
        changes={"verify": {"result": dict.fromkeys(("language_approved", "one_to_one", "success"))}},
    ),
    "scan_failed": _fails("Insights page scans unsuccessful", insights={"scans": {"result": {"success": False}}}),
    "bot": _property("bot_detected", True, "a bot was detected"),  # noqa: FBT003 - a value of the answer
    "stale": _property("age_seconds", 90_000, "the lead is a day old"),
    "pasted": _property("form_input_method", ["typing", "paste"], "a field was pasted"),
    "null_property": _property("bot_detected", None, "a property that the account has no contract for"),
    "mobile": TrustedFormScenario(says="a certificate of a mobile app, with few properties", only=_MOBILE),
    "meta": TrustedFormScenario(says="a certificate of a Meta lead ad, with fewer", only=_META),
    "malformed": _refuses(400, "Malformed certificate id"),
    "unauthorized": _refuses(401, "Unauthorized"),
    "unpaid": _refuses(402, "Account is inactive"),
    "not_contracted": _refuses(403, "Unavailable product requested: insights"),
    "not_found": _refuses(404, "TrustedForm certificate has expired or could not be found"),
    "sandbox": _refuses(405, "Certificate is not claimable"),
    "malformed_v3": _refuses(406, "Malformed certificate id"),
    "expired_v3": _refuses(410, "Certificate has expired and is pending deletion"),
    "claimed": _refuses(422, "Certificate has been claimed too many times"),
    "schema": _refuses(422, "The request cannot be processed because it does not meet the expected schema."),
    "no_products": TrustedFormScenario(
        says="an error for a request that asks for nothing",
        changes={"outcome": "error", "reason": "No valid products detected"},
    ),
    "error_outcome": TrustedFormScenario(
        says="an error of its own", changes={"outcome": "error", "reason": "Internal failure"}
    ),
    "busy": _sends("HTTP 429", b"slow down", 429, **{"retry-after": "1"}),
    "broken": _sends("HTTP 500", b"", 500),
    "away": _sends("HTTP 503 with a page", b"<html>Maintenance</html>", 503),
    "page": _sends("HTTP 200 with a page", b"<!doctype html><html>certificate</html>", 200),
    "list": _sends("a list where a table should be", b'[{"outcome": "success"}]'),
    "text": _sends("a text where a table should be", b'"success"'),
    "garbage": _sends("JSON that was cut off", b'{"outcome": "success", "match_lead": {"resu'),
    "not_utf8": _sends("bytes that are no text", b'{"outcome": "\xff\xfe"}'),
    "deep": _sends("brackets without end", b"[" * 50_000),
    "huge": _sends("an answer without end", b'{"outcome": "success", "pad": "' + b"x" * 400_000 + b'"}'),
    "redirect": _sends("a redirect to another host", b"", 302, location="https://cert.trustedform.com.evil.example/"),
    "hang": TrustedFormScenario(says="no answer at all", instead=FakeAnswer(delay_s=HANG_S)),
}
_NAMES = list(SCENARIOS)


def certificate_id(scenario: str = "good") -> str:
    """The id of a certificate that answers so."""
    return _ID_START + ending_of(_NAMES, scenario)


class FakeTrustedForm:
    """`keys` are the API keys that it knows; any, by default. What is stored is stored for good."""

    used_as: Literal["check"] = "check"
    path = ""

    def __init__(self, keys: frozenset[str] = frozenset()) -> None:
        self.retained: dict[str, Mapping[str, Any]] = {}
        self._keys = keys

    def examples(self) -> Mapping[str, tuple[str, str]]:
        """Scenario -> (certificate, what happens)."""
        return {
            name: (f"https://cert.trustedform.com/{certificate_id(name)}", scenario.says)
            for name, scenario in SCENARIOS.items()
        }

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """A GET is for people: it shows a page and stores nothing."""
        name = request.path.strip("/")
        if request.method != "POST":
            return FakeAnswer(headers={"content-type": "text/html"}, body=b"<html>TrustedForm Certificate</html>")
        if not self._knows(request.headers.get("authorization", "")):
            return _said("unauthorized")
        try:
            operations = msgspec.json.decode(request.body, type=dict[str, Any])
        except msgspec.DecodeError:
            return _said("schema")
        if fault := _fault(operations):
            return json_answer({"outcome": "error", "reason": fault}, 422)
        scenario = SCENARIOS[asked_by(_NAMES, name)]
        if scenario.instead is not None:
            return scenario.instead
        answer = merged(self._well(name, operations, scenario.only), scenario.changes)
        if _table(_table(answer, "retain"), "results"):
            self.retained[name] = operations["retain"]
        return json_answer(answer)

    def _knows(self, authorization: str) -> bool:
        try:
            user, _, key = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        except ValueError:
            return False
        return bool(user and key) and (not self._keys or key in self._keys)

    def _well(self, name: str, operations: Mapping[str, Any], only: tuple[str, ...]) -> dict[str, Any]:
        """The answer if nothing is wrong with the certificate."""
        answer: dict[str, Any] = {"outcome": "success", "reason": None}
        person = operations.get("match_lead", {})
        if person:
            sent = {f"{each}_match": True if person.get(each) else None for each in ("email", "phone")}
            answer["match_lead"] = {**person, "result": {**sent, "success": True}}
        if "retain" in operations:
            url = f"https://cert.trustedform.com/{name[:-4]}0000"
            results = {
                "expires_at": EXPIRES,
                "masked_cert_url": url,
                "previously_retained": name in self.retained,
            }
            answer["retain"] = {**operations["retain"], "results": results}
        if "insights" in operations:
            answer["insights"] = _insights(operations["insights"], only)
        if "verify" in operations:
            answer["verify"] = {**operations["verify"], "languages": [{"text": "I agree."}], "result": dict(_VERIFIED)}
        return answer


_VERIFIED = {
    "form_submitted": True,
    "language_approved": True,
    "min_contrast_ratio_satisfied": True,
    "min_font_size_px_satisfied": True,
    "one_to_one": True,
    "opt_in_types_satisfied": True,
    "success": True,
}


def _insights(asked: Mapping[str, Any], only: tuple[str, ...]) -> dict[str, Any]:
    """Every property that was asked for; null where the certificate's kind has none."""
    names = asked.get("properties", ())
    has = {name: PROPERTIES.get(name) if not only or name in only else None for name in names}
    insights: dict[str, Any] = {"properties": has}
    if "scans" in asked:
        insights["scans"] = {**asked["scans"], "result": {"success": True}}
    return insights


def _fault(operations: Mapping[str, Any]) -> str:
    """What it does not take of a request."""
    if not any(name in operations for name in _CONTRACTED):
        return "No valid products detected"
    if "retain" in operations and not operations.get("match_lead"):
        return "Match Lead fields not included in request."
    for name in ("email", "phone"):
        value = operations.get("match_lead", {}).get(name, "")
        if not isinstance(value, str) and not (isinstance(value, list) and len(value) <= 3):
            return f"match_lead {name} must be a list of 3 or less {name}s"
    unknown = [name for name in operations.get("insights", {}).get("properties", ()) if name not in PROPERTIES]
    return "Invalid property key(s) requested" if unknown else ""


def _said(scenario: str) -> FakeAnswer:
    return SCENARIOS[scenario].instead or FakeAnswer(status=500)


def _table(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = holder.get(name)
    return inner if isinstance(inner, Mapping) else {}
