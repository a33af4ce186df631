"""The sale: everything that belongs to it is committed together, or nothing but the one reason why not."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, text

from app.domain.duplicate import is_duplicate
from app.domain.post.sale import CapUse, KeptAnswer, PostFacts, Sale
from app.domain.reasons import REASONS, Refusal
from app.store import caps
from app.store.answers import (
    ADD_ANSWERS,
    REPLACEABLE,
    asking,
    names_of,
    new_answer,
    person_text,
    post_facts,
    post_name,
    writing_answer,
)
from app.store.change_feed.feed import TELL, change
from app.store.delivery.outbox import new_delivery
from app.store.delivery.retains import new_retain
from app.store.engine.failures import INTEGRITY_ERRORS
from app.store.engine.portable import adding_new, being_alone
from app.store.engine.prepared import Insert, Prepared, Values
from app.store.engine.trips import Work, run_all, run_last
from app.store.schema import certificate, certificate_retain, delivery, evidence, lead, sighting
from app.wire.post import PostAnswer

_SAVEPOINT = Prepared(text("SAVEPOINT sale"))
_ROLL_BACK = Prepared(text("ROLLBACK TO SAVEPOINT sale"))
_ADD_LEADS = Insert(lead)
_ADD_EVIDENCE = Insert(evidence)
_ADD_SIGHTINGS = Insert(sighting)
_ADD_DELIVERIES = Insert(delivery)
_ADD_RETAINS = adding_new(certificate_retain)
_ADD_CERTIFICATES = adding_new(certificate)


class SaleResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a sale and the seller's answer; `repeated` is the stored answer of an earlier post.

    `refusal` is why it is none, or was none then.
    """

    answer: PostAnswer
    outcome: Literal["sold", "repeated", "refused"]
    refusal: Refusal | None = None


class CapInTheWay(Exception):
    """Nothing was written: a cap seems to be full. `sell` with `is_tight` says which one, or sells after all."""


def sell(
    connection: Connection, sale: Sale, refused: Callable[[Refusal], PostAnswer], *, is_tight: bool = False
) -> SaleResult:
    """Sell, unless something that was committed meanwhile stands against it; `refused` words the answer then.

    A test sale is judged by its own earlier answer alone and leaves nothing but its answer. CapInTheWay where a cap is
    full, unless `is_tight`.
    """
    alone = being_alone(connection, names_alone(sale))
    *_, found = run_all(connection, [*alone, asking(sale.seller, sale.nonce, sale.certificates, sale.person)])
    facts = post_facts(sale.seller, sale.nonce, found)

    kept = facts.kept
    if kept is not None and kept.code != REPLACEABLE:
        if kept.person.same_as(sale.person):
            earlier = Refusal(kept.code) if kept.code else None
            return SaleResult(answer=kept.answer, outcome="repeated", refusal=earlier)
        refusal: Refusal | None = Refusal("ping_used")
    elif sale.test:
        refusal = None
    else:
        refusal = _against(sale, facts)

    if refusal is None:
        leads = [] if sale.test else _leads([sale])
        rows = [*leads, writing_answer(_to_keep(sale, sale.answer, ""), kept)]
        uses = [] if sale.test else caps.in_order(sale.cap_uses)
        if is_tight:
            refusal = _write_by_asking(connection, rows, uses)
        else:
            _write_at_once(connection, rows, uses)
    if refusal is None:
        return SaleResult(answer=sale.answer, outcome="sold")
    told = refused(refusal)
    if REASONS[refusal.code].kept:
        run_all(connection, [writing_answer(_to_keep(sale, told, refusal.code), kept)])
    return SaleResult(answer=told, outcome="refused", refusal=refusal)


def names_alone(sale: Sale) -> list[str]:
    """What this sale must be alone with: its post, its person, its certificates."""
    return [post_name(sale.seller, sale.nonce), *names_of(sale.person), *sale.certificates]


def rows_of(sales: Sequence[Sale]) -> list[tuple[Prepared, list[Values]]]:
    """Everything that these write but their counters, by the statement that adds it."""
    answers = [new_answer(_to_keep(sale, sale.answer, "")) for sale in sales]
    return [*_leads(sales), (ADD_ANSWERS, answers)]


def _against(sale: Sale, facts: PostFacts) -> Refusal | None:
    if any(not holder.same_as(sale.person) for holder in facts.certificate_holders):
        return Refusal("certificate_reused")
    if facts.suppressed:
        return Refusal("suppressed")
    if is_duplicate(facts.sightings, sale.duplicate_scope, sale.campaign, sale.vertical, sale.duplicate_since):
        return Refusal("duplicate")
    return None


def _to_keep(sale: Sale, told: PostAnswer, code: str) -> KeptAnswer:
    return KeptAnswer(
        seller=sale.seller, nonce=sale.nonce, person=sale.person, answer=told, kept_at=sale.sold_at, code=code
    )


def _write_at_once(connection: Connection, rows: Sequence[Work], uses: Sequence[CapUse]) -> None:
    """Write the sale, and count it under the caps last, since that locks counters which all sales share."""
    try:
        run_last(connection, [*rows, *map(caps.taking_or_failing, uses)])
    except INTEGRITY_ERRORS:
        # Of what constraint does not matter: should it be another one, it says so again where caps are asked.
        raise CapInTheWay from None


def _write_by_asking(connection: Connection, rows: Sequence[Work], uses: Sequence[CapUse]) -> Refusal | None:
    """Write all of it, unless a cap is full: then nothing, and why."""
    _, *taken = run_all(connection, [(_SAVEPOINT, {}), *map(caps.taking, uses)])
    refusal = caps.refusal(uses, taken)
    if refusal is None:
        run_all(connection, rows)
    else:
        _ROLL_BACK.run(connection, {})
    return refusal


def _leads(sales: Sequence[Sale]) -> list[tuple[Prepared, list[Values]]]:
    """The leads with everything that hangs on them, by the statement that adds it."""
    return [(statement, rows) for statement, rows in _by_statement(sales) if rows]


def _by_statement(sales: Sequence[Sale]) -> Iterator[tuple[Prepared, list[Values]]]:
    people = [person_text(sale.person) for sale in sales]
    yield _ADD_LEADS, [_lead(sale, person) for sale, person in zip(sales, people, strict=True)]
    yield (
        _ADD_EVIDENCE,
        [
            {"lead_id": sale.lead_id, "kind": piece.kind, "sha256": piece.sha256, "sealed": piece.sealed}
            for sale in sales
            for piece in sale.evidence
        ],
    )
    yield (
        _ADD_SIGHTINGS,
        [
            {
                "digest": digest,
                "lead_id": sale.lead_id,
                "campaign": sale.campaign,
                "vertical": sale.vertical,
                "sold_at": sale.sold_at,
            }
            for sale in sales
            for digest in dict.fromkeys(sale.person.all)
        ],
    )
    yield (
        _ADD_DELIVERIES,
        [new_delivery(sale.lead_id, name, sale.sold_at) for sale in sales for name in sale.destinations],
    )
    yield _ADD_RETAINS, [new_retain(sale.lead_id, due, sale.sold_at) for sale in sales for due in sale.retains]
    yield (
        _ADD_CERTIFICATES,
        [
            {"digest": name, "lead_id": sale.lead_id, "person": person}
            for sale, person in zip(sales, people, strict=True)
            for name in sale.certificates
        ],
    )
    yield TELL, [change(sale.lead_id, sale.change) for sale in sales if sale.change]


def _lead(sale: Sale, person: str) -> Values:
    return {
        "lead_id": sale.lead_id,
        "seller": sale.seller,
        "nonce": sale.nonce,
        "ping_id": sale.ping_id,
        "seller_lead_id": sale.seller_lead_id,
        "sub_id": sale.sub_id,
        "campaign": sale.campaign,
        "vertical": sale.vertical,
        "leg": sale.leg,
        "price_cents": sale.price_cents,
        "sold_at": sale.sold_at,
        "zip": sale.zip,
        "state": sale.state,
        "person": person,
        "identity": sale.identity,
        "decision": None if sale.decision is None else sale.decision.decode(),
        "cap_uses": msgspec.json.encode({use.counter: use.amount for use in sale.cap_uses}).decode(),
        "config_hash": sale.config_hash,
        "model_version": sale.model_version,
        "forgotten_at": None,
    }
