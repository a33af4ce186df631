"""What journals hold of bids, flattened into two files of rows: what was bid, and what was said of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.domain.auction.features import facts_of
from app.domain.calendar import local_time
from app.domain.schedule import HOURS_OF_WEEK
from app.domain.token import read_on_trust
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine
from app.journal.reader import lines

LIFETIME_S = 3_600.0
"""No bid lives longer: a bid of a span was made in it, its lead sold at most so long after."""

NOT_OURS = ("auth_failed", "ping_unknown")
"""A post refused for one of these says nothing of the auction: any stranger can send it."""

_TOLD_EVERY = 50_000


class SentBid(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One bid as it was sent. What the pricing rule said is `None` where a fallback price was bid."""

    id: str
    ping: str
    at: float
    expires_at: float
    seller: str
    vertical: str
    campaign: str
    leg: str
    model: str
    config: str
    zip: str
    state: str
    facts: str
    floor_cents: int
    price_cents: int
    win_probability: float
    spread: float
    probability: float | None
    worth: float | None
    value: float | None
    bid_value: float | None
    low: float | None
    high: float | None
    best: float | None


class BidFeedback(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A post or a notice that names a bid."""

    id: str
    seller: str
    at: float
    is_post: bool
    result: str
    lead_id: str
    price_cents: int | None


class PingCounts(msgspec.Struct, kw_only=True):
    """The pings of a span, counted. Tests and repeats are counted and left out of everything else.

    `declined` by reason, `traffic` by vertical and hour of the week by the buyer's clock, Monday first. `until` is the
    time of the last ping, `last_at` of the latest line of any kind, both 0 where there is none.
    """

    pings: int = 0
    with_bid: int = 0
    tests: int = 0
    repeats: int = 0
    declined: Counter[str] = msgspec.field(default_factory=Counter)
    unread: int = 0
    traffic: dict[str, list[int]] = {}
    since: float = 0.0
    until: float = 0.0
    last_at: float = 0.0

    def pass_over(self, _: bytes) -> None:
        """Count what is no line of ours."""
        self.unread += 1


def flatten(
    journals: tuple[Path, ...],
    into: Path,
    *,
    zone: str,
    since: float,
    until: float,
    now: float,
    tell: Callable[[int], None],
) -> PingCounts:
    """Write `legs.ndjson` and `said.ndjson` into a folder, never more than some lines in memory.

    Pings of [since, until) are counted; the legs begin a bid's life earlier, for leads that were sold in the span. What
    was written after `now` is left unread. `tell` hears how many lines were read. Raises ParquetError, OSError.
    """
    found, encode = PingCounts(), msgspec.json.Encoder().encode
    with (into / "legs.ndjson").open("wb") as legs, (into / "said.ndjson").open("wb") as said:
        for number, line in enumerate(_lines(journals, since - LIFETIME_S, now, found), 1):
            if number % _TOLD_EVERY == 0:
                tell(number)
            if isinstance(line, (PostLine, NoticeLine)):
                said.writelines(encode(each) + b"\n" for each in _feedback(line))
            elif line.at < until:
                if line.at >= since:
                    _count(found, line, zone)
                if isinstance(line, PingLine):
                    legs.writelines(encode(each) + b"\n" for each in _bids(line, zone))
            found.last_at = max(found.last_at, line.at)
    return found


def _lines(journals: tuple[Path, ...], since: float, now: float, found: PingCounts) -> Iterator[AnyLine]:
    for journal in journals:
        yield from lines(journal, max(since, 0.0), now, found.pass_over)


def _count(found: PingCounts, line: PingLine | RepeatLine | RefusedLine, zone: str) -> None:
    found.since, found.until = min(found.since or line.at, line.at), max(found.until, line.at)
    if isinstance(line, RepeatLine):
        found.repeats += 1
        return
    if isinstance(line, PingLine) and line.ping.test:
        found.tests += 1
        return
    found.pings += 1
    refusal = line.refusal if isinstance(line, RefusedLine) else line.withdrawn or line.decision.refusal
    # A name that no vertical has is the seller's own word, of which there may be any number.
    if isinstance(line, PingLine) and not (refusal is not None and refusal.code == "unsupported_vertical"):
        local = local_time(line.at, zone)
        hours = found.traffic.setdefault(line.ping.vertical, [0] * HOURS_OF_WEEK)
        hours[local.weekday * 24 + local.minute // 60] += 1
    if refusal is None:
        found.with_bid += 1
    else:
        found.declined[refusal.code] += 1


def _bids(line: PingLine, zone: str) -> Iterator[SentBid]:
    if line.ping.test or line.withdrawn is not None or line.decision.refusal is not None:
        return
    facts = msgspec.json.encode(facts_of(line.ping, local_time(line.at, zone))).decode()
    for bid_id, offer in zip(line.bid_ids, line.decision.bids, strict=False):
        token, lasts = read_on_trust(bid_id), line.at + LIFETIME_S
        yield SentBid(
            id=bid_id,
            ping=line.id,
            expires_at=float(token.expires_at) if token is not None else lasts,
            facts=facts,
            floor_cents=line.ping.min_price_cents,
            **_of(line, "at", "seller", "model", "config"),
            **_of(line.ping, "vertical", "zip", "state"),
            **_of(offer, "campaign", "leg", "price_cents", "win_probability", "spread"),
            **_of(offer.valuation, "probability", "worth", "value"),
            **_of(offer.quote, "bid_value", "low", "high", "best"),
        )


def _of(value: object, *names: str) -> dict[str, Any]:
    """These fields of a value, all `None` where there is none."""
    return {name: getattr(value, name, None) for name in names}


def _feedback(line: PostLine | NoticeLine) -> Iterator[BidFeedback]:
    token, post = read_on_trust(line.ping_id), line if isinstance(line, PostLine) else None
    if not line.ping_id or (token is not None and token.test) or (post is not None and post.reason_code in NOT_OURS):
        return
    yield BidFeedback(
        id=line.ping_id,
        seller=line.seller,
        at=line.at,
        is_post=post is not None,
        result=line.status if isinstance(line, PostLine) else line.result,
        lead_id=post.lead_id if post is not None else "",
        price_cents=line.price_cents,
    )
