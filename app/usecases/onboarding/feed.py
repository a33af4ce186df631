"""The latest tests of a sandbox, each as received, as understood and as answered."""

from collections import deque
from contextlib import suppress

import msgspec

from app.domain.reasons import Refusal, sentence
from app.usecases.onboarding.witness import Tried

KEPT = 60
SHOWN_MAX = 12_000
"""So many characters of a body are shown."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `understood` is JSON of what was read, or the reason why nothing was; `warnings` those of the answer
    and whatever else the seller should hear."""

    number: int
    at: float
    took_ms: float
    seller: str
    request: str
    headers: tuple[tuple[str, str], ...]
    received: str
    understood: str
    status: int
    outcome: str
    answered: str
    warnings: tuple[str, ...]


class Feed:
    """What came last, newest first. It lives in memory and is gone with the process."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.count = 0
        """How many there were."""

    def see(self, tried: Tried) -> None:
        """Take in one test."""
        self.count += 1
        self._entries.appendleft(self._entry(tried))

    @property
    def entries(self) -> list[Entry]:
        """All that are kept."""
        return list(self._entries)

    def _entry(self, tried: Tried) -> Entry:
        reason = tried.answer.reason_code
        return Entry(
            number=self.count,
            at=tried.at,
            took_ms=tried.took_ms,
            seller=tried.seller,
            request=f"{tried.method} {tried.path}",
            headers=tuple(tried.headers.items()),
            received=_text(tried.body),
            understood=_understood(tried),
            status=tried.status,
            outcome=f"{tried.asked} {tried.answer.status}" + (f": {reason}" if reason else ""),
            answered=_text(tried.said),
            warnings=tuple(dict.fromkeys([*tried.answer.warnings, *tried.advice])),
        )


def _understood(tried: Tried) -> str:
    reading = tried.reading
    if isinstance(reading, Refusal):
        return f"nothing: {sentence(reading)}"
    return msgspec.json.format(msgspec.json.encode(reading), indent=2).decode()


def _text(body: bytes) -> str:
    """A body as people read it: JSON on several lines."""
    text = body.decode("utf-8", errors="replace")
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        text = msgspec.json.format(body, indent=2).decode()
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}... ({len(text):,} characters)"
