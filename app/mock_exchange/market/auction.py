"""One seller's auctions: ask everybody at once, post to whom the rules say, move on where a buyer fails."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import get_args

import msgspec
from msgspec.structs import replace

from app.mock_exchange.chance import Chance, chance_of
from app.mock_exchange.consumers import Consumer, ping_of, post_of
from app.mock_exchange.market.appetite import AppetiteReader
from app.mock_exchange.market.audit import Ask, Audited, AuditedPost
from app.mock_exchange.market.client import BuyerEndpoint, ExchangeClient, PingReply, PostReply
from app.mock_exchange.market.selection import BuyerBid, Seat, sales
from app.mock_exchange.market.setup import Selling
from app.mock_exchange.market.time import Time
from app.mock_exchange.places import CITIES
from app.wire.ping import LeadType, Leg, Value

TO_POST_S = 0.4
"""From ping to post: the consumer is still on the form."""

RETRY_S = 1.0
"""How long a seller waits before it sends a post again that nobody answered."""

SEEN_S = 30 * 86_400.0
"""A lead that came before within this is dropped by the seller's own check."""

_LEGS: dict[str, LeadType] = {"exclusive": "exclusive", "multisell": "shared", "hybrid": "any", "direct": "exclusive"}
_ZIP, _PHONE = re.compile(r"\d{5}"), re.compile(r"[2-9]\d{9}")


class _Lead(msgspec.Struct):
    """One lead while it is on the market."""

    number: int
    at: float
    who: Consumer
    chance: Chance
    asks: dict[str, PingReply]
    posts: list[AuditedPost]


class Auctioneer:
    """One seller with its buyers. `seed` decides what it does wrong, and when."""

    def __init__(
        self,
        seller: Selling,
        seats: Sequence[Seat],
        buyers: Mapping[str, BuyerEndpoint],
        told: frozenset[str],
        client: ExchangeClient,
        time: Time,
        seed: int,
        late_s: float,
    ) -> None:
        """`told` are the buyers that hear whether they won, where the seller tells it at all.

        A late post comes `late_s` after its time, and none does where that is 0.
        """
        self._seller = seller
        self._seats = seats
        self._buyers = buyers
        self._told = told
        self._client = client
        self._time = time
        self._seed = seed
        self._late_s = late_s
        self._appetites = AppetiteReader(client, time) if seller.obeys_appetite else None
        self._turn = 0
        self._seen: dict[str, float] = {}

    async def offer(self, number: int, who: Consumer, *, again: bool = False) -> Audited:
        """Try to sell one lead. `number` names it in the audit."""
        seller, now = self._seller, self._time.now()
        lead = _Lead(number, now, who, chance_of(self._seed, "auction", seller.name, number, again), {}, [])
        self._turn += 1
        dropped = self._dropped(who, now) if seller.pre_ping else ""
        if not dropped:
            await self._sell(lead)
            if seller.notices:
                await self._notify(lead)
        return Audited(
            number=number,
            at=now,
            seller=seller.name,
            mode=seller.mode,
            selection=seller.selection,
            vertical=who.vertical,
            state=who.state,
            again=again,
            dropped=dropped,
            asks=tuple([self._audited(lead, name, reply) for name, reply in lead.asks.items()]),
            posts=tuple(lead.posts),
        )

    def _dropped(self, who: Consumer, now: float) -> str:
        """Why no buyer needs to be asked."""
        if not _ZIP.fullmatch(who.zip) or not _PHONE.fullmatch(who.phone) or "@" not in who.email:
            return "format"
        before = self._seen.get(who.phone, -SEEN_S)
        self._seen[who.phone] = now
        return "duplicate" if now - before < SEEN_S else ""

    async def _sell(self, lead: _Lead) -> None:
        seller = self._seller
        if seller.mode == "direct":
            in_turn = sorted(self._seats, key=lambda seat: (seat.tier, seat.priority))
            sold = await self._post_in_turn(lead, [_at_fixed_price(seat) for seat in in_turn if seat.price > 0.0])
        else:
            sold = await self._auction(lead)
        if not sold and seller.fallback:
            seat = next(seat for seat in self._seats if seat.buyer == seller.fallback)
            await self._post_in_turn(lead, [_at_fixed_price(seat)])

    async def _auction(self, lead: _Lead) -> bool:
        """Ping and post; a waterfall asks tier by tier."""
        tiers = sorted({seat.tier for seat in self._seats}) if self._seller.selection == "waterfall" else [0]
        for tier in tiers:
            asked = [seat for seat in self._seats if tier in (0, seat.tier)]
            bids = await self._ask(lead, asked)
            await self._time.sleep(TO_POST_S)
            posting = sales(self._seller.rules, bids, lead.chance, self._turn)
            try:
                bid = next(posting)
                while True:
                    bid = posting.send(await self._post(lead, bid))
            except StopIteration as done:
                if done.value:
                    return True
        return False

    async def _post_in_turn(self, lead: _Lead, bids: Sequence[BuyerBid]) -> bool:
        for bid in bids:
            if await self._post(lead, bid):
                return True
        return False

    async def _ask(self, lead: _Lead, seats: Sequence[Seat]) -> list[BuyerBid]:
        """Ping all these buyers at once, and wait no longer than the seller's timeout."""
        seats = [seat for seat in seats if await self._may_want(lead, seat)]
        bodies = [self._ping(lead, seat) for seat in seats]
        replies = await asyncio.gather(
            *[self._client.ping(self._buyers[seat.buyer], body) for seat, body in zip(seats, bodies, strict=True)]
        )
        lead.asks |= {seat.buyer: reply for seat, reply in zip(seats, replies, strict=True)}
        return [
            BuyerBid(seat=seat, leg=offer.leg, price_cents=offer.price_cents, bid_id=offer.bid_id, after_ms=reply.ms)
            for seat, reply in zip(seats, replies, strict=True)
            for offer in reply.offers
            if offer.price_cents >= self._least_cents(lead, seat)
        ]

    async def _may_want(self, lead: _Lead, seat: Seat) -> bool:
        """Whether a buyer is worth asking."""
        if self._appetites is None:
            return True
        asked = _LEGS[self._seller.mode]
        legs: tuple[Leg, ...] = get_args(Leg) if asked == "any" else (asked,)
        return await self._appetites.wants(self._buyers[seat.buyer], lead.who.vertical, lead.who.state, legs)

    def _ping(self, lead: _Lead, seat: Seat) -> dict[str, Value]:
        seller, who = self._seller, lead.who
        ping = ping_of(who, lead.at, with_hash=lead.chance.below("hash", seller.hashes))
        ping |= {"lead_type": _LEGS[seller.mode], "deadline_ms": seller.timeout_ms}
        least_cents = self._least_cents(lead, seat)
        return ping | {"min_price": least_cents / 100.0} if least_cents else ping

    def _least_cents(self, lead: _Lead, seat: Seat) -> int:
        """Below this nothing is sold to a seat: the reserve, or in a waterfall the price of its tier."""
        tier_cents = seat.price_cents if self._seller.selection == "waterfall" else 0
        return max(self._seller.reserve_cents(lead.who.vertical), tier_cents)

    async def _post(self, lead: _Lead, bid: BuyerBid) -> bool:
        """Post to one buyer and learn for certain whether it took the lead."""
        buyer = self._buyers[bid.seat.buyer]
        trick = self._trick(lead, bid)
        if trick == "late":
            await self._time.sleep(self._late_s)
        body = _post_body(lead.who, bid, self._time.now(), tampered=trick == "tampered")
        reply = await self._client.post(buyer, body)
        took_ms = reply.ms
        if trick == "lost answer" or reply.outcome in ("timeout", "error", "malformed"):
            reply = await self._settled(buyer, body, bid, reply)
        same_again = None
        if trick == "sent again":
            twin = await self._client.post(buyer, body)
            same_again = replace(twin, ms=0.0) == replace(reply, ms=0.0)
        lead.posts.append(
            AuditedPost(
                buyer=buyer.name,
                leg=bid.leg,
                price_cents=bid.price_cents,
                ping_id=bid.bid_id,
                outcome=reply.outcome,
                reason=reply.reason,
                trick=trick,
                lead_id=reply.lead_id,
                ms=took_ms,
                same_again=same_again,
            )
        )
        return reply.outcome == "accepted"

    async def _settled(
        self, buyer: BuyerEndpoint, body: Mapping[str, Value], bid: BuyerBid, unheard: PostReply
    ) -> PostReply:
        """A post without an answer: send it once more, then look it up.

        A seller that went on without the look-up might sell one lead twice.
        """
        await self._time.sleep(RETRY_S)
        reply = await self._client.post(buyer, body)
        if reply.outcome in ("timeout", "error", "malformed") and bid.bid_id:
            state = await self._client.state(buyer, bid.bid_id)
            return state if state.outcome in ("accepted", "rejected") else unheard
        return reply

    def _trick(self, lead: _Lead, bid: BuyerBid) -> str:
        """What this seller does wrong with this post; a direct post names no bid that could run out or differ."""
        rates = self._seller.rates
        left = chance_of(self._seed, "trick", self._seller.name, lead.number, bid.seat.buyer).uniform("which")
        for trick, share in (
            ("late", rates.late if bid.bid_id and self._late_s else 0.0),
            ("tampered", rates.tampered if bid.bid_id else 0.0),
            ("lost answer", rates.lost_answers),
            ("sent again", rates.sent_again),
        ):
            left -= share
            if left < 0.0:
                return trick
        return ""

    async def _notify(self, lead: _Lead) -> None:
        """Send win and loss notices to the bidders, with the highest price that was paid."""
        winners = {post.buyer for post in lead.posts if post.outcome == "accepted"}
        paid_cents = max((post.price_cents for post in lead.posts if post.outcome == "accepted"), default=0)
        for name, reply in lead.asks.items():
            if name not in self._told or not reply.offers:
                continue
            notice: dict[str, Value] = {"ping_id": reply.ping_id, "result": "won" if name in winners else "lost"}
            if paid_cents:
                notice["price"] = paid_cents / 100.0
            await self._client.notice(self._buyers[name], notice)

    def _audited(self, lead: _Lead, name: str, reply: PingReply) -> Ask:
        return Ask(
            buyer=name,
            outcome=reply.outcome,
            reason=reply.reason,
            fate=self._fate(lead, name, reply),
            offers=tuple([(offer.leg, offer.price_cents) for offer in reply.offers]),
            ping_id=reply.ping_id,
            ms=round(reply.ms, 3),
        )

    def _fate(self, lead: _Lead, name: str, reply: PingReply) -> str:
        if not reply.offers:
            return ""
        outcomes = [post.outcome for post in lead.posts if post.buyer == name]
        if "accepted" in outcomes:
            return "won"
        if outcomes:
            return "refused at the post"
        seat = next(seat for seat in self._seats if seat.buyer == name)
        if max(offer.price_cents for offer in reply.offers) < self._least_cents(lead, seat):
            return "below the reserve"
        return "outbid" if any(post.outcome == "accepted" for post in lead.posts) else "not wanted"


def _at_fixed_price(seat: Seat) -> BuyerBid:
    return BuyerBid(seat=seat, leg="exclusive", price_cents=seat.price_cents)


def _post_body(who: Consumer, bid: BuyerBid, now: float, *, tampered: bool) -> dict[str, Value]:
    body = post_of(who, bid.bid_id, now)
    if not bid.bid_id:
        del body["ping_id"]
        body["price"] = bid.price_cents / 100.0
    if tampered:
        elsewhere = next(city for city in CITIES if city.state != who.state)
        body |= {"zip": elsewhere.zips[0], "state": elsewhere.state}
    return body
