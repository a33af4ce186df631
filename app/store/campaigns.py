"""Campaigns of earlier configurations: their bids are honored after a reload and a restart."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from app.store.engine.portable import replace
from app.store.schema import former_campaign


def remember_campaigns(connection: Connection, declared: Iterable[tuple[bytes, str, bytes]], now: float) -> None:
    """Keep (tag, name, definition) of each campaign as it is in force now."""
    for tag, name, definition in sorted(declared):
        row = {"tag": tag, "name": name, "definition": definition, "seen_at": now}
        replace(connection, former_campaign, row)


def former_campaigns(connection: Connection, since: float) -> dict[bytes, bytes]:
    """The last definition, by tag, of each campaign that was in force at some moment after `since`."""
    rows = connection.execute(
        select(former_campaign.c.tag, former_campaign.c.definition).where(former_campaign.c.seen_at > since)
    )
    return {bytes(tag): bytes(definition) for tag, definition in rows}
