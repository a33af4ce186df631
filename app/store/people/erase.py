"""Erases who somebody is: the sale stays with its facts, so that money and counts add up, and says nobody's name.

What a table keeps of a forgotten person is said here for each; a test asks for a sentence about every new one.
"""

from collections.abc import Callable, Collection

import msgspec
from sqlalchemy import Connection, delete, select, update

from app.domain.identity import Person
from app.store.change_feed.feed import forget_people
from app.store.people.named import bearing
from app.store.schema import (
    answer,
    attempt,
    certificate,
    certificate_retain,
    delivery,
    evidence,
    lead,
    lead_return,
    outcome,
    sighting,
)
from app.wire.post import PostAnswer

NOBODY = msgspec.json.encode(Person()).decode()
"""Whose a lead, an answer or a certificate is afterwards: the same as no one, so nothing is bought or shown for it."""

_TRACE_BYTES = 48
"""Of what is sealed this much is found nowhere else: it holds a number that was used once."""

FORGOTTEN = "the person was forgotten"
"""The note of a delivery that was still waiting."""

KEEPS = {
    "alert_message": "nothing of people",
    "alert_mute": "nothing of people",
    "alert_state": "nothing of people",
    "answer": "what was answered, without whose post it was and what was remarked on it",
    "attempt": "when it was made and its HTTP status, without what the CRM said",
    "audit": "every line: none names a person",
    "cap_counter": "counts",
    "change_feed": "of the sale what is not the person's, for some minutes",
    "certificate": "its keyed digest, which stays used, without whose it was",
    "certification": "nothing of people",
    "configuration": "nothing of people",
    "delivery": "where it went and what came of it, without the id and the words of the CRM",
    "demand": "nothing of people",
    "destination_state": "nothing of people",
    "evidence": "nothing: it is deleted",
    "pending_configuration": "nothing of people",
    "key_check": "nothing of people",
    "last_declared": "nothing of people",
    "lead": "the sale: seller, campaign, price, time, ZIP code, decision, and ids that do not say who it is",
    "lead_return": "the reason's code, the state and the credit, without what was written of it",
    "legal_hold": "nothing of whoever can be forgotten: a hold refuses that",
    "notice": "what the seller said of a bid",
    "outcome": "what became of the sale, under an id that does not say who it is",
    "operator_key": "nothing of people",
    "operator_password": "nothing of consumers",
    "operator_session": "nothing of consumers",
    "certificate_retain": "whether its certificate was stored",
    "replica": "nothing of people",
    "replica_turn": "nothing of people",
    "shadow_price": "nothing of people",
    "sighting": "nothing: it is deleted",
    "signal": "nothing of people",
    "suppression": "keyed digests, so that the person is never bought again",
    "suppression_list": "nothing of people",
    "suppression_part": "the lists of others, by keyed digests",
    "switch": "nothing of people",
    "target_ledger": "sums of spend and expected conversions",
    "unwiped": "that files must be cleaned",
    "write_probe": "nothing of people",
}


Posted = tuple[str, str]
"""A post, by its seller and nonce."""


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """How much was erased, and the records of CRMs that were named here: (destination, id)."""

    leads: int = 0
    evidence: int = 0
    answers: int = 0
    crm_records: tuple[tuple[str, str], ...] = ()


def erase(
    connection: Connection,
    lead_ids: Collection[str],
    digests: Collection[str],
    posts: Collection[Posted],
    says_who: Callable[[str], bool],
    now: float,
) -> Erased:
    """Erase who these leads and posts are of, their evidence, and that whoever is known by `digests` was ever seen.

    `says_who` tells of an id of a seller or a CRM whether it holds a name, a phone or the like. What is sent to a CRM
    right now arrives there; nothing is sent later. Everything is found by its key, as sales wait meanwhile.
    """
    ids = list(lead_ids)
    records = _crm_records(connection, ids)
    sold = connection.execute(select(lead.c.seller, lead.c.nonce).where(lead.c.lead_id.in_(ids))).all()
    leads = unname(connection, ids, now)
    answers = _erase_answers(connection, {(seller, nonce) for seller, nonce in sold}.union(posts))
    _rename(connection, ids, says_who)
    connection.execute(update(lead_return).where(lead_return.c.lead_id.in_(ids)).values(why="", note=""))
    connection.execute(update(certificate).where(certificate.c.lead_id.in_(ids)).values(person=NOBODY))
    connection.execute(update(lead).where(lead.c.lead_id.in_(ids)).values(person=NOBODY))
    theirs = sighting.c.digest.in_(set(digests)) & sighting.c.lead_id.in_(ids)
    connection.execute(delete(sighting).where(theirs))
    forget_people(connection, ids)
    pieces = connection.execute(delete(evidence).where(evidence.c.lead_id.in_(ids))).rowcount
    return Erased(leads=leads, evidence=pieces, answers=answers, crm_records=records)


def unname(connection: Connection, lead_ids: Collection[str], now: float) -> int:
    """Erase the names and contacts of these leads, and by what CRMs know them; how many had any.

    That these people were bought is still known, by digests: duplicates are told by it.
    """
    # Without a contact nothing can be matched with a certificate, and nothing is stored without a match.
    connection.execute(delete(certificate_retain).where(certificate_retain.c.lead_id.in_(list(lead_ids))))
    ids = list(lead_ids)
    _end_deliveries(connection, ids, now)
    return connection.execute(
        update(lead)
        .where(lead.c.lead_id.in_(ids), lead.c.forgotten_at.is_(None))
        .values(identity=b"", forgotten_at=now)
    ).rowcount


def traces_of(connection: Connection, lead_ids: Collection[str], digests: Collection[str]) -> set[bytes]:
    """What must be in no file once these are erased. Digests alone may be, as suppressions keep them."""
    ids = list(lead_ids)
    sealed = connection.execute(select(lead.c.identity).where(lead.c.lead_id.in_(ids))).scalars().all()
    pieces = connection.execute(select(evidence.c.sealed).where(evidence.c.lead_id.in_(ids))).scalars().all()
    people = set(connection.execute(select(lead.c.person).where(lead.c.lead_id.in_(ids))).scalars())
    if digests:
        people |= set(connection.execute(select(answer.c.person).where(bearing(answer.c.person, digests))).scalars())
    seen = connection.execute(select(sighting.c.digest, sighting.c.lead_id).where(sighting.c.lead_id.in_(ids)))
    return {
        *[bytes(blob[:_TRACE_BYTES]) for blob in (*sealed, *pieces) if blob],
        *[person.encode() for person in people if person != NOBODY],
        # As they stand beside each other in the row.
        *[f"{name}{lead_id}".encode() for name, lead_id in seen],
    }


def _crm_records(connection: Connection, ids: list[str]) -> tuple[tuple[str, str], ...]:
    wanted = select(delivery.c.destination, delivery.c.crm_id).where(
        delivery.c.lead_id.in_(ids), delivery.c.crm_id != ""
    )
    return tuple([(name, crm_id) for name, crm_id in connection.execute(wanted.order_by(*wanted.selected_columns))])


def _end_deliveries(connection: Connection, ids: list[str], now: float) -> None:
    """What waits is given up: without the person there is nothing to send."""
    theirs = delivery.c.lead_id.in_(ids)
    connection.execute(
        update(attempt)
        .where(attempt.c.delivery_id.in_(select(delivery.c.delivery_id).where(theirs)))
        .values(note="", failure="")
    )
    connection.execute(update(delivery).where(theirs).values(note="", crm_id="", crm_key="", feedback=""))
    connection.execute(
        update(delivery)
        .where(theirs, delivery.c.status == "pending")
        .values(status="rejected", owner="", settled_at=now, note=FORGOTTEN)
    )


def _erase_answers(connection: Connection, posts: Collection[Posted]) -> int:
    """Answers stay, so that no bid is sold twice; whoever repeats one is told that its bid is used."""
    count = 0
    for seller, nonce in sorted(posts):
        of = (answer.c.seller == seller) & (answer.c.nonce == nonce)
        told = connection.execute(select(answer.c.answer).where(of)).scalar_one_or_none()
        if told is not None:
            bare = msgspec.structs.replace(msgspec.json.decode(told, type=PostAnswer), warnings=(), redirect_url="")
            text = msgspec.json.encode(bare).decode()
            connection.execute(update(answer).where(of).values(person=NOBODY, answer=text))
            count += 1
    return count


def _rename(connection: Connection, ids: list[str], says_who: Callable[[str], bool]) -> None:
    """Ids of others that say who it is: those of a sale go, and an event gets one that says nothing."""
    names = select(lead.c.lead_id, lead.c.seller_lead_id, lead.c.sub_id).where(lead.c.lead_id.in_(ids))
    for lead_id, *told in connection.execute(names).all():
        kept = ["" if says_who(text) else text for text in told]
        if kept != told:
            values = {"seller_lead_id": kept[0], "sub_id": kept[1]}
            connection.execute(update(lead).where(lead.c.lead_id == lead_id).values(values))
    columns = (outcome.c.source, outcome.c.event_id, outcome.c.lead_id)
    events = select(*columns).where(outcome.c.lead_id.in_(ids)).order_by(*columns)
    for number, (source, event_id, lead_id) in enumerate(connection.execute(events).all()):
        if says_who(event_id):
            of = (outcome.c.source == source) & (outcome.c.event_id == event_id)
            # No digest of it: of a phone number one could be found by trying all.
            connection.execute(update(outcome).where(of).values(event_id=f"forgotten-{lead_id}-{number}"))
