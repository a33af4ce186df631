"""Blacklist Alliance: whether a phone is on a list of plaintiffs, of attorneys, or of who asked not to be called.

The key stands in the address, as the provider wants it; evidence holds it nowhere.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from app.certificates.json_answer import document_of, json_request, reaction_to
from app.certificates.provider import Asking, IsKept, ProviderAnswer, Reaction, Secrets, Subject, verdict
from app.domain.checks.check import Check
from app.domain.checks.verdict import CheckVerdict

_CLEAN = frozenset({"good", "clean"})
_LISTED = frozenset({"blacklisted", "suppressed", "federaldnc", "statednc"})
_OPTED_OUT = frozenset({"suppression"})
_KEY_WORDS = ("key", "account", "credit", "unauthorized", "subscription")


class BlacklistAlliance:
    """`GET /lookup` of one phone."""

    def questions(self, check: Check, subject: Subject) -> tuple[str, ...]:
        """It takes no hash of a phone, so a ping cannot be asked about."""
        del check
        return ("litigator",) if subject.part("phone") else ()

    def askings(self, check: Check, subject: Subject, secrets: Secrets, is_kept: IsKept) -> Sequence[Asking]:
        """Version 5 names the lists."""
        del is_kept
        query = urlencode({"key": secrets[check.secret], "phone": subject.part("phone"), "ver": "v5", "resp": "json"})
        request = json_request(check, "GET", f"{check.url}/lookup?{query}", {})
        return (Asking(operation="lookup", request=request, millicents=check.post_millicents),)

    def react(self, check: Check, answered: ProviderAnswer) -> Reaction:
        """Its errors are messages too: one about the key is ours."""
        body = document_of(answered)
        message = _message(body)
        if _says_nothing(body) and any(word in message for word in _KEY_WORDS):
            return Reaction(our_fault="Blacklist Alliance does not take our key")
        return reaction_to(check, answered, is_answer=not _says_nothing(body))

    def read(self, check: Check, subject: Subject, answers: Sequence[ProviderAnswer]) -> Sequence[CheckVerdict]:
        """A list that nobody has declared harmless refuses, also one of a name that is new."""
        bodies = [body for each in answers if not _says_nothing(body := document_of(each))]
        if not bodies or _other_phone(bodies[0], subject):
            return (verdict(check, "litigator", "unknown"),)
        message, codes = _message(bodies[0]), _codes(bodies[0])
        against = [code for code in codes if not _is_accepted(code, check.blacklist_alliance.accept)]
        named_alone = not codes and message in _LISTED and not _is_register(message, check)
        if not against and not named_alone:
            return (verdict(check, "litigator", "pass"),)
        opted_out = (against and {*against} <= _OPTED_OUT) or (named_alone and message != "blacklisted")
        return (verdict(check, "litigator", "fail", code="suppressed" if opted_out else "litigator"),)


def _is_register(message: str, check: Check) -> bool:
    """Whether a message without codes names a do-not-call register that the buyer accepts."""
    accepted = check.blacklist_alliance.accept
    return message.endswith("dnc") and _is_accepted(f"{message.removesuffix('dnc')}-dnc", accepted)


def _is_accepted(code: str, accepted: tuple[str, ...]) -> bool:
    return any(
        code.endswith(pattern[1:]) if pattern.startswith("*") else _begins_or_is(code, pattern) for pattern in accepted
    )


def _begins_or_is(code: str, pattern: str) -> bool:
    return code.startswith(pattern[:-1]) if pattern.endswith("*") else code == pattern


def _says_nothing(body: Any) -> bool:
    """Neither a message that is known nor the name of a list."""
    return not isinstance(body, dict) or (_message(body) not in _CLEAN | _LISTED and not _codes(body))


def _message(body: Any) -> str:
    return str(body.get("message") or "").strip().lower() if isinstance(body, dict) else ""


def _codes(body: Any) -> list[str]:
    code = body.get("code") if isinstance(body, dict) else None
    named = code.split(",") if isinstance(code, str) else []
    return [name for each in named if (name := each.strip().lower()) and name not in ("none", "clean", "good")]


def _other_phone(body: dict[str, Any], subject: Subject) -> bool:
    """Whether it speaks of another phone than ours."""
    phone = "".join(digit for digit in str(body.get("phone") or "") if digit.isdigit())[-10:]
    return bool(phone) and phone != subject.part("phone")
