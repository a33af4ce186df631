"""The change feed of PostgreSQL: told in the very transaction that changes something, read by every replica.

Numbers are given out before a commit, so that who asks for "all behind the last number" misses what commits late. Each
row holds its transaction in their place, and a position in the feed is a snapshot: which transactions were seen. A read
brings those that this one sees and the one before did not, each once, however long a transaction took. On SQLite there
is one process and no feed.
"""

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, select, text, update

from app.store.engine.portable import be_alone
from app.store.engine.prepared import Prepared, Values
from app.store.schema import change_feed

# Not seen before is what began later, and what was under way then: both are found by the index.
_NEW = Prepared(
    text(
        "SELECT now.position, now.is_lost, new.body FROM ("
        "SELECT CAST(pg_current_snapshot() AS text) AS position, "
        "pg_snapshot_xmax(pg_current_snapshot()) < pg_snapshot_xmax(CAST(:since AS pg_snapshot)) "
        "OR EXISTS (SELECT 1 FROM (SELECT txid, number FROM change_feed ORDER BY txid, number LIMIT 1) AS oldest "
        "WHERE oldest.number = 0 AND oldest.txid > pg_snapshot_xmin(CAST(:since AS pg_snapshot))) AS is_lost"
        ") AS now LEFT JOIN change_feed AS new ON new.number > 0 "
        "AND (new.txid >= pg_snapshot_xmax(CAST(:since AS pg_snapshot)) "
        "OR new.txid = ANY (ARRAY (SELECT pg_snapshot_xip(CAST(:since AS pg_snapshot))))) "
        "ORDER BY new.number"
    )
)
_POSITION = Prepared(text("SELECT CAST(pg_current_snapshot() AS text)"))
TELL = Prepared(text("INSERT INTO change_feed (txid, subject, body) VALUES (pg_current_xact_id(), :subject, :body)"))
_DROP = Prepared(text("DELETE FROM change_feed WHERE txid < pg_snapshot_xmin(CAST(:seen AS pg_snapshot))"))
# Row 0 says that nothing from before its transaction is kept.
_MARK = Prepared(
    text(
        "INSERT INTO change_feed (txid, number, subject, body) "
        "SELECT pg_snapshot_xmin(CAST(:seen AS pg_snapshot)), 0, '', '' WHERE NOT EXISTS (SELECT 1 FROM change_feed "
        "WHERE number = 0 AND txid >= pg_snapshot_xmin(CAST(:seen AS pg_snapshot)))"
    )
)


class NewChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What was told since a position, in order, and the position behind it.

    Where `is_lost`, some of it is kept no more: whoever asked must read everything anew.
    """

    position: str
    bodies: tuple[str, ...] = ()
    is_lost: bool = False


def change(subject: str, body: bytes) -> Values:
    """What TELL tells. `subject` is the lead that it is about."""
    return {"subject": subject, "body": body.decode()}


def tell(connection: Connection, kind: str, **facts: object) -> None:
    """Tell every replica of a change, after it is written: then whoever waited for its rows tells later."""
    if connection.dialect.name == "postgresql":
        TELL.run(connection, change("", msgspec.json.encode({"kind": kind, **facts})))


def position(connection: Connection) -> str:
    """Behind all that is committed by now; empty where there is no feed."""
    if connection.dialect.name != "postgresql":
        return ""
    here: str = _POSITION.run(connection, {}).fetchall()[0][0]
    return here


def changes_since(connection: Connection, since: str) -> NewChanges:
    """All that was committed since this position, and nothing that was before."""
    if not since:
        return NewChanges(position=position(connection))
    rows = _NEW.run(connection, {"since": since}).fetchall()
    bodies = tuple([body for _, _, body in rows if body is not None])
    return NewChanges(position=rows[0][0], bodies=bodies, is_lost=rows[0][1])


def purge_changes(connection: Connection, seen: str) -> None:
    """Keep nothing that was over at this position, and say so to whoever comes from before it."""
    be_alone(connection, ["change feed"])
    _DROP.run(connection, {"seen": seen})
    _MARK.run(connection, {"seen": seen})


def forget_people(connection: Connection, lead_ids: Collection[str]) -> None:
    """Let nobody be found by what was told of these leads."""
    its = change_feed.c
    told = select(its.number, its.body).where(its.subject.in_(list(lead_ids)))
    for number, body in connection.execute(told).all():
        facts = msgspec.json.decode(body)
        facts.pop("people", None)
        bare = {"body": msgspec.json.encode(facts).decode()}
        connection.execute(update(change_feed).where(its.number == number).values(bare))
