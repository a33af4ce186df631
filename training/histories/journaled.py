"""What journals hold of bids, flattened into two files of rows: what was bid, and what was said of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from app.domain.auction.features import facts_of
from app.domain.auction.weighing import Offer
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
_BATCH = 1_000


class Leg(msgspec.Struct, frozen=True, gc=False, kw_only=True):
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


class Said(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A post or a notice that names a bid."""

    id: str
    seller: str
    at: float
    is_post: bool
    result: str
    lead_id: str
    price_cents: int | None


class Asked(msgspec.Struct, kw_only=True):
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
) -> Asked:
    """Write `legs.ndjson` and `said.ndjson` into a folder, never more than some lines in memory.

    Pings of [since, until) are counted; the legs begin a bid's life earlier, for leads that were sold in the span. What
    was written after `now` is left unread. `tell` hears how many lines were read. Raises ParquetError, OSError.
    """
    found = Asked()
    with _sink(into / "legs.ndjson") as keep_leg, _sink(into / "said.ndjson") as keep_said:
        for number, line in enumerate(_lines(journals, since - LIFETIME_S, now, found), 1):
            if number % _TOLD_EVERY == 0:
                tell(number)
            if isinstance(line, (PostLine, NoticeLine)):
                _keep_said(line, keep_said)
            elif line.at < until:
                if line.at >= since:
                    _count(found, line, zone)
                if isinstance(line, PingLine):
                    _keep_legs(line, zone, keep_leg)
            found.last_at = max(found.last_at, line.at)
    return found


def _lines(journals: tuple[Path, ...], since: float, now: float, found: Asked) -> Iterator[AnyLine]:
    for journal in journals:
        yield from lines(journal, max(since, 0.0), now, found.pass_over)


def _count(found: Asked, line: PingLine | RepeatLine | RefusedLine, zone: str) -> None:
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


def _keep_legs(line: PingLine, zone: str, keep: Callable[[msgspec.Struct], None]) -> None:
    if line.ping.test or line.withdrawn is not None or line.decision.refusal is not None:
        return
    facts = msgspec.json.encode(facts_of(line.ping, local_time(line.at, zone))).decode()
    for bid_id, offer in zip(line.bid_ids, line.decision.bids, strict=False):
        keep(_leg(line, bid_id, offer, facts))


def _leg(line: PingLine, bid_id: str, offer: Offer, facts: str) -> Leg:
    ping, valuation, quote, token = line.ping, offer.valuation, offer.quote, read_on_trust(bid_id)
    return Leg(
        id=bid_id,
        ping=line.id,
        at=line.at,
        expires_at=float(token.expires_at) if token is not None else line.at + LIFETIME_S,
        seller=line.seller,
        vertical=ping.vertical,
        campaign=offer.campaign,
        leg=offer.leg,
        model=line.model,
        config=line.config,
        zip=ping.zip,
        state=ping.state,
        facts=facts,
        floor_cents=ping.min_price_cents,
        price_cents=offer.price_cents,
        win_probability=offer.win_probability,
        spread=offer.spread,
        probability=valuation.probability if valuation is not None else None,
        worth=valuation.worth if valuation is not None else None,
        value=valuation.value if valuation is not None else None,
        bid_value=quote.bid_value if quote is not None else None,
        low=quote.low if quote is not None else None,
        high=quote.high if quote is not None else None,
        best=quote.best if quote is not None else None,
    )


def _keep_said(line: PostLine | NoticeLine, keep: Callable[[msgspec.Struct], None]) -> None:
    token = read_on_trust(line.ping_id)
    if not line.ping_id or (token is not None and token.test):
        return
    is_post = isinstance(line, PostLine)
    if isinstance(line, PostLine) and line.reason_code in NOT_OURS:
        return
    keep(
        Said(
            id=line.ping_id,
            seller=line.seller,
            at=line.at,
            is_post=is_post,
            result=line.status if isinstance(line, PostLine) else line.result,
            lead_id=line.lead_id if isinstance(line, PostLine) else "",
            price_cents=line.price_cents,
        )
    )


@contextmanager
def _sink(path: Path) -> Iterator[Callable[[msgspec.Struct], None]]:
    """A function that writes one row after another to a file, a thousand at a time."""
    encoder, waiting = msgspec.json.Encoder(), []
    with path.open("wb") as file:

        def keep(row: msgspec.Struct) -> None:
            waiting.append(row)
            if len(waiting) == _BATCH:
                file.write(encoder.encode_lines(waiting))
                waiting.clear()

        yield keep
        file.write(encoder.encode_lines(waiting))
