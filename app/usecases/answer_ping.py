"""A ping gets its bids or the one reason why not: gather what touches it, decide, sign and remember."""

from collections.abc import Callable, Mapping
from struct import Struct

import msgspec
from msgspec.structs import replace

from app.dialects.reading import Reading
from app.domain import answers
from app.domain.auction.decide import Decision, decide
from app.domain.auction.marks import Marks, bid_ids_of, marks_of
from app.domain.auction.snapshot import Known, Snapshot
from app.domain.keyed import mac
from app.domain.onboarding.test_values import scenario_of
from app.domain.pricing.exploration import Draw
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.journal.lines import PingLine, RefusedLine, RepeatLine
from app.journal.shadow import Shadow
from app.usecases.bidder import Bidder
from app.usecases.book import LiveBid
from app.usecases.counter import Counter
from app.usecases.trial import Trial, Turn
from app.wire.ping import Ping, PingAnswer

_TWO_NUMBERS = Struct(">QQ")
_NOBODY = Known()
_NOT_ASKED = ("hashes are not looked up any more today: too many of them were never posted",)


class Asked(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One readable ping: who asks, when, what it is known by. `line_id` names it in the journal."""

    seller: Seller
    ping: Ping
    marks: Marks
    nonce: bytes
    line_id: str
    now: float


def ask(bidder: Bidder, seller: Seller, reading: Ping | Refusal, now: float) -> Asked | Refusal:
    """What a reading asks, or why it is not looked at: nothing of it depends on what became of other pings."""
    wait_s = bidder.rates.wait_s(seller, now)
    if wait_s > 0.0:
        return Refusal("rate_limited", f"{wait_s:.1f} s")
    ping = reading if isinstance(reading, Refusal) else _located(bidder, reading)
    if isinstance(ping, Refusal):
        return ping
    marks = marks_of(bidder.keys, seller.name, ping, bidder.catalogue.verticals.get(ping.vertical))
    nonce = marks.nonce or bidder.chance(8)
    return Asked(seller=seller, ping=ping, marks=marks, nonce=nonce, line_id=_line_id(nonce, now), now=now)


def answer_ping(bidder: Bidder, asked: Asked, warnings: tuple[str, ...], elapsed_ms: Callable[[], float]) -> PingAnswer:
    """The answer to one ping, journaled and counted under exactly one code.

    `elapsed_ms` tells the time since it came, on a steady clock.
    """
    seller, ping, now = asked.seller, asked.ping, asked.now
    live = bidder.book.live(asked.nonce, now)
    if live is not None and live.terms == asked.marks.terms:
        return _repeat(bidder, live, now)
    counters = _counters(bidder, asked)
    known, more = _known(bidder, asked)
    standing = bidder.book.standing(counters, ping, now)
    snapshot = Snapshot(catalogue=bidder.catalogue, seller=seller, known=known, standing=standing)
    draw = draw_of(bidder.seed, asked.nonce)
    trial = _trial(asked, snapshot, draw)

    turn = trial.turn(bidder.seed, asked.nonce) if trial is not None else _untried(ping, snapshot, now, draw)

    decision = turn.decision
    late = bool(decision.bids) and elapsed_ms() > ping.deadline_ms
    refusal = Refusal("deadline") if late else decision.refusal
    if refusal is not None:
        answer = answers.refused_ping(refusal, seller, asked.line_id, warnings + more)
    else:
        answer = _bid(bidder, asked, decision, warnings + more)
    # After the answer is made, so that no seller waits for a decision that is never sent.
    shadow = _shadow(bidder, trial, turn) if trial is not None and not late else None
    withdrawn = refusal if late else None
    line = _line(asked, snapshot, draw, turn, answer, withdrawn=withdrawn, shadow=shadow, took_ms=elapsed_ms())
    text = bidder.journal.append(line)
    if refusal is None:
        _open(bidder, asked, decision, answer, text, counters)
    bidder.metrics.count("pings_total", seller.name, refusal.code if refusal is not None else "bid")
    return answer


def answer_or_refuse(
    bidder: Bidder, seller: Seller | None, reading: Reading[Asked], now: float, elapsed_ms: Callable[[], float]
) -> PingAnswer:
    """The answer to what was read of a ping: decided where it asks something, refused where it does not."""
    if isinstance(reading.value, Refusal):
        return refuse_ping(bidder, seller, reading.value, now, reading.warnings, test=reading.test)
    return answer_ping(bidder, reading.value, reading.warnings, elapsed_ms)


def refuse_ping(
    bidder: Bidder,
    seller: Seller | None,
    refusal: Refusal,
    now: float,
    warnings: tuple[str, ...] = (),
    *,
    test: bool = False,
) -> PingAnswer:
    """The answer to a ping that cannot be decided: no key, too fast, not readable, or a fault of ours."""
    name = seller.name if seller is not None else ""
    line_id = _line_id(bidder.chance(8), now)
    bidder.journal.append(RefusedLine(at=now, seller=name, id=line_id, refusal=refusal, test=test))
    bidder.metrics.count("pings_total", name, refusal.code)
    return answers.refused_ping(refusal, seller, line_id, warnings)


def promised(decision: Decision) -> dict[str, int]:
    """What each campaign's caps may have to give, in cents: one that bids on both legs counts once, at the higher."""
    prices: dict[str, int] = {}
    for offer in decision.bids:
        prices[offer.campaign] = max(prices.get(offer.campaign, 0), offer.price_cents)
    return prices


def draw_of(seed: bytes, nonce: bytes) -> Draw:
    """Two uniform numbers for one ping, the same whenever it is asked again."""
    slice_, place = _TWO_NUMBERS.unpack(mac(seed, b"leadbid.draw", nonce, size=16))
    return Draw(slice_ / 2**64, place / 2**64)


def _located(bidder: Bidder, ping: Ping) -> Ping | Refusal:
    """With the state of its ZIP. A state that is not its ZIP's would make every later answer a wrong one."""
    state = bidder.catalogue.zip_states.get(ping.zip, "")
    if state and not ping.state:
        return replace(ping, state=state)
    if (ping.state and state in ("", ping.state)) or scenario_of(ping) is not None:
        return ping
    return Refusal("invalid_field", "state: not the state of zip") if state else Refusal("missing_field", "state")


def _line_id(nonce: bytes, now: float) -> str:
    """24 lower-case hex digits: letters a to f can spell none of the words that crude parsers take for a sale.

    The nonce, and the millisecond within the last seven weeks, which tells a lead's decisions apart.
    """
    return f"{nonce.hex()}{int(now * 1000.0) & 0xFFFFFFFF:08x}"


def _repeat(bidder: Bidder, live: LiveBid, now: float) -> PingAnswer:
    """The very bid that was given before."""
    line = live.line
    bidder.journal.append(RepeatLine(at=now, seller=live.seller, id=line.bid_ids[0], repeat_of=line.id, test=live.test))
    bidder.metrics.count("pings_total", live.seller, "bid")
    bidder.metrics.count("ping_repeats_total", live.seller)
    return answers.bids_answer(line.decision.bids, line.bid_ids, line.at, live.expires_at, live.warnings)


def _counters(bidder: Bidder, asked: Asked) -> dict[str, list[Counter]]:
    """Where a sale to each candidate campaign would count; a test counts nowhere."""
    ping = asked.ping
    if ping.test:
        return {}
    candidates = bidder.catalogue.index.candidates(ping.vertical, ping.zip, ping.state)
    counters, now = bidder.book.counters, asked.now
    return {each.name: counters(each, asked.seller, ping.zip, ping.state, now) for each in candidates}


def _known(bidder: Bidder, asked: Asked) -> tuple[Known, tuple[str, ...]]:
    ping = asked.ping
    if ping.test:
        return Known(), ()
    used = any(certificate in bidder.certificates for certificate in asked.marks.certificates)
    if not (ping.phone_digest or ping.email_digest):
        return (Known(certificate_used=True) if used else _NOBODY), ()
    if not bidder.quotas.may_ask(asked.seller, asked.now):
        return Known(certificate_used=used), _NOT_ASKED
    digests = [name for name in (ping.phone_digest, ping.email_digest) if name]
    suppressed = any(name in bidder.suppressed for name in digests)
    return Known(sightings=bidder.people.sightings(digests), suppressed=suppressed, certificate_used=used), ()


def _bid(bidder: Bidder, asked: Asked, decision: Decision, warnings: tuple[str, ...]) -> PingAnswer:
    scenario = scenario_of(asked.ping)
    lifetime_s = scenario.lifetime_s if scenario is not None else 0
    expires_at = int(asked.now) + (lifetime_s or bidder.catalogue.buyer.bid_lifetime_s)
    bid_ids = bid_ids_of(decision.bids, asked.marks, asked.nonce, bidder.keys, expires_at, test=asked.ping.test)
    return answers.bids_answer(decision.bids, bid_ids, asked.now, expires_at, warnings)


def _open(
    bidder: Bidder,
    asked: Asked,
    decision: Decision,
    answer: PingAnswer,
    text: bytes,
    counters: Mapping[str, list[Counter]],
) -> None:
    """Remember the live bid, for repeats, evidence and the space it needs under the caps; a test needs none."""
    bid = LiveBid(
        seller=asked.seller.name,
        at=asked.now,
        expires_at=answer.expires_at,
        terms=asked.marks.terms,
        test=asked.ping.test,
        text=text,
        warnings=answer.warnings,
    )
    bidder.book.open(asked.nonce, bid, [(counters.get(name, ()), price) for name, price in promised(decision).items()])


def _trial(asked: Asked, snapshot: Snapshot, draw: Draw) -> Trial | None:
    """The trial that this ping is part of; a test is part of none, so that it has one price."""
    challenger = snapshot.catalogue.challengers.get(asked.ping.vertical)
    if challenger is None or asked.ping.test:
        return None
    return Trial(challenger=challenger, ping=asked.ping, snapshot=snapshot, now=asked.now, draw=draw)


def _untried(ping: Ping, snapshot: Snapshot, now: float, draw: Draw) -> Turn:
    """The live model's decision, without a trial."""
    model = snapshot.catalogue.models.get(ping.vertical)
    return Turn(decision=decide(ping, snapshot, now, draw), model=model.version if model is not None else "")


def _shadow(bidder: Bidder, trial: Trial, turn: Turn) -> Shadow:
    shadow = trial.shadow(turn)
    if trial.has_failed(shadow):
        bidder.metrics.count("challenger_faults_total", trial.ping.vertical)
    return shadow


def _line(
    asked: Asked,
    snapshot: Snapshot,
    draw: Draw,
    turn: Turn,
    answer: PingAnswer,
    withdrawn: Refusal | None,
    shadow: Shadow | None,
    took_ms: float,
) -> PingLine:
    """The journal's line. Digests of the person stay out: what they said stands in `known`."""
    ping = asked.ping
    if ping.phone_digest or ping.email_digest:
        ping = replace(ping, phone_digest="", email_digest="")
    return PingLine(
        at=asked.now,
        seller=asked.seller.name,
        id=asked.line_id,
        ping=ping,
        known=snapshot.known,
        standing=snapshot.standing,
        draw=draw,
        config=snapshot.catalogue.config_hash,
        model=turn.model,
        decision=turn.decision,
        bid_ids=tuple([bid.bid_id for bid in answer.bids]),
        withdrawn=withdrawn,
        shadow=shadow,
        took_ms=round(took_ms, 3),
    )
