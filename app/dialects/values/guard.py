"""Finds personal data where it does not belong: sellers put phones and emails into the oddest fields of a ping."""

import re
from functools import lru_cache

IDENTITY = frozenset({"first_name", "last_name", "name", "phone", "email", "address", "birth_date"})
"""Canonical names whose values say who the consumer is; a ping never needs them."""

PERSONAL = "personal data does not belong in a ping"
DROPPED = f"{PERSONAL}; it was dropped"
REDACTED = "(removed)"
"""What stands for it in a text of ours."""

# One character before the sign is as good as all, and no domain reaches beyond the next sign: each is tried once.
_EMAIL = re.compile(r"[^\s@=&?/]@[^\s@=&?/]+\.[A-Za-z]{2}")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?1[-. ]?)?(?:\([2-9]\d\d\)|[2-9]\d\d)[-. ]?[2-9]\d\d[-. ]?\d{4}(?![0-9A-Za-z])", re.ASCII
)
_PHONE_LENGTH_MIN = 10
_LOOKED_AT = 512
"""Characters of a text that are searched; what is kept of any is shorter."""


def is_personal(text: str) -> bool:
    """Whether a text holds a plain email address or a North American phone number, alone or among other words."""
    # One run of letters and digits is not a phone number, whatever digits are in it.
    if text.isalnum() and not text.isdigit():
        return False
    text = text[:_LOOKED_AT]
    if ("@" in text or "%40" in text) and _EMAIL.search(text.replace("%40", "@")):
        return True
    return len(text) >= _PHONE_LENGTH_MIN and _PHONE.search(text) is not None


is_personal_cached = lru_cache(maxsize=4096)(is_personal)
"""The same for short texts that come again with every ping, as sources and pages do."""


def redacted(text: str) -> str:
    """A text of ours without the emails and phone numbers that somebody typed into it."""
    words = [REDACTED if "@" in word.replace("%40", "@") and is_personal(word) else word for word in text.split(" ")]
    return _PHONE.sub(REDACTED, " ".join(words))


def without_query(url: str) -> str:
    """A page's address without what was typed into it: no query, no fragment."""
    return url.partition("?")[0].partition("#")[0]
