"""The sale: everything that belongs to it is committed together, or nothing but the one reason why not."""

from collections.abc import Callable
from typing import Literal

import msgspec
from sqlalchemy import Connection, insert, text

from app.domain.duplicate import is_duplicate
from app.domain.post.sale import KeptAnswer, PostFacts, Sale
from app.domain.reasons import REASONS, Refusal
from app.store.answers import REPLACEABLE, gather_post, names_of, person_text, post_name, write_answer
from app.store.caps import use_caps
from app.store.engine.portable import add_new, be_alone
from app.store.engine.prepared import Prepared
from app.store.outbox import new_delivery
from app.store.schema import certificate, delivery, evidence, lead, sighting
from app.wire.post import PostAnswer

_SAVEPOINT = Prepared(text("SAVEPOINT sale"))
_ROLL_BACK = Prepared(text("ROLLBACK TO SAVEPOINT sale"))
_RELEASE = Prepared(text("RELEASE SAVEPOINT sale"))
_ADD_LEAD = Prepared(insert(lead))
_ADD_EVIDENCE = Prepared(insert(evidence))
_ADD_SIGHTINGS = Prepared(insert(sighting))
_ADD_DELIVERIES = Prepared(insert(delivery))


class SaleResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a sale and what the seller is told; `repeated` is the answer given before, to the same person."""

    answer: PostAnswer
    outcome: Literal["sold", "repeated", "refused"]
    refusal: Refusal | None = None


def sell(connection: Connection, sale: Sale, refused: Callable[[Refusal], PostAnswer]) -> SaleResult:
    """Sell, unless something that was committed meanwhile stands against it; `refused` words the answer then.

    A test sale is judged by its own earlier answer alone and leaves nothing but its answer.
    """
    be_alone(connection, _names(sale))
    facts = gather_post(connection, sale.seller, sale.nonce, sale.certificates, sale.person)

    kept = facts.kept
    if kept is not None and kept.code != REPLACEABLE:
        if kept.person.same_as(sale.person):
            return SaleResult(answer=kept.answer, outcome="repeated")
        refusal: Refusal | None = Refusal("ping_used")
    elif sale.test:
        refusal = None
    else:
        refusal = _against(sale, facts) or _write_within_caps(connection, sale)

    if refusal is not None:
        told = refused(refusal)
        if REASONS[refusal.code].kept:
            write_answer(connection, _to_keep(sale, told, refusal.code), kept)
        return SaleResult(answer=told, outcome="refused", refusal=refusal)
    write_answer(connection, _to_keep(sale, sale.answer, ""), kept)
    return SaleResult(answer=sale.answer, outcome="sold")


def _names(sale: Sale) -> list[str]:
    """What this sale must be alone with: its post, its person, its certificates."""
    return [post_name(sale.seller, sale.nonce), *names_of(sale.person), *sale.certificates]


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


def _write_within_caps(connection: Connection, sale: Sale) -> Refusal | None:
    """Write all of it, and take its room under the caps last: counters that all sales share are held from then on."""
    _SAVEPOINT.run(connection, {})
    _write(connection, sale)
    refusal = use_caps(connection, sale.cap_uses)
    if refusal is not None:
        _ROLL_BACK.run(connection, {})
    _RELEASE.run(connection, {})
    return refusal


def _write(connection: Connection, sale: Sale) -> None:
    person = person_text(sale.person)
    _ADD_LEAD.run(
        connection,
        {
            "lead_id": sale.lead_id,
            "seller": sale.seller,
            "nonce": sale.nonce,
            "ping_id": sale.ping_id,
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
            "config_hash": sale.config_hash,
            "model_version": sale.model_version,
        },
    )
    if sale.evidence:
        _ADD_EVIDENCE.run(
            connection,
            [
                {"lead_id": sale.lead_id, "kind": piece.kind, "sha256": piece.sha256, "sealed": piece.sealed}
                for piece in sale.evidence
            ],
        )
    if sale.person.all:
        seen = {
            "lead_id": sale.lead_id,
            "campaign": sale.campaign,
            "vertical": sale.vertical,
            "sold_at": sale.sold_at,
        }
        _ADD_SIGHTINGS.run(connection, [{"digest": digest, **seen} for digest in dict.fromkeys(sale.person.all)])
    if sale.destinations:
        _ADD_DELIVERIES.run(
            connection,
            [new_delivery(sale.lead_id, destination, sale.sold_at) for destination in sale.destinations],
        )
    for name in sale.certificates:
        add_new(connection, certificate, {"digest": name, "lead_id": sale.lead_id, "person": person})
