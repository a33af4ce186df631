"""Partial lines for counting: a ping without its terms, which take most of the time to read."""

from pathlib import Path
from typing import final

import msgspec

from app.domain.reasons import Refusal
from app.journal.lines import Line, NoticeLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.journal.reader import decode_as


class PingFacts(msgspec.Struct, frozen=True, gc=False):
    """Of what was asked: what it is counted and found by."""

    vertical: str
    zip: str = ""
    state: str = ""
    sub_id: str = ""
    test: bool = False


class ScoreFacts(msgspec.Struct, frozen=True, gc=False):
    """Of what a bid was made of: the score, and whether it was only expected of all such leads."""

    probability: float
    expected: bool = False


class BidFacts(msgspec.Struct, frozen=True, gc=False):
    """Of a bid: whose it is, what it offers and may bring, and of which score."""

    campaign: str
    leg: str
    price_cents: int
    valuation: ScoreFacts | None = None
    surplus: float = 0.0


class ShadowBidFacts(msgspec.Struct, frozen=True, gc=False):
    """Of a bid that was not sent."""

    price_cents: int
    surplus: float = 0.0


class ShadowFacts(msgspec.Struct, frozen=True, gc=False):
    """Of what the other model of a trial made of it."""

    model: str
    bids: tuple[ShadowBidFacts, ...] = ()
    fault: str = ""


class DecisionFacts(msgspec.Struct, frozen=True, gc=False):
    """Of a decision: what was answered."""

    bids: tuple[BidFacts, ...] = ()
    refusal: Refusal | None = None


@final
class PingSummary(Line, frozen=True, gc=False, tag="ping"):
    """A ping's line without what it was decided by. The names are those of `PingLine`, so that both count alike."""

    ping: PingFacts
    decision: DecisionFacts
    id: str = ""
    bid_ids: tuple[str, ...] = ()
    model: str = ""
    withdrawn: Refusal | None = None
    shadow: ShadowFacts | None = None
    took_ms: float = 0.0


LineSummary = PingSummary | RepeatLine | RefusedLine | PostLine | NoticeLine | RetainLine

_DECODER: msgspec.json.Decoder[LineSummary] = msgspec.json.Decoder(LineSummary)


def summarize(text: bytes, path: Path) -> LineSummary | None:
    """A line of this file, or `None` for what is none. Raises OtherVersion."""
    return decode_as(_DECODER, text, path)
