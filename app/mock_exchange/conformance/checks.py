"""What a platform must be able to do with a buyer's endpoint, one check each, in the order of a lead's life."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import msgspec

from app.dialects.sending import Sent
from app.mock_exchange.conformance.endpoint import Endpoint, PlayedRequest, Unreachable
from app.platforms.platform import ReceivedAnswer
from app.wire.ping import Leg, Value

Lead = Mapping[str, Value]
Leads = Iterator[Lead]
"""Consumers that nobody has offered yet, as pings and posts in our own names."""

FAST_MS = 1_000.0
"""Auctions are decided in half a second to five; a bid that comes later is lost, however long the platform waits."""

TRIES = 25
_PRICE = re.compile(r"[0-9]+\.[0-9]{2}")
_PERSON = ("first_name", "last_name", "phone", "email")
_BROKEN = b'{"zip": "7870'
_MANY = 300


CHECKS = {
    "ping_bid": "a ping gets a bid",
    "answer_shape": "an answer is one object with a Content-Type",
    "price_exact": "the price is exact",
    "ping_refused": "a ping that cannot be bought is refused",
    "ping_repeated": "the same ping gets the same bid",
    "post_sold": "a post to the bid is a sale",
    "post_repeated": "a retry gets the same answer",
    "person_known": "the same person is not bought twice",
    "bid_used": "another lead on the same bid is refused",
    "bid_unknown": "a bid that is none of the buyer's is refused",
    "request_broken": "a broken request is answered readably",
    "fields_unknown": "three hundred unknown fields do no harm",
    "key_wrong": "a wrong key is refused",
    "appetite_true": "what is bought is listed, where a list is published",
    "answers_fast": "answers come in time",
}
"""What each check asks, in the order in which they are made, by an id that stays: machines go by it."""


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One check: its stable `id`, what it asks for, and what was found, in one sentence."""

    id: str
    title: str = msgspec.field(name="case")
    passed: bool
    finding: str = msgspec.field(name="told")


class ListedPlace(msgspec.Struct, frozen=True):
    """One row of what a buyer publishes that it buys; its other fields must be there and readable too."""

    vertical: str
    state: str
    leg: Leg
    floor: float
    until: datetime | None
    open: bool


class Failed(Exception):
    """A check does not hold; the text says what was found instead."""


def conform(endpoint: Endpoint, leads: Leads, *, reached: bool = False) -> list[CheckResult]:
    """Every check against this endpoint. Where no lead gets a bid, the checks that need one fail by name.

    A check that gets no answer fails too, and the next is tried. Raises Unreachable only if nobody is there at all,
    and nobody was before (`reached`).
    """
    checks = _Walk(endpoint, leads).checks()
    return [_run(check_id, checks[check_id], reached=lambda: reached or endpoint.answered) for check_id in CHECKS]


def _run(check_id: str, check: Callable[[], str], reached: Callable[[], bool]) -> CheckResult:
    title = CHECKS[check_id]
    try:
        return CheckResult(id=check_id, title=title, passed=True, finding=check())
    except Failed as failed:
        finding = str(failed)
    except Unreachable as error:
        if not (reached() or error.connected):
            raise
        finding = f"no answer: {error}"
    return CheckResult(id=check_id, title=title, passed=False, finding=finding)


class _Walk:
    """One lead from its ping to its retry, and what may go wrong beside it."""

    def __init__(self, endpoint: Endpoint, leads: Leads) -> None:
        self._endpoint = endpoint
        self._leads = leads
        self._lead: Lead = {}
        self._bid: PlayedRequest | None = None
        self._sale: PlayedRequest | None = None
        self._took_ms: list[float] = []

    def checks(self) -> dict[str, Callable[[], str]]:
        """By the ids of `CHECKS`."""
        return {
            "ping_bid": self._bids,
            "answer_shape": self._shapes,
            "price_exact": self._prices,
            "ping_refused": self._refuses,
            "ping_repeated": self._repeats,
            "post_sold": self._sells,
            "post_repeated": self._retries,
            "person_known": self._knows,
            "bid_used": self._guards,
            "bid_unknown": self._disowns,
            "request_broken": self._survives,
            "fields_unknown": self._ignores,
            "key_wrong": self._locks,
            "appetite_true": self._lists,
            "answers_fast": self._hurries,
        }

    def _bids(self) -> str:
        reason = ""
        for number, lead in zip(range(1, TRIES + 1), self._leads, strict=False):
            ping = self._ping(lead)
            if ping.parsed.outcome == "accepted":
                self._lead, self._bid = lead, ping
                if not ping.parsed.id:
                    raise Failed("a bid without an id: nothing could be posted to it")
                return f"lead {number} got {ping.parsed.price or 'no price'}"
            if ping.parsed.outcome in ("unreadable", "error"):
                raise Failed(_in_words(ping))
            reason = ping.parsed.reason
        raise Failed(f"none of {TRIES} leads got a bid, the last because: {reason or 'no reason given'}")

    def _shapes(self) -> str:
        answer = self._need_bid().answer
        if not answer.content_type:
            raise Failed("no Content-Type: LeadConduit takes the answer for an error")
        if answer.body.lstrip()[:1] == b"[":
            raise Failed("a list at the root: LeadConduit moves it to where no path finds it")
        return answer.content_type

    def _prices(self) -> str:
        price = self._need_bid().parsed.price
        if not _PRICE.fullmatch(price):
            raise Failed(f"{price!r} is not a price with two decimals where this platform looks for one")
        if float(price) <= 0.0:
            raise Failed("a bid of nothing")
        return price

    def _refuses(self) -> str:
        ping = self._ping({**next(self._leads), "min_price": 99_999})
        if ping.parsed.outcome != "refused":
            raise Failed(f"asked for 99,999 dollars: {_in_words(ping)}")
        if ping.parsed.price and float(ping.parsed.price) != 0.0:
            raise Failed(f"a refusal with a price of {ping.parsed.price}")
        return ping.parsed.reason or "refused"

    def _repeats(self) -> str:
        first, again = self._need_bid().parsed, self._ping(self._lead).parsed
        if (again.outcome, again.price) != ("accepted", first.price):
            raise Failed(f"first {first.price}, then {again.outcome} {again.price} {again.reason}".strip())
        return "the same bid" if again.id == first.id else "the same price under another id"

    def _sells(self) -> str:
        bid = self._need_bid().parsed
        sale = self._post(self._lead, bid.id)
        if sale.parsed.outcome != "accepted":
            raise Failed(_in_words(sale))
        if sale.parsed.price != bid.price:
            raise Failed(f"bid {bid.price}, confirmed {sale.parsed.price or 'no price'}")
        self._sale = sale
        return f"lead {sale.parsed.id or 'without an id'} at {sale.parsed.price}"

    def _retries(self) -> str:
        sale, again = self._need_sale(), self._post(self._lead, self._need_bid().parsed.id)
        if again.parsed.outcome not in ("accepted", "duplicate"):
            raise Failed(_in_words(again))
        if again.parsed.outcome == "accepted" and again.parsed.id != sale.parsed.id:
            raise Failed(f"sold twice: as {sale.parsed.id} and as {again.parsed.id}")
        return "byte for byte" if again.answer.body == sale.answer.body else "the same sale"

    def _knows(self) -> str:
        self._need_sale()
        lead = {**next(self._leads), **{name: self._lead[name] for name in _PERSON}}
        ping = self._ping(lead)
        if ping.parsed.outcome != "accepted":
            return "not even a bid"
        post = self._post(lead, ping.parsed.id)
        if post.parsed.outcome == "accepted":
            raise Failed("the same phone and email were bought again within a minute")
        return post.parsed.outcome

    def _guards(self) -> str:
        self._need_sale()
        post = self._post(next(self._leads), self._need_bid().parsed.id)
        if post.parsed.outcome == "accepted" and post.parsed.id != self._need_sale().parsed.id:
            raise Failed("a used bid bought another lead")
        return post.parsed.reason or post.parsed.outcome

    def _disowns(self) -> str:
        post = self._post(next(self._leads), "b" * 64)
        if post.parsed.outcome not in ("refused", "reping"):
            raise Failed(_in_words(post))
        return post.parsed.reason or post.parsed.outcome

    def _survives(self) -> str:
        sent = self._endpoint.sends.sent("ping", {}, "", "")
        answer = self._timed(self._endpoint.send("ping", Sent(content_type=sent.content_type, body=_BROKEN)))
        if answer.status >= 500:
            raise Failed(f"HTTP {answer.status}")
        if not answer.content_type or not answer.body:
            raise Failed("no Content-Type or no body")
        if self._endpoint.parsers.ping(answer).outcome == "accepted":
            raise Failed("half a request got a bid")
        return f"HTTP {answer.status}"

    def _ignores(self) -> str:
        more: dict[str, Value] = {f"extra_{number}": "x" for number in range(_MANY)}
        ping = self._ping({**next(self._leads), **more})
        if ping.answer.status >= 500 or ping.parsed.outcome == "unreadable":
            raise Failed(_in_words(ping))
        return ping.parsed.outcome

    def _locks(self) -> str:
        ping = self._endpoint.ping_as(next(self._leads), "none-of-the-buyers-keys")
        if ping.parsed.outcome == "accepted":
            raise Failed("a stranger's key got a bid")
        return f"HTTP {ping.answer.status}"

    def _lists(self) -> str:
        listed = self._endpoint.appetite()
        if listed.status != 200:
            return f"not published (HTTP {listed.status})"
        try:
            rows = msgspec.json.decode(listed.body, type=list[ListedPlace])
        except msgspec.DecodeError as error:
            raise Failed(f"not a list of rows: {error}") from None
        lead = self._endpoint.sent_lead(self._lead)
        where = str(lead.get("vertical", "")), str(lead.get("state", ""))
        if self._bid is not None and where not in {(row.vertical, row.state) for row in rows}:
            raise Failed(f"a lead of {' in '.join(where)} got a bid, and no row lists such leads")
        return f"{len(rows)} rows, {sum(row.open for row in rows)} open"

    def _hurries(self) -> str:
        slowest = max(self._took_ms, default=0.0)
        if slowest > FAST_MS:
            raise Failed(f"the slowest took {slowest:.0f} ms; past {FAST_MS:.0f} ms an auction is over")
        return f"the slowest of {len(self._took_ms)} took {slowest:.0f} ms"

    def _ping(self, lead: Lead) -> PlayedRequest:
        ping = self._endpoint.ping(lead)
        self._timed(ping.answer)
        return ping

    def _post(self, lead: Lead, ping_id: str) -> PlayedRequest:
        post = self._endpoint.post(lead, ping_id)
        self._timed(post.answer)
        return post

    def _timed(self, answer: ReceivedAnswer) -> ReceivedAnswer:
        self._took_ms.append(answer.ms)
        return answer

    def _need_bid(self) -> PlayedRequest:
        if self._bid is None:
            raise Failed("there was no bid")
        return self._bid

    def _need_sale(self) -> PlayedRequest:
        if self._sale is None:
            raise Failed("there was no sale")
        return self._sale


def _in_words(played: PlayedRequest) -> str:
    parsed, answer = played.parsed, played.answer
    reason = f": {parsed.reason}" if parsed.reason else ""
    return f"{parsed.outcome}{reason} (HTTP {answer.status}, {answer.content_type or 'no Content-Type'})"
