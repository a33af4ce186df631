"""Completes a sale by the decision behind its bid, which another replica knew than the one that took the post."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, update

from app.domain.post.sale import Evidence
from app.domain.targets.targets import TargetUse
from app.store.change_feed.feed import tell
from app.store.engine.portable import add_new
from app.store.schema import evidence, lead


class LateDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What is added to a lead: as in `Sale`, with the `ping` as evidence, and what it counts for more targets."""

    lead_id: str
    nonce: bytes
    decision: str
    model_version: str
    ping: Evidence
    targets: tuple[TargetUse, ...]


def complete(connection: Connection, sales: Iterable[LateDecision]) -> None:
    """Add what is missing to those that nobody completed or forgot meanwhile, and tell all replicas."""
    for sale in sales:
        is_it = (lead.c.lead_id == sale.lead_id) & lead.c.decision.is_(None) & lead.c.forgotten_at.is_(None)
        values = {"decision": sale.decision, "model_version": sale.model_version}
        if connection.execute(update(lead).where(is_it).values(values)).rowcount:
            ping = {"kind": sale.ping.kind, "sha256": sale.ping.sha256, "sealed": sale.ping.sealed}
            add_new(connection, evidence, {"lead_id": sale.lead_id, **ping})
            tell(connection, "decision_told", nonce=sale.nonce, targets=sale.targets)
