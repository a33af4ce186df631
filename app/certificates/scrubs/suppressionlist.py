"""SuppressionList (ActiveProspect): whether a phone or an email is on one of the account's own lists.

The lists may hold hashes: then a ping that brings a hash of the same kind is asked about as well.
"""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from app.certificates.json_answer import document_of, json_request, reaction_to
from app.certificates.provider import Asking, IsKept, ProviderAnswer, Reaction, Secrets, Subject, verdict
from app.domain.checks.check import Check
from app.domain.checks.verdict import CheckVerdict


class SuppressionListLookup:
    """`GET /exists/LISTS/VALUE`, once for each value."""

    def questions(self, check: Check, subject: Subject) -> tuple[str, ...]:
        """Nothing where the lead has no value of the form that the lists hold."""
        return ("listed",) if _values(check, subject) else ()

    def askings(self, check: Check, subject: Subject, secrets: Secrets, is_kept: IsKept) -> Sequence[Asking]:
        """A request for each value."""
        del is_kept
        credential = base64.b64encode(f"X:{secrets[check.secret]}".encode()).decode()
        lists = quote("|".join(check.suppressionlist.lists), safe="")
        cost = check.ping_millicents if subject.stage == "ping" else check.post_millicents
        return [
            Asking(
                operation=f"exists {name}",
                request=json_request(
                    check,
                    "GET",
                    f"{check.url}/exists/{lists}/{quote(value, safe='')}",
                    {"authorization": f"Basic {credential}"},
                ),
                millicents=cost,
            )
            for name, value in _values(check, subject)
        ]

    def react(self, check: Check, answered: ProviderAnswer) -> Reaction:
        """A list that does not exist is our mistake, whatever the lead."""
        if answered.answer.status == 404:
            return Reaction(our_fault="SuppressionList does not know the lists (HTTP 404)")
        return reaction_to(check, answered, is_answer=isinstance(_found(document_of(answered)), bool))

    def read(self, check: Check, subject: Subject, answers: Sequence[ProviderAnswer]) -> Sequence[CheckVerdict]:
        """One value that is found is enough; it is clean where none is, and each was answered."""
        del subject
        found = [_found(document_of(each)) for each in answers]
        if True in found:
            return (verdict(check, "listed", "fail", code=check.suppressionlist.code),)
        return (verdict(check, "listed", "pass" if found and None not in found else "unknown"),)


def _values(check: Check, subject: Subject) -> list[tuple[str, str]]:
    """What is looked up: (phone or email, its value), in the form that the lists hold."""
    hashed = check.suppressionlist.hashed
    form = {name: name if hashed == "none" else f"{name}_{hashed}" for name in check.suppressionlist.values}
    return [(name, value) for name, source in form.items() if (value := subject.part(source))]


def _found(body: Any) -> bool | None:
    found = body.get("found") if isinstance(body, dict) else None
    return found if isinstance(found, bool) else None
