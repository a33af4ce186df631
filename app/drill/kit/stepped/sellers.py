"""Sellers who ping, post what was bid for, and post again until they have heard how it ended."""

from enum import Enum
from typing import Any

import msgspec

from app.drill.kit.stepped.at_hand import CallAnswer, SellerCall
from app.mock_exchange.chance import Chance, chance_of
from app.mock_exchange.consumers import Consumer, consumer, ping_of, post_of
from app.mock_exchange.market.replies import Answered, Offered, PostReply, Unanswered, ping_reply, post_reply

KEYS = {"acme": "demo-acme-key", "bluebird": "demo-bluebird-key"}
VERTICALS = ("solar", "roofing")
TO_POST_S = 20.0
"""From ping to post, and a minute from one try to the next: a bid lives ten."""
AGAIN_S = 60.0
GIVES_UP = 200
UNVERIFIED = "unverified"
"""A provider could not be asked: worth another try or two."""
_ASKS = 3


class LeadState(Enum):
    """What a seller knows of its lead."""

    NOTHING = "nothing"
    NO_BID = "no bid"
    BID = "bid"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class OfferedLead(msgspec.Struct, kw_only=True):
    """One lead on its way through the auction, as its seller sees it. Times are UTC epoch seconds."""

    number: int
    seller: str
    who: Consumer
    created_at: float
    heard: LeadState = LeadState.NOTHING
    bid: Offered | None = None
    bid_at: float = 0.0
    tries: int = 0
    first_post_at: float = 0.0
    lead_id: str = ""
    price_cents: int = 0
    reason: str = ""
    trail: list[str] = []
    """What it was answered, in order."""

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to post."""
        return self.heard is not LeadState.BID or self.tries > GIVES_UP

    def ping(self) -> SellerCall:
        """The lead without its identity."""
        return self._sent("/v1/ping", ping_of(self.who, self.created_at))

    def post(self) -> SellerCall:
        """The whole lead, under its bid."""
        assert self.bid is not None
        return self._sent("/v1/post", post_of(self.who, self.bid.bid_id, self.created_at))

    def hear_ping(self, answer: CallAnswer | None, now: float, chance: Chance) -> None:
        """Take note of the answer to the ping; `None` is none."""
        reply = ping_reply(_answered(answer), 0.0)
        self.trail.append(f"ping: {reply.outcome} {reply.reason}".strip())
        if reply.offers:
            self.bid, self.bid_at, self.heard = chance.one_of("leg", reply.offers), now, LeadState.BID
        elif answer is not None:
            self.heard, self.reason = LeadState.NO_BID, reply.reason

    def hear_post(self, answer: CallAnswer | None) -> str:
        """Take note of the answer to a post; what is wrong with it, if anything."""
        reply: PostReply = post_reply(_answered(answer), 0.0)
        self.tries += 1
        self.trail.append(f"post {self.tries}: {reply.outcome} {reply.reason}".strip())
        if reply.outcome not in ("accepted", "rejected") or (reply.reason == UNVERIFIED and self.tries < _ASKS):
            return ""
        heard = LeadState.ACCEPTED if reply.outcome == "accepted" else LeadState.REJECTED
        fault = ""
        if self.heard is not LeadState.BID and (heard, reply.lead_id) != (self.heard, self.lead_id):
            fault = f"lead {self.number} was {self.heard.value} and then {heard.value}"
        self.heard, self.lead_id, self.price_cents = heard, reply.lead_id, reply.price_cents
        self.reason = reply.reason
        return fault

    def _sent(self, path: str, fields: dict[str, Any]) -> SellerCall:
        return SellerCall(method="POST", path=path, key=KEYS[self.seller], body=msgspec.json.encode(fields))


def offered(seed: int, number: int, at: float) -> OfferedLead:
    """Lead `number` of the year: mostly somebody new, now and then one who asked before, at this seller or another."""
    chance = chance_of(seed, "offered", number)
    person = number
    if number > 20 and chance.below("again", 0.1):
        person = number - chance.integer("before", 1, 20)
    return OfferedLead(
        number=number,
        seller=chance.one_of("seller", tuple(KEYS)),
        who=consumer(seed, person, VERTICALS[person % len(VERTICALS)]),
        created_at=at,
    )


def _answered(answer: CallAnswer | None) -> Answered | Unanswered:
    return Unanswered("timeout") if answer is None else Answered(answer.status, answer.body)
