"""Names that a configuration may not use: taken by the API, used twice, or readable as a sale."""

import re
from collections.abc import Iterable

from app.config.file.problem import Findings, KeyPath
from app.dialects.aliases import BY_VALUE, CONTACT, ENVELOPE, LEAD, PING, POST, SHARED_FLAGS, TEST_FLAGS, VERTICAL
from app.dialects.names import CANONICAL
from app.dialects.text import alike
from app.domain.auction.features import OF_EVERY_LEAD
from app.domain.reasons import ACCEPT_WORDS

# Endpoints compare names without case and separators, and know many names for one thing.
_TAKEN = {
    **{alike(name): "the envelope of a request" for name in ENVELOPE.split()},
    **{alike(name.removeprefix("?")): f"`{name[1:]}`" for name in (*BY_VALUE, *TEST_FLAGS, *SHARED_FLAGS)},
    **{
        alike(alias): f"`{name}`"
        for known in (VERTICAL, LEAD, PING, CONTACT, POST)
        for name, aliases in known.items()
        for alias in aliases.split()
    },
    **{alike(name): f"`{name}`" for name in (*CANONICAL, *OF_EVERY_LEAD)},
}


def taken(name: str) -> str:
    """What of the contract an endpoint would take this name for, or the empty string."""
    return _TAKEN.get(alike(name), "")


def accept_word(name: str) -> str:
    """The word in a name by which crude parsers would take a refusal for a sale, or the empty string."""
    low = name.casefold()
    found = next((word for word in ACCEPT_WORDS if word in low), "")
    return found or ("ok" if "ok" in re.split(r"[^a-z0-9]+", low) else "")


def refuse_accept_words(name: str, at: KeyPath, findings: Findings) -> None:
    """Report a name that refusals show and that holds such a word."""
    word = accept_word(name)
    if word:
        reason = f'this name appears in refusals, where simple parsers would read "{word}" as a sale'
        findings.error(at, reason, "choose another name")


def refuse_repeated(names: Iterable[tuple[str, KeyPath]], findings: Findings) -> None:
    """Report every name that stands before."""
    seen: set[str] = set()
    for name, at in names:
        if name in seen:
            findings.error((*at, "name"), f"the name `{name}` is used twice", "give each its own")
        seen.add(name)
