"""Configurations that are or were in force: what bids were made under, and what waits for an operator's consent."""

import msgspec
from sqlalchemy import Connection, delete, select, update

from app.domain.operators.audit import SERVICE, OperatorAct
from app.store.change_feed.feed import tell
from app.store.engine.portable import add_new, replace
from app.store.operators.audit import note
from app.store.schema import configuration, last_declared, pending_configuration

KEPT_S = 90 * 86_400.0
"""A configuration stays so long after it was last seen in force: stored answers are given again for thirty days."""
CONSENT_S = 3_600.0
"""How long an operator's consent to a configuration holds: the same file may come again by accident."""
_LATER_S = 0.001


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """One configuration as it comes into force: `definition` is opaque here, as are those of what it declares, by name.

    `former` is the hash of the one that it follows in this process, empty at the start. `changes` are in words.
    """

    config_hash: str
    definition: bytes
    destinations: tuple[tuple[str, bytes], ...]
    sellers: tuple[tuple[str, bytes], ...]
    former: str
    changes: tuple[str, ...]


class PendingConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration that a running service does not take by itself; `words` say why, and what else it changes.

    `seen_at` is when a service last found it in its file.
    """

    config_hash: str
    words: tuple[str, ...]
    found_at: float
    seen_at: float
    approved_by: str
    approved_at: float | None


def put_in_force(connection: Connection, taken: InForce, now: float) -> None:
    """Keep a configuration from before its first bid on. Whoever is the first to take it leaves a line in the audit."""
    if taken.former:
        is_former = configuration.c.config_hash == taken.former
        connection.execute(update(configuration).where(is_former).values(seen_at=now))
    newest, since = _newest(connection)
    # The latest stays the latest, also where the clock was set back.
    at = max(now, since + _LATER_S)
    row = {"config_hash": taken.config_hash, "definition": taken.definition, "in_force_at": at, "seen_at": now}
    replace(connection, configuration, row)
    tell(connection, "configured", config_hash=taken.config_hash)
    for kind, declared in (("destination", taken.destinations), ("seller", taken.sellers)):
        for name, definition in declared:
            row = {"kind": kind, "name": name, "definition": definition, "seen_at": now}
            replace(connection, last_declared, row)
    if taken.config_hash != newest:
        detail = "; ".join(taken.changes)
        note(connection, now, OperatorAct(by=SERVICE, action="configuration", target=taken.config_hash, detail=detail))
    connection.execute(delete(configuration).where(configuration.c.seen_at < now - KEPT_S))


def newest_configurations(connection: Connection, limit: int) -> list[tuple[str, bytes]]:
    """(hash, definition) of those that came into force last, the latest first."""
    columns = configuration.c
    rows = connection.execute(
        select(columns.config_hash, columns.definition)
        .order_by(columns.in_force_at.desc(), columns.config_hash)
        .limit(limit)
    )
    return [(config_hash, bytes(definition)) for config_hash, definition in rows]


def configurations_like(connection: Connection, beginning: str) -> list[tuple[str, bytes]]:
    """Those whose hash begins so, the one that came into force last at the end."""
    columns = configuration.c
    rows = connection.execute(
        select(columns.config_hash, columns.definition)
        .where(columns.config_hash.startswith(beginning, autoescape=True))
        .order_by(columns.in_force_at)
    )
    return [(config_hash, bytes(definition)) for config_hash, definition in rows]


def in_force_since(connection: Connection, config_hash: str) -> float | None:
    """When this configuration last came into force anywhere, `None` where it never did."""
    of = select(configuration.c.in_force_at).where(configuration.c.config_hash == config_hash)
    since: float | None = connection.execute(of).scalar()
    return since


def await_consent(connection: Connection, config_hash: str, words: tuple[str, ...], now: float) -> bool:
    """Let a configuration wait for consent; whether an operator has given it."""
    columns = pending_configuration.c
    row = {
        "config_hash": config_hash,
        "words": "\n".join(words),
        "found_at": now,
        "seen_at": now,
        "approved_by": "",
        "approved_at": None,
    }
    if add_new(connection, pending_configuration, row):
        return False
    of = select(columns.approved_at, columns.seen_at).where(columns.config_hash == config_hash)
    approved_at, seen_at = connection.execute(of).one()
    if approved_at is not None and approved_at > now - CONSENT_S:
        return True
    if approved_at is None and seen_at > now - CONSENT_S:
        seen = {"seen_at": now, "words": row["words"]}
        connection.execute(update(pending_configuration).where(columns.config_hash == config_hash).values(seen))
    else:
        replace(connection, pending_configuration, row)
    return False


def awaiting_consent(connection: Connection, since: float) -> list[PendingConfiguration]:
    """Those that a service has found in its file since then and nobody has consented to, the oldest first."""
    columns = pending_configuration.c
    rows = connection.execute(
        select(pending_configuration)
        .where(columns.seen_at >= since, columns.approved_at.is_(None))
        .order_by(columns.found_at)
    )
    return [PendingConfiguration(**{**row._mapping, "words": tuple(row.words.split("\n"))}) for row in rows]


def approve(connection: Connection, config_hash: str, by: str, now: float) -> bool:
    """Consent to a configuration that waits; False where it does not."""
    columns = pending_configuration.c
    is_it = (columns.config_hash == config_hash) & columns.approved_at.is_(None)
    approved = connection.execute(
        update(pending_configuration).where(is_it).values(approved_by=by, approved_at=now)
    ).rowcount
    if approved:
        note(connection, now, OperatorAct(by=by, action="consent", target=config_hash))
    return approved == 1


def last_destinations(connection: Connection) -> dict[str, bytes]:
    """The last definition of every destination that was ever declared."""
    columns = last_declared.c
    rows = connection.execute(select(columns.name, columns.definition).where(columns.kind == "destination"))
    return {name: bytes(definition) for name, definition in rows}


def last_seller(connection: Connection, name: str) -> bytes | None:
    """The last definition of a seller, `None` where it was never declared."""
    is_it = (last_declared.c.kind == "seller") & (last_declared.c.name == name)
    definition: bytes | None = connection.execute(select(last_declared.c.definition).where(is_it)).scalar()
    return None if definition is None else bytes(definition)


def _newest(connection: Connection) -> tuple[str, float]:
    """The one that came into force last, and when."""
    columns = configuration.c
    of = select(columns.config_hash, columns.in_force_at).order_by(columns.in_force_at.desc()).limit(1)
    row = connection.execute(of).one_or_none()
    return (row.config_hash, row.in_force_at) if row is not None else ("", 0.0)
