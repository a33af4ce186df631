"""Finds leads by whatever somebody calls them: by our ids, those of sellers and CRMs, or digests of their people."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, func, or_, select

from app.domain.delivery.record_id import is_same, key_of, plain_id, spelling_of
from app.domain.identity import Person
from app.store.answers import names_of
from app.store.schema import delivery, lead, sighting

IdKind = Literal["lead", "ping", "crm_id", "seller_lead_id"]
"""Whose id it is: ours of a lead, ours of a bid, a CRM's or a seller's."""

IDS: tuple[IdKind, ...] = ("lead", "ping", "crm_id", "seller_lead_id")

_FEW = 500
"""Values in one statement."""


def leads_by_id(connection: Connection, kind: IdKind, text: str) -> list[str]:
    """The leads with this id, the newest first."""
    plain = plain_id(text)
    if kind == "crm_id":
        return _by_record(connection, text)
    if kind == "lead":
        return _sorted(connection, lead.c.lead_id.in_({plain, plain.lower()}))
    if kind == "ping":
        return _sorted(connection, lead.c.ping_id == plain)
    return _by_sellers_id(connection, text)


def leads_of(connection: Connection, digests: Iterable[str]) -> list[str]:
    """The leads of whoever is known by any of these digests, the newest first."""
    return _sorted(
        connection, lead.c.lead_id.in_(select(sighting.c.lead_id).where(sighting.c.digest.in_(set(digests))))
    )


def linked(connection: Connection, lead_ids: Iterable[str], most: int) -> list[str]:
    """These leads and all that share a phone or an email with one of them, and so on; at most one more than `most`."""
    found = set(lead_ids)
    fresh = set(found)
    while fresh and len(found) <= most:
        digests = {name for person in people_of(connection, fresh).values() for name in names_of(person)}
        fresh = {other for part in _parts(digests) for other in leads_of(connection, part)} - found
        found |= set(sorted(fresh)[: most + 1 - len(found)])
    return [lead_id for part in _parts(found) for lead_id in _sorted(connection, lead.c.lead_id.in_(part))]


def people_of(connection: Connection, lead_ids: Iterable[str]) -> dict[str, Person]:
    """Who these leads are of, as digests; nobody's of one that was forgotten."""
    found: dict[str, Person] = {}
    for part in _parts(lead_ids):
        rows = connection.execute(select(lead.c.lead_id, lead.c.person).where(lead.c.lead_id.in_(part)))
        found |= {lead_id: msgspec.json.decode(person, type=Person) for lead_id, person in rows}
    return found


def _by_sellers_id(connection: Connection, text: str) -> list[str]:
    """However it is spelled here and there: sellers' systems, files and people change case, braces and blanks of it.

    It looks at every lead, which takes a second of a million.
    """
    spelling, its = spelling_of(text), lead.c.seller_lead_id
    if not spelling:
        return []
    near = func.replace(func.lower(its), "-", "").contains(spelling.replace("-", ""), autoescape=True)
    rows = connection.execute(select(lead.c.lead_id, its).where((its == text.strip()) | (its != "") & near)).all()
    meant = {lead_id for lead_id, known in rows if known == text.strip() or spelling_of(known) == spelling}
    return [lead_id for part in _parts(meant) for lead_id in _sorted(connection, lead.c.lead_id.in_(part))]


def _by_record(connection: Connection, text: str) -> list[str]:
    """The very same text counts before another form of it."""
    key = key_of(text)
    if not key:
        return []
    rows = connection.execute(select(delivery.c.lead_id, delivery.c.crm_id).where(delivery.c.crm_key == key)).all()
    exact = {lead_id for lead_id, crm_id in rows if plain_id(crm_id) == plain_id(text)}
    meant = exact or {lead_id for lead_id, crm_id in rows if is_same(text, crm_id)}
    return _sorted(connection, lead.c.lead_id.in_(meant))


def _sorted(connection: Connection, *where: ColumnElement[bool]) -> list[str]:
    newest_first = (lead.c.sold_at.desc(), lead.c.lead_id)
    return list(connection.execute(select(lead.c.lead_id).where(*where).order_by(*newest_first)).scalars())


def _parts(values: Iterable[str]) -> Iterable[list[str]]:
    in_order = sorted(values)
    return (in_order[start : start + _FEW] for start in range(0, len(in_order), _FEW))


def bearing(column: ColumnElement[str], digests: Iterable[str]) -> ColumnElement[bool]:
    """Whether a person that is stored as text is known by any of these."""
    return or_(*[column.contains(digest, autoescape=True) for digest in sorted(set(digests))])
