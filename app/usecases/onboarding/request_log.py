"""The latest tests of a sandbox, each as received, as understood and as answered."""

from collections import deque
from contextlib import suppress

import msgspec

from app.domain.answers import NOTHING_BOUGHT
from app.domain.reasons import Refusal, sentence
from app.usecases.test_recorder import RecordedTest

KEPT = 60
SHOWN_MAX = 12_000
"""So many characters of a body are shown."""

BRACKETS_MAX = 200
"""A body with more of them is shown as it came."""


class LoggedRequest(msgspec.Struct, frozen=True, kw_only=True):
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


class RequestLog:
    """What came last, newest first. It lives in memory and is gone with the process."""

    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=KEPT)
        self.count = 0
        """How many there were."""

    def see(self, test: RecordedTest) -> None:
        """Take in one test."""
        self.count += 1
        self._entries.appendleft(self._entry(test))

    @property
    def entries(self) -> list[LoggedRequest]:
        """All that are kept."""
        return list(self._entries)

    def _entry(self, test: RecordedTest) -> LoggedRequest:
        reason, heard = test.answer.reason_code, (*test.answer.warnings, *test.advice)
        return LoggedRequest(
            number=self.count,
            at=test.at,
            took_ms=test.took_ms,
            seller=test.seller,
            request=f"{test.method} {test.path}",
            headers=tuple(test.headers.items()),
            received=_text(test.body),
            understood=_understood(test),
            status=test.status,
            outcome=f"{test.asked} {test.answer.status}" + (f": {reason}" if reason else ""),
            answered=_text(test.said),
            # Here everything is a test: what each answer says of that is no news.
            warnings=tuple([each for each in dict.fromkeys(heard) if not each.startswith(NOTHING_BOUGHT)]),
        )


def _understood(test: RecordedTest) -> str:
    reading = test.reading
    if isinstance(reading, Refusal):
        return f"nothing: {sentence(reading)}"
    return msgspec.json.format(msgspec.json.encode(reading), indent=2).decode()


def _text(body: bytes) -> str:
    """A body as people read it: JSON on several lines."""
    text = body.decode("utf-8", errors="replace")
    # Brackets in brackets would be indented to many times their length.
    if body.count(b"[") + body.count(b"{") <= BRACKETS_MAX:
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            text = msgspec.json.format(body, indent=2).decode()
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}... ({len(text):,} characters)"
