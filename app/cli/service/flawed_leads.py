"""Has the fake providers know what is wrong with a made-up lead: its certificate or its phone asks them to say so."""

from msgspec.structs import replace

from app.mock_exchange.consumers import Consumer
from app.mock_providers import dncscrub, trestle
from app.mock_providers.fake import ASKING_LINES, phone_for
from app.mock_providers.trustedform import certificate_id

CERTIFICATES = {
    "bot": "bot",
    "pasted": "pasted",
    "stale": "stale",
    "mismatched": "no_match",
    "forged": "not_found",
    "unanswered": "broken",
}
"""Flaw -> scenario of TrustedForm."""

PHONES = {
    "litigator": phone_for(dncscrub.NAMES, "litigator"),
    "disconnected": phone_for(trestle.NAMES, "disconnected"),
}
"""Flaw -> a phone that has it. Each has a line number that says nothing to the other provider."""


def as_fakes_know(who: Consumer, flaw: str) -> Consumer:
    """The lead with this flaw, or none; no fake takes it for another by chance."""
    url, scenario = who.trustedform_cert_url, CERTIFICATES.get(flaw, "good")
    return replace(
        who,
        trustedform_cert_url=url[:-4] + certificate_id(scenario)[-4:],
        phone=who.phone[:-4] + _line(who.phone[-4:], flaw),
    )


def _line(line: str, flaw: str) -> str:
    if flaw in PHONES:
        return PHONES[flaw][-4:]
    return str(int(line) - len(ASKING_LINES)) if int(line) in ASKING_LINES else line
