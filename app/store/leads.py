"""Leads we bought, looked up one at a time, and their sums."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from app.store.delivery.deliveries import DeliveryRow, Which, counts, deliveries
from app.store.schema import evidence, lead

_DELIVERIES_MAX = 100


class LeadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A lead with its sale. `identity` is sealed, bound to `lead_id`; `decision` is `None` where a restart lost it.

    Of a lead that was forgotten `identity` is empty.
    """

    lead_id: str
    seller: str
    nonce: str
    ping_id: str
    seller_lead_id: str
    sub_id: str
    campaign: str
    vertical: str
    leg: str
    price_cents: int
    sold_at: float
    zip: str
    state: str
    identity: bytes
    decision: str | None
    config_hash: str
    model_version: str
    forgotten_at: float | None
    evidence: tuple[tuple[str, str], ...]
    deliveries: tuple[DeliveryRow, ...]

    def __repr__(self) -> str:
        return f"LeadRow(lead_id={self.lead_id!r}, ***)"

    __str__ = __repr__


class SalesRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign bought from a seller."""

    campaign: str
    seller: str
    leads: int
    spend_cents: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Sales of a span of time, and deliveries of all time by destination and status."""

    sales: tuple[SalesRow, ...]
    deliveries: dict[str, dict[str, int]]


def lead_by_id(connection: Connection, lead_id: str) -> LeadRow | None:
    """A lead with its evidence as (kind, sha256) and its deliveries."""
    return _found(connection, connection.execute(select(lead).where(lead.c.lead_id == lead_id)).one_or_none())


def lead_by_post(connection: Connection, seller: str, nonce: str) -> LeadRow | None:
    """The lead that a seller sold under a bid's nonce."""
    wanted = select(lead).where(lead.c.seller == seller, lead.c.nonce == nonce)
    return _found(connection, connection.execute(wanted).one_or_none())


def sealed_evidence(connection: Connection, lead_id: str) -> dict[str, bytes]:
    """The sealed pieces of a lead's evidence by kind, each bound to "LEAD_ID/KIND"."""
    rows = connection.execute(select(evidence.c.kind, evidence.c.sealed).where(evidence.c.lead_id == lead_id))
    return {kind: bytes(sealed) for kind, sealed in rows}


def sold_pings(connection: Connection, since: float, until: float) -> frozenset[str]:
    """The bids that were sold in [since, until), by the ids that sellers have."""
    wanted = select(lead.c.ping_id).where(lead.c.sold_at >= since, lead.c.sold_at < until)
    return frozenset(connection.execute(wanted).scalars())


def sales(connection: Connection, since: float, until: float) -> Summary:
    """What was bought in [since, until), largest spend first."""
    spend = func.sum(lead.c.price_cents)
    rows = connection.execute(
        select(lead.c.campaign, lead.c.seller, func.count(), spend)
        .where(lead.c.sold_at >= since, lead.c.sold_at < until)
        .group_by(lead.c.campaign, lead.c.seller)
        .order_by(spend.desc(), lead.c.campaign, lead.c.seller)
    )
    return Summary(
        sales=tuple(
            [
                SalesRow(campaign=campaign, seller=seller, leads=count, spend_cents=int(cents))
                for campaign, seller, count, cents in rows
            ]
        ),
        deliveries=counts(connection),
    )


def _found(connection: Connection, row: Row[Any] | None) -> LeadRow | None:
    if row is None:
        return None
    facts = {name: value for name, value in row._mapping.items() if name not in ("person", "cap_uses")}
    pieces = connection.execute(
        select(evidence.c.kind, evidence.c.sha256).where(evidence.c.lead_id == row.lead_id).order_by(evidence.c.kind)
    )
    sent = deliveries(connection, Which(lead_id=row.lead_id), _DELIVERIES_MAX)
    return LeadRow(**facts, evidence=tuple([(kind, sha256) for kind, sha256 in pieces]), deliveries=tuple(sent))
