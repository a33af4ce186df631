"""Records a seller's tests as received, as understood and as answered, for people who help it to integrate."""

from collections.abc import Callable, Mapping

import msgspec

from app.domain.reasons import Refusal
from app.wire.ping import Ping, PingAnswer
from app.wire.post import Post, PostAnswer


class RecordedTest(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a test and its answer. It holds what the seller sent, so it is kept in memory at most.

    `at` is UTC epoch seconds, `took_ms` our time; `body` and `said` are the bytes of both sides, `asked` what it
    wanted: ping, post or full. `reading` is what was understood, or why nothing was; `advice` what the seller should
    hear of it beside the answer's warnings.
    """

    at: float
    took_ms: float
    seller: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    asked: str
    reading: Ping | Post | Refusal
    advice: tuple[str, ...]
    answer: PingAnswer | PostAnswer
    status: int
    said: bytes


TestRecorder = Callable[[RecordedTest], None]
