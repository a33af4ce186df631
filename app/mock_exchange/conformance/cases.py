"""What a platform must be able to do with a buyer's endpoint, one case each, in the order of a lead's life."""

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from app.dialects.platforms.sending import Sent
from app.mock_exchange.conformance.endpoint import Asked, Endpoint
from app.mock_exchange.conformance.heard import Answer
from app.wire.ping import Value

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


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One case: `told` is what was found, in one sentence."""

    case: str
    passed: bool
    told: str


class Failed(Exception):
    """A case does not hold; the text says what was found instead."""


def conform(endpoint: Endpoint, leads: Leads) -> list[Result]:
    """Every case against this endpoint. Where no lead gets a bid, the cases that need one fail by name."""
    walk = _Walk(endpoint, leads)
    return [_run(name, case) for name, case in walk.cases()]


def _run(name: str, case: Callable[[], str]) -> Result:
    try:
        return Result(case=name, passed=True, told=case())
    except Failed as failed:
        return Result(case=name, passed=False, told=str(failed))


class _Walk:
    """One lead from its ping to its retry, and what may go wrong beside it."""

    def __init__(self, endpoint: Endpoint, leads: Leads) -> None:
        self._endpoint = endpoint
        self._leads = leads
        self._lead: Lead = {}
        self._bid: Asked | None = None
        self._sale: Asked | None = None
        self._took_ms: list[float] = []

    def cases(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "a ping gets a bid", self._bids
        yield "an answer is one object with a Content-Type", self._shapes
        yield "the price is exact", self._prices
        yield "a ping that cannot be bought is refused", self._refuses
        yield "the same ping gets the same bid", self._repeats
        yield "a post to the bid is a sale", self._sells
        yield "a retry gets the same answer", self._retries
        yield "the same person is not bought twice", self._knows
        yield "another lead on the same bid is refused", self._guards
        yield "a bid that is none of the buyer's is refused", self._disowns
        yield "a broken request is answered readably", self._survives
        yield "three hundred unknown fields do no harm", self._ignores
        yield "a wrong key is refused", self._locks
        yield "answers come in time", self._hurries

    def _bids(self) -> str:
        for number, lead in zip(range(1, TRIES + 1), self._leads, strict=False):
            asked = self._ping(lead)
            if asked.heard.outcome == "accepted":
                self._lead, self._bid = lead, asked
                if not asked.heard.id:
                    raise Failed("a bid without an id: nothing could be posted to it")
                return f"lead {number} got {asked.heard.price or 'no price'}"
            if asked.heard.outcome in ("unreadable", "error"):
                raise Failed(_found(asked))
        raise Failed(f"none of {TRIES} leads got a bid, the last because: {asked.heard.why or 'no reason given'}")

    def _shapes(self) -> str:
        answer = self._need_bid().answer
        if not answer.content_type:
            raise Failed("no Content-Type: LeadConduit takes the answer for an error")
        if answer.body.lstrip()[:1] == b"[":
            raise Failed("a list at the root: LeadConduit moves it to where no path finds it")
        return answer.content_type

    def _prices(self) -> str:
        price = self._need_bid().heard.price
        if not _PRICE.fullmatch(price):
            raise Failed(f"{price!r} is no price with two decimals where this platform looks for one")
        if float(price) <= 0.0:
            raise Failed("a bid of nothing")
        return price

    def _refuses(self) -> str:
        asked = self._ping({**next(self._leads), "min_price": 99_999})
        if asked.heard.outcome != "refused":
            raise Failed(f"asked for 99,999 dollars: {_found(asked)}")
        if asked.heard.price and float(asked.heard.price) != 0.0:
            raise Failed(f"a refusal with a price of {asked.heard.price}")
        return asked.heard.why or "refused"

    def _repeats(self) -> str:
        first, again = self._need_bid().heard, self._ping(self._lead).heard
        if (again.outcome, again.price) != ("accepted", first.price):
            raise Failed(f"first {first.price}, then {again.outcome} {again.price} {again.why}".strip())
        return "the same bid" if again.id == first.id else "the same price under another id"

    def _sells(self) -> str:
        bid = self._need_bid().heard
        sale = self._post(self._lead, bid.id)
        if sale.heard.outcome != "accepted":
            raise Failed(_found(sale))
        if sale.heard.price != bid.price:
            raise Failed(f"bid {bid.price}, confirmed {sale.heard.price or 'no price'}")
        self._sale = sale
        return f"lead {sale.heard.id or 'without an id'} at {sale.heard.price}"

    def _retries(self) -> str:
        sale, again = self._need_sale(), self._post(self._lead, self._need_bid().heard.id)
        if again.heard.outcome not in ("accepted", "duplicate"):
            raise Failed(_found(again))
        if again.heard.outcome == "accepted" and again.heard.id != sale.heard.id:
            raise Failed(f"sold twice: as {sale.heard.id} and as {again.heard.id}")
        return "byte for byte" if again.answer.body == sale.answer.body else "the same sale"

    def _knows(self) -> str:
        self._need_sale()
        lead = {**next(self._leads), **{name: self._lead[name] for name in _PERSON}}
        asked = self._ping(lead)
        if asked.heard.outcome != "accepted":
            return "not even a bid"
        post = self._post(lead, asked.heard.id)
        if post.heard.outcome == "accepted":
            raise Failed("the same phone and email were bought again within a minute")
        return post.heard.outcome

    def _guards(self) -> str:
        self._need_sale()
        other = next(self._leads)
        asked = self._post(other, self._need_bid().heard.id)
        if asked.heard.outcome == "accepted" and asked.heard.id != self._need_sale().heard.id:
            raise Failed("a used bid bought another lead")
        return asked.heard.why or asked.heard.outcome

    def _disowns(self) -> str:
        asked = self._post(next(self._leads), "b" * 64)
        if asked.heard.outcome not in ("refused", "reping"):
            raise Failed(_found(asked))
        return asked.heard.why or asked.heard.outcome

    def _survives(self) -> str:
        sent = self._endpoint.client.sends.sent("ping", {}, "", "")
        answer = self._timed(self._endpoint.send("ping", Sent(content_type=sent.content_type, body=_BROKEN)))
        if answer.status >= 500:
            raise Failed(f"HTTP {answer.status}")
        if not answer.content_type or not answer.body:
            raise Failed("no Content-Type or no body")
        if self._endpoint.client.ping(answer).outcome == "accepted":
            raise Failed("half a request got a bid")
        return f"HTTP {answer.status}"

    def _ignores(self) -> str:
        more: dict[str, Value] = {f"extra_{number}": "x" for number in range(_MANY)}
        asked = self._ping({**next(self._leads), **more})
        if asked.answer.status >= 500 or asked.heard.outcome == "unreadable":
            raise Failed(_found(asked))
        return asked.heard.outcome

    def _locks(self) -> str:
        asked = self._endpoint.ping_as(next(self._leads), "none-of-the-buyers-keys")
        if asked.heard.outcome == "accepted":
            raise Failed("a stranger's key got a bid")
        return f"HTTP {asked.answer.status}"

    def _hurries(self) -> str:
        slowest = max(self._took_ms, default=0.0)
        if slowest > FAST_MS:
            raise Failed(f"the slowest took {slowest:.0f} ms; past {FAST_MS:.0f} ms an auction is over")
        return f"the slowest of {len(self._took_ms)} took {slowest:.0f} ms"

    def _ping(self, lead: Lead) -> Asked:
        asked = self._endpoint.ping(lead)
        self._timed(asked.answer)
        return asked

    def _post(self, lead: Lead, ping_id: str) -> Asked:
        asked = self._endpoint.post(lead, ping_id)
        self._timed(asked.answer)
        return asked

    def _timed(self, answer: Answer) -> Answer:
        self._took_ms.append(answer.ms)
        return answer

    def _need_bid(self) -> Asked:
        if self._bid is None:
            raise Failed("there was no bid")
        return self._bid

    def _need_sale(self) -> Asked:
        if self._sale is None:
            raise Failed("there was no sale")
        return self._sale


def _found(asked: Asked) -> str:
    heard, answer = asked.heard, asked.answer
    why = f": {heard.why}" if heard.why else ""
    return f"{heard.outcome}{why} (HTTP {answer.status}, {answer.content_type or 'no Content-Type'})"
