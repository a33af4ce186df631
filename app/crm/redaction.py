"""Removes the lead from a CRM's answer, so that the answer may be stored and shown."""

import re
from collections.abc import Iterable

from app.domain.delivery.sold_lead import LeadDocument

NOTE_LENGTH_MAX = 160
_READ_MAX = 2_000
# A word is looked at from its beginning only: from each of its letters it would be the square of its length.
_EMAIL = re.compile(r"(?<!\S)\S+@\S+")
_NUMBER = re.compile(r"\+?\d[\d ().-]{5,}\d")
_SPACE = re.compile(r"\s+")


def redacted(text: str, lead: LeadDocument) -> str:
    """One short line in which the lead's identity, any email and any long number are `***`."""
    text = _NUMBER.sub("***", _EMAIL.sub("***", text[:_READ_MAX]))
    return _SPACE.sub(" ", hidden(text, lead)).strip()[:NOTE_LENGTH_MAX]


def hidden(text: str, lead: LeadDocument) -> str:
    """The text with every identifying value of this lead as `***`."""
    values = sorted(_identity(lead), key=len, reverse=True)
    if not _may_hold(text, values):
        return text
    # Between letters a short name is part of another word: "Al" is not in "already".
    pattern = "|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in values)
    return re.sub(pattern, "***", text, flags=re.IGNORECASE)


def _may_hold(text: str, values: Iterable[str]) -> bool:
    """False where none of them can stand there: to make a pattern of one lead takes longer than to send it."""
    lower = text.lower()
    # What is no ASCII has its own rules of what letters are the same.
    return any(not (text.isascii() and value.isascii()) or value.lower() in lower for value in values)


def _identity(lead: LeadDocument) -> set[str]:
    contact, consent = lead["contact"], lead["consent"]
    values = {str(value).strip() for name, value in contact.items() if name not in ("city", "state", "zip")}
    values |= {str(consent[name]) for name in ("ip_address", "trustedform_cert_url", "leadid_token")}
    digits = re.sub(r"\D", "", str(contact["phone"]))
    return {value for value in values | {digits, digits[-10:]} if value}
