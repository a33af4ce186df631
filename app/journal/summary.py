"""Lines as far as they are counted: of a ping without its terms, which are most of it, in a fifth of the time."""

import msgspec

from app.domain.reasons import Refusal
from app.journal.lines import Line, NoticeLine, PostLine, RefusedLine, RepeatLine
from app.journal.reader import UNREADABLE


class _Ping(msgspec.Struct, frozen=True, gc=False):
    test: bool = False


class _Bid(msgspec.Struct, frozen=True, gc=False):
    price_cents: int


class _Decision(msgspec.Struct, frozen=True, gc=False):
    bids: tuple[_Bid, ...] = ()
    refusal: Refusal | None = None


class PingSummary(Line, frozen=True, gc=False, tag="ping"):
    """Of a ping's line whether it is a test, what was bid, or why not."""

    ping: _Ping
    decision: _Decision
    withdrawn: Refusal | None = None
    took_ms: float = 0.0


LineSummary = PingSummary | RepeatLine | RefusedLine | PostLine | NoticeLine

_DECODER: msgspec.json.Decoder[LineSummary] = msgspec.json.Decoder(LineSummary)


def summarize(text: bytes) -> LineSummary | None:
    """A line, or `None` for what is none."""
    try:
        return _DECODER.decode(text)
    except UNREADABLE:
        return None
