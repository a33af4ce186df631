"""One lead from its ping to its outcome, put together from the database and the journal; nothing of the person."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from app.domain.money import money
from app.domain.reasons import Refusal
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.reports.fold import fold
from app.store.delivery.deliveries import DeliveryDetail
from app.store.exports import OutcomeRow
from app.store.people.records import LeadRecord


class OfferedBid(msgspec.Struct, frozen=True, kw_only=True):
    """One bid that a ping was answered with."""

    campaign: str
    leg: str
    price_cents: int


class PostedOnce(msgspec.Struct, frozen=True, kw_only=True):
    """A post and what it was answered, by the journal."""

    at: float
    status: str
    reason_code: str
    detail: str


class SentTo(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery to one CRM."""

    delivery_id: str
    destination: str
    status: str
    attempts: int
    settled_at: float | None
    http_status: int | None
    crm_id: str


class HeardOf(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome, as a CRM told it."""

    event: str
    value_cents: int | None
    occurred_at: float
    source: str


class LeadStory(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one lead, its id first; `lead_id` is empty where it was not bought.

    Times are UTC epoch seconds, `None` where nothing is known of it. `ping_ids` are all ids that its seller may have of
    it. `bids` begin with the best, `leg` is the one that was bought, `reason_code` is why there was no bid. `returned`
    is the state of its return and the reason for it, empty where it was not given back. `holds` are legal holds,
    `suppressed` is why the person may not be bought.
    """

    lead_id: str
    ping_ids: tuple[str, ...]
    seller: str
    seller_lead_id: str = ""
    sub_id: str = ""
    vertical: str = ""
    campaign: str = ""
    zip: str = ""
    state: str = ""
    test: bool = False
    pinged_at: float | None = None
    bids: tuple[OfferedBid, ...] = ()
    leg: str = ""
    reason_code: str = ""
    reason_detail: str = ""
    posts: tuple[PostedOnce, ...] = ()
    notices: tuple[str, ...] = ()
    sold_at: float | None = None
    price_cents: int | None = None
    config: str = ""
    model: str = ""
    deliveries: tuple[SentTo, ...] = ()
    outcomes: tuple[HeardOf, ...] = ()
    returned: str = ""
    holds: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()
    forgotten_at: float | None = None

    @property
    def name(self) -> str:
        """By what it is called where one name must do; bids have the longer ids."""
        return self.lead_id or min(self.ping_ids, key=len)

    @property
    def latest_at(self) -> float:
        """When it was last bought, posted or pinged."""
        return self.sold_at or max([self.pinged_at or 0.0, *[post.at for post in self.posts]])


class StoryEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a lead. `at` is UTC epoch seconds."""

    at: float
    what: str
    detail: str


def timeline(story: LeadStory, record: LeadRecord | None) -> tuple[StoryEvent, ...]:
    """All that happened from its ping to its outcomes, the earliest first; `record` is there of what was bought."""
    return tuple(sorted(_events(story, record), key=lambda event: (event.at, event.what, event.detail)))


def _events(story: LeadStory, record: LeadRecord | None) -> Iterator[StoryEvent]:
    bids = ", ".join([f"{money(bid.price_cents)} {bid.leg}" for bid in story.bids])
    for post in story.posts:
        yield StoryEvent(at=post.at, what="post", detail=f"{post.status} {post.reason_code}".strip())
    if story.pinged_at is not None:
        yield StoryEvent(at=story.pinged_at, what="ping", detail=f"bid {bids}" if bids else story.reason_code)
    if story.sold_at is not None:
        bought = f"bought for {money(story.price_cents or 0)} from {story.seller}"
        yield StoryEvent(at=story.sold_at, what="sale", detail=bought)
    for detail in record.deliveries if record is not None else ():
        for attempt in detail.attempts:
            answer = f"HTTP {attempt.http_status}" if attempt.http_status else attempt.failure
            what = f"{detail.delivery.destination}: {attempt.status}, {answer} {attempt.note}".strip()
            yield StoryEvent(at=attempt.started_at, what="delivery", detail=what)
    for each in record.outcomes if record is not None else ():
        yield StoryEvent(at=each.occurred_at, what="outcome", detail=f"{each.event}, by {each.source}")
    if story.forgotten_at is not None:
        words = "who it is was forgotten, or kept long enough"
        yield StoryEvent(at=story.forgotten_at, what="identity erased", detail=words)


def lead_stories(records: Iterable[LeadRecord], lines: Iterable[AnyLine]) -> list[LeadStory]:
    """The story of each lead, and of each ping among these lines that was not bought, the newest first."""
    about = _LinesByPing()
    fold(lines, about)
    told = [_of_lead(record, about.taken(record.lead.ping_id)) for record in records]
    told += map(_asked, about.left())
    return sorted(told, key=lambda story: (-story.latest_at, story.lead_id, story.ping_ids))


class _Piece:
    """What the journal says of one lead."""

    def __init__(self) -> None:
        self.ids: dict[str, None] = {}
        self.seller = ""
        self.pings: list[PingLine] = []
        self.refused: list[RefusedLine] = []
        self.posts: list[PostLine] = []
        self.notices: list[NoticeLine] = []


class _LinesByPing:
    """Lines that speak of one ping, by all of its ids."""

    def __init__(self) -> None:
        self._pieces: dict[str, _Piece] = {}

    def taken(self, ping_id: str) -> _Piece:
        """What is said of the ping with this id, which is told with its lead then."""
        piece = self._pieces.get(ping_id) or _Piece()
        for each in piece.ids:
            self._pieces.pop(each, None)
        return piece

    def left(self) -> list[_Piece]:
        """All that was not taken."""
        return list({id(piece): piece for piece in self._pieces.values()}.values())

    def ping(self, line: PingLine) -> None:
        self._of(line, *line.bid_ids, line.id).pings.append(line)

    def repeat(self, line: RepeatLine) -> None:
        self._of(line, line.repeat_of, line.id)

    def refused(self, line: RefusedLine) -> None:
        self._of(line, line.id).refused.append(line)

    def post(self, line: PostLine) -> None:
        self._of(line, line.ping_id).posts.append(line)

    def notice(self, line: NoticeLine) -> None:
        self._of(line, line.ping_id).notices.append(line)

    def retain(self, line: RetainLine) -> None:
        """It names a lead and no ping, and says nothing of who that is."""

    def _of(self, line: AnyLine, *ids: str) -> _Piece:
        piece = next((self._pieces[each] for each in ids if each in self._pieces), None) or _Piece()
        piece.seller = piece.seller or line.seller
        for each in ids:
            piece.ids[each] = None
            self._pieces[each] = piece
        return piece


def _of_lead(record: LeadRecord, piece: _Piece) -> LeadStory:
    lead = record.lead
    asked = _asked(piece)
    return msgspec.structs.replace(
        asked,
        lead_id=lead.lead_id,
        ping_ids=tuple(dict.fromkeys([lead.ping_id, *asked.ping_ids])),
        seller=lead.seller,
        seller_lead_id=lead.seller_lead_id,
        sub_id=lead.sub_id,
        vertical=lead.vertical,
        campaign=lead.campaign,
        zip=lead.zip,
        state=lead.state,
        leg=lead.leg,
        sold_at=lead.sold_at,
        price_cents=lead.price_cents,
        config=lead.config_hash,
        model=lead.model_version,
        deliveries=tuple(map(_sent, record.deliveries)),
        outcomes=tuple(map(_heard, record.outcomes)),
        returned=f"{record.returned.state}: {record.returned.reason}" if record.returned is not None else "",
        holds=record.holds,
        suppressed=tuple([each.reason for each in record.suppressed]),
        forgotten_at=lead.forgotten_at,
    )


def _asked(piece: _Piece) -> LeadStory:
    """What the journal alone knows."""
    first = piece.pings[0] if piece.pings else None
    early = piece.refused[0] if piece.refused else None
    refusal = _refusal(first) if first is not None else early.refusal if early is not None else None
    bids = first.decision.bids if first is not None else ()
    return LeadStory(
        lead_id=next((post.lead_id for post in piece.posts if post.lead_id), ""),
        ping_ids=tuple(piece.ids),
        seller=piece.seller,
        **(_ping_facts(first) if first is not None else {}),
        pinged_at=first.at if first is not None else early.at if early is not None else None,
        bids=tuple([OfferedBid(campaign=bid.campaign, leg=bid.leg, price_cents=bid.price_cents) for bid in bids]),
        campaign=bids[0].campaign if bids else "",
        reason_code=refusal.code if refusal is not None else "",
        reason_detail=refusal.detail if refusal is not None else "",
        posts=tuple(
            [
                PostedOnce(at=post.at, status=post.status, reason_code=post.reason_code, detail=post.detail)
                for post in piece.posts
            ]
        ),
        notices=tuple([notice.result for notice in piece.notices]),
    )


def _ping_facts(line: PingLine) -> dict[str, Any]:
    ping = line.ping
    names = ("seller_lead_id", "sub_id", "vertical", "zip", "state", "test")
    return {name: getattr(ping, name) for name in names} | {"config": line.config, "model": line.model}


def _refusal(line: PingLine) -> Refusal | None:
    return line.withdrawn or line.decision.refusal


def _sent(detail: DeliveryDetail) -> SentTo:
    row = detail.delivery
    return SentTo(
        delivery_id=row.delivery_id,
        destination=row.destination,
        status=row.status,
        attempts=len(detail.attempts),
        settled_at=row.settled_at,
        http_status=row.http_status,
        crm_id=row.crm_id,
    )


def _heard(row: OutcomeRow) -> HeardOf:
    return HeardOf(event=row.event, value_cents=row.value_cents, occurred_at=row.occurred_at, source=row.source)
