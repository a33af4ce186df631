"""Answers a ping with bids or the one reason for none: gathers its facts, decides, signs and remembers."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from app.dialects.generic import NO_TRACES, PingTraces
from app.dialects.reading import Reading
from app.domain import answers
from app.domain.auction.canary import share_now
from app.domain.auction.decide import Decision, decide
from app.domain.auction.marks import Marks, bid_ids_of, draw_of, line_id_of, marks_of, withheld_of
from app.domain.auction.snapshot import Known, Snapshot
from app.domain.auction.withholding import UNRECORDABLE
from app.domain.checks.verdict import Consultation
from app.domain.onboarding.test_values import TestScenario, scenario_of
from app.domain.pricing.exploration import Draw
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.targets.targets import TargetStanding
from app.domain.territory import PREFIX_LENGTH, ZipStates, possible_states
from app.journal.lines import PingLine, RefusedLine, RepeatLine
from app.journal.shadow import Shadow
from app.journal.writer import KeptLine
from app.usecases.bidder import Bidder
from app.usecases.standing.changes import BidMade, Use
from app.usecases.standing.counter import Counter
from app.usecases.standing.promises import promised
from app.usecases.trial import Trial, Turn
from app.wire.ping import Ping, PingAnswer

_NOBODY = Known()
_NOT_ASKED = ("hashes are not looked up any more today: too many of them were never posted",)


class Asked(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One readable ping: who asks, when, what it is known by. `line_id` names it in the journal.

    `scenario` is what a test forces, if it does. `traces` are for providers alone, `consultations` what they said of
    it; `may_look_up` says whether its hashes may be looked up, once that has been counted.
    """

    seller: Seller
    ping: Ping
    marks: Marks
    nonce: bytes
    draw: Draw
    line_id: str
    scenario: TestScenario | None
    now: float
    started: float
    consultations: tuple[Consultation, ...] = ()
    may_look_up: bool | None = None
    traces: PingTraces = NO_TRACES


def held_back(bidder: Bidder, seller: Seller, now: float) -> Refusal | None:
    """Why this seller has to wait before it may ask again, if it has to."""
    wait_s = bidder.rates.wait_s(seller, now)
    return Refusal("rate_limited", f"{wait_s:.1f} s") if wait_s > 0.0 else None


def ask(bidder: Bidder, seller: Seller, reading: Ping | Refusal, now: float, started: float) -> Asked | Refusal:
    """What a reading asks, or why it is not looked at: nothing of it depends on what became of other pings.

    `now` is UTC epoch seconds, `started` when the ping came by the bidder's steady clock.
    """
    ping = reading if isinstance(reading, Refusal) else located(reading, bidder.catalogue.zip_states)
    if isinstance(ping, Refusal):
        return ping
    scenario = scenario_of(ping) if ping.test else None
    forced = scenario.name if scenario is not None else ""
    marks = marks_of(bidder.keys, seller.name, ping, bidder.catalogue.verticals.get(ping.vertical), forced)
    nonce = marks.nonce or bidder.chance(8)
    return Asked(
        seller=seller,
        ping=ping,
        marks=marks,
        nonce=nonce,
        draw=draw_of(bidder.seed, nonce),
        line_id=line_id_of(nonce, now),
        scenario=scenario,
        now=now,
        started=started,
    )


def located(ping: Ping, zip_states: ZipStates) -> Ping | Refusal:
    """With the state of its ZIP. A state that is not its ZIP's would make every later answer a wrong one."""
    states = zip_states.get(ping.zip, ())
    if states and not ping.state:
        return replace(ping, state=states[0])
    if (ping.state and ping.state in states) or scenario_of(ping) is not None:
        return ping
    around = possible_states(ping.zip, zip_states)
    if not around:
        told = "; those of tests are for the test endpoint" if ping.zip.startswith("000") else ""
        return Refusal("invalid_field", f"zip: no ZIP code begins with {ping.zip[:PREFIX_LENGTH]}{told}")
    if not ping.state:
        return Refusal("missing_field", "state")
    return ping if ping.state in around else Refusal("invalid_field", "zip and state disagree")


def answer_ping(bidder: Bidder, asked: Asked, warnings: tuple[str, ...]) -> PingAnswer:
    """The answer to one ping, journaled and counted under exactly one code."""
    seller, ping, now = asked.seller, asked.ping, asked.now
    live = bidder.standing.live(asked.nonce, now)
    if live is not None and live.terms == asked.marks.terms and not bidder.standing.bids_nothing:
        if _elapsed_ms(bidder, asked) > ping.deadline_ms:
            return refuse_ping(bidder, seller, Refusal("deadline"), now, warnings, test=ping.test)
        if (line := live.line) is not None:
            return _repeat(bidder, live, line, now)
    counters = _counters(bidder, asked)
    known, more = _known(bidder, asked)
    snapshot = _snapshot(bidder, asked, known, counters)
    trial = _trial(asked, snapshot) if bidder.catalogue.challengers else None

    turn = trial.turn(bidder.seed, asked.nonce) if trial is not None else _untried(asked, snapshot)

    decision, took_ms = turn.decision, _elapsed_ms(bidder, asked)
    late = bool(decision.bids) and took_ms > ping.deadline_ms
    refusal = Refusal("deadline") if late else decision.refusal
    if refusal is not None:
        answer = answers.refused_ping(refusal, seller, asked.line_id, warnings + more)
    else:
        answer = _bid(bidder, asked, decision, warnings + more)
    # After the answer is made, so that no seller waits for a decision that is never sent.
    shadow = _shadow(bidder, trial, turn) if trial is not None and not late else None
    withdrawn = refusal if late else None
    line = _line(asked, snapshot, turn, answer, withdrawn=withdrawn, shadow=shadow, took_ms=took_ms)
    kept = bidder.journal.append(line)
    if refusal is None:
        _open(bidder, asked, decision, answer, kept, counters)
    bidder.metrics.count("pings_total", seller.name, refusal.code if refusal is not None else "bid")
    if refusal is UNRECORDABLE:
        bidder.metrics.count("bids_withheld_total", seller.name)
    return answer


def preview(bidder: Bidder, asked: Asked) -> tuple[Asked, Decision]:
    """What would be decided now, of which nothing is remembered but that its hashes were looked up."""
    live = bidder.standing.live(asked.nonce, asked.now)
    if live is not None and live.terms == asked.marks.terms:
        # Its bid was decided with all that providers said.
        return asked, Decision()
    ping = asked.ping
    if ping.phone_digest or ping.email_digest:
        asked = replace(asked, may_look_up=bidder.quotas.may_ask(asked.seller, asked.now))
    known, _ = _known(bidder, asked)
    if bidder.catalogue.awaited_facts:
        known = replace(known, awaited=bidder.catalogue.awaited_facts)
    snapshot = _snapshot(bidder, asked, known, _counters(bidder, asked))
    return asked, decide(ping, snapshot, asked.now, asked.draw)


def answer_or_refuse(bidder: Bidder, seller: Seller | None, reading: Reading[Asked], now: float) -> PingAnswer:
    """The answer to what was read of a ping: decided where it asks something, refused where it does not."""
    if isinstance(reading.value, Refusal):
        answer = refuse_ping(bidder, seller, reading.value, now, reading.warnings, test=reading.test)
    else:
        answer = answer_ping(bidder, reading.value, reading.warnings)
    return replace(answer, test=True) if reading.test else answer


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
    line_id = line_id_of(bidder.chance(8), now)
    if seller is None:
        bidder.keyless.add("ping", refusal, now, test=test)
    else:
        bidder.journal.append(RefusedLine(at=now, seller=seller.name, id=line_id, refusal=refusal, test=test))
    bidder.metrics.count("pings_total", seller.name if seller is not None else "", refusal.code)
    return answers.refused_ping(refusal, seller, line_id, warnings)


def _repeat(bidder: Bidder, live: BidMade, line: PingLine, now: float) -> PingAnswer:
    """The very bid that was given before."""
    bidder.journal.append(RepeatLine(at=now, seller=live.seller, id=line.bid_ids[0], repeat_of=line.id, test=live.test))
    bidder.metrics.count("pings_total", live.seller, "bid")
    bidder.metrics.count("ping_repeats_total", live.seller)
    return answers.bids_answer(line.decision.bids, line.bid_ids, live.at, live.expires_at, live.warnings)


def _counters(bidder: Bidder, asked: Asked) -> dict[str, list[Counter]]:
    """Where a sale to each candidate campaign would count; a test counts nowhere."""
    ping = asked.ping
    if ping.test:
        return {}
    candidates = bidder.catalogue.index.candidates(ping.vertical, ping.zip, ping.state)
    return bidder.standing.counters_by(candidates, asked.seller, ping.zip, ping.state, asked.now)


def _targets(bidder: Bidder, asked: Asked) -> Mapping[str, tuple[TargetStanding, ...]]:
    """What stands of the targets of candidate campaigns; a test moves none."""
    ping = asked.ping
    if ping.test:
        return {}
    candidates = bidder.catalogue.index.candidates(ping.vertical, ping.zip, ping.state)
    return bidder.standing.targets.standings(candidates, asked.seller.name, asked.now)


def _snapshot(bidder: Bidder, asked: Asked, known: Known, counters: dict[str, list[Counter]]) -> Snapshot:
    targets = _targets(bidder, asked) if bidder.catalogue.has_targets else {}
    standing = bidder.standing.of_ping(counters, asked.ping, asked.now, targets)
    if asked.consultations:
        known = replace(known, consultations=asked.consultations)
    return Snapshot(catalogue=bidder.catalogue, seller=asked.seller, known=known, standing=standing)


def _known(bidder: Bidder, asked: Asked) -> tuple[Known, tuple[str, ...]]:
    ping = asked.ping
    if ping.test:
        return Known(), ()
    standing = bidder.standing
    used, bought = standing.is_used(asked.marks.certificates), standing.is_bought(asked.nonce)
    if not (ping.phone_digest or ping.email_digest):
        return (Known(certificate_used=used, bought=bought) if used or bought else _NOBODY), ()
    if not (bidder.quotas.may_ask(asked.seller, asked.now) if asked.may_look_up is None else asked.may_look_up):
        return Known(certificate_used=used, bought=bought), _NOT_ASKED
    digests = [name for name in (ping.phone_digest, ping.email_digest) if name]
    suppressed = standing.is_suppressed(digests)
    sightings = standing.sightings(digests)
    return Known(sightings=sightings, suppressed=suppressed, certificate_used=used, bought=bought), ()


def _bid(bidder: Bidder, asked: Asked, decision: Decision, warnings: tuple[str, ...]) -> PingAnswer:
    lifetime_s = asked.scenario.lifetime_s if asked.scenario is not None else 0
    expires_at = _same(int(asked.now) + (lifetime_s or bidder.catalogue.buyer.bid_lifetime_s))
    tags = bidder.catalogue.tags
    bid_ids = bid_ids_of(decision.bids, asked.marks, asked.nonce, bidder.keys, tags, expires_at, test=asked.ping.test)
    return answers.bids_answer(decision.bids, bid_ids, asked.now, expires_at, warnings)


def _open(
    bidder: Bidder,
    asked: Asked,
    decision: Decision,
    answer: PingAnswer,
    kept: KeptLine,
    counters: Mapping[str, list[Counter]],
) -> None:
    """Remember the live bid, for repeats, evidence and the space it needs under the caps; a test needs none."""
    takes = [
        (counter.key, counter.cap.uses(price_cents))
        for name, price_cents in promised(decision).items()
        for counter in counters.get(name, ())
    ]
    bidder.standing.apply(
        BidMade(
            nonce=asked.nonce,
            seller=asked.seller.name,
            at=asked.now,
            expires_at=answer.expires_at,
            terms=asked.marks.terms,
            test=asked.ping.test,
            kept=kept,
            takes=_shared(tuple(takes)),
            warnings=answer.warnings,
            withheld="\n".join(withheld_of(asked.ping)).encode(errors="surrogatepass"),
        )
    )


@lru_cache(maxsize=64)
def _same(second: int) -> int:
    """One number for all bids of a second, of which thousands live."""
    return second


@lru_cache(maxsize=1024)
def _shared(takes: tuple[Use, ...]) -> tuple[Use, ...]:
    """The same of all bids that take the same, as most do that meet caps by count."""
    return takes


def _trial(asked: Asked, snapshot: Snapshot) -> Trial | None:
    """The trial that this ping is part of; a test is part of none, so that it has one price."""
    challenger = snapshot.catalogue.challengers.get(asked.ping.vertical)
    if challenger is None or asked.ping.test:
        return None
    if challenger.canary and snapshot.standing.paused:
        version, paused = challenger.model.version, snapshot.standing.paused
        challenger = replace(challenger, canary=share_now(challenger.canary, asked.ping.vertical, version, paused))
    return Trial(challenger=challenger, ping=asked.ping, snapshot=snapshot, now=asked.now, draw=asked.draw)


def _untried(asked: Asked, snapshot: Snapshot) -> Turn:
    """The live model's decision, without a trial."""
    model = snapshot.catalogue.models.get(asked.ping.vertical)
    decision = decide(asked.ping, snapshot, asked.now, asked.draw)
    return Turn(decision=decision, model=model.version if model is not None else "")


def _shadow(bidder: Bidder, trial: Trial, turn: Turn) -> Shadow:
    shadow = trial.shadow(turn)
    if trial.has_failed(shadow):
        bidder.metrics.count("challenger_faults_total", trial.ping.vertical)
    return shadow


def _line(
    asked: Asked,
    snapshot: Snapshot,
    turn: Turn,
    answer: PingAnswer,
    withdrawn: Refusal | None,
    shadow: Shadow | None,
    took_ms: float,
) -> PingLine:
    """The journal's line. Digests of the person stay out: what they said stands in `known`. So do certificates."""
    return PingLine(
        at=asked.now,
        seller=asked.seller.name,
        id=asked.line_id,
        ping=replace(asked.ping, phone_digest="", email_digest="", **asked.marks.stand_ins),
        known=snapshot.known,
        standing=snapshot.standing,
        draw=asked.draw,
        config=snapshot.catalogue.config_hash,
        model=turn.model,
        decision=turn.decision,
        bid_ids=tuple([bid.bid_id for bid in answer.bids]),
        withdrawn=withdrawn,
        shadow=shadow,
        took_ms=round(took_ms, 3),
    )


def _elapsed_ms(bidder: Bidder, asked: Asked) -> float:
    """The time since a ping came."""
    return (bidder.steady() - asked.started) * 1000.0
