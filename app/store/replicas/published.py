"""What each replica on one PostgreSQL publishes for the others, in turns: nobody publishes who has not read the last.

A turn is one statement. Whoever has read an older one changes nothing by it, and reads again: no lock is held between
reading and writing, so that a replica that hangs in between is in nobody's way.
"""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, text

from app.domain.caps.division import Replica, ReplicaState
from app.store.engine.prepared import Prepared

_NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS double precision)"
_NEXT = "WITH next AS (UPDATE replica_turn SET turn = turn + 1, pacer = :pacer WHERE turn = :read RETURNING turn)"

_BEGIN = Prepared(
    text("INSERT INTO replica_turn (number, turn, pacer) VALUES (0, 0, 0) ON CONFLICT (number) DO NOTHING")
)
_READ = Prepared(
    text(
        f"SELECT now.turn, now.pacer, {_NOW}, its.run, its.name, its.turn, {_NOW} - its.seen_at, its.retired, "  # noqa: S608 - our own words
        "CASE WHEN its.turn > :known THEN its.state END FROM replica_turn AS now "
        f"LEFT JOIN replica AS its ON its.seen_at + its.ends_in_s > {_NOW} ORDER BY its.run"
    )
)
_PUBLISH = Prepared(
    text(
        f"{_NEXT} INSERT INTO replica (run, name, turn, seen_at, ends_in_s, retired, state) "  # noqa: S608 - our own words
        f"SELECT CAST(:run AS bigint), CAST(:name AS text), next.turn, {_NOW}, CAST(:ends_in_s AS double precision), "
        "FALSE, CAST(:state AS bytea) FROM next "
        "ON CONFLICT (run) DO UPDATE SET turn = excluded.turn, seen_at = excluded.seen_at, "
        "ends_in_s = excluded.ends_in_s, state = excluded.state WHERE NOT replica.retired"
    )
)
_RETIRE = Prepared(
    text(
        f"{_NEXT} UPDATE replica SET retired = TRUE, state = :state, turn = next.turn FROM next "  # noqa: S608 - our own words
        "WHERE run = :run"
    )
)
_DROP = Prepared(text(f"DELETE FROM replica WHERE seen_at + ends_in_s < {_NOW}"))  # noqa: S608 - our own words


class PublishedReplica(msgspec.Struct, frozen=True):
    """`state` is None where it is no newer than what was known. One that is `retired` has a successor."""

    run: int
    name: str
    turn: int
    age_s: float
    retired: bool
    state: ReplicaState | None

    def seen(self, known: Mapping[int, Replica]) -> Replica:
        """The replica, with what was `known` of it, by its run, where that is the latest."""
        state = self.state if self.state is not None else known[self.run].state
        return Replica(self.run, self.name, self.turn, self.age_s, state)


class ReplicaTurn(msgspec.Struct, frozen=True):
    """What was published up to this `turn`, by all whose bids may live; `at` by the database's clock (epoch seconds).

    `pacer` is the run of the replica that moves shadow prices; 0 where none ever did. Before the first one, turn 0.
    """

    turn: int
    pacer: int
    at: float
    replicas: tuple[PublishedReplica, ...] = ()


def begin_turns(connection: Connection) -> None:
    """Make sure that there is a turn to read."""
    _BEGIN.run(connection, {})
    _DROP.run(connection, {})


def read_turn(connection: Connection, known: int) -> ReplicaTurn:
    """As of one moment; states that were published after the turn `known`."""
    rows = _READ.run(connection, {"known": known}).fetchall()
    if not rows:
        return ReplicaTurn(0, 0, 0.0)
    turn, pacer, at, *_ = rows[0]
    replicas = tuple(
        [
            PublishedReplica(run, name, each, age_s, retired, _state(state))
            for _, _, _, run, name, each, age_s, retired, state in rows
            if run is not None
        ]
    )
    return ReplicaTurn(turn, pacer, at, replicas)


def publish(
    connection: Connection, read: int, run: int, name: str, state: ReplicaState, pacer: int, ends_in_s: float
) -> bool:
    """Say in the turn after the one that was `read` how a replica stands, and which one is the pacer.

    False where another one published meanwhile, or a successor did in this one's name: nothing was said then.
    """
    values = {"run": run, "name": name, "pacer": pacer, "ends_in_s": ends_in_s, "read": read}
    return _PUBLISH.run(connection, {**values, "state": msgspec.msgpack.encode(state)}).rowcount == 1


def retire(connection: Connection, read: int, run: int, state: ReplicaState, pacer: int) -> bool:
    """Leave only this of a replica whose successor knows its bids. False where another one published meanwhile."""
    values = {"read": read, "run": run, "state": msgspec.msgpack.encode(state), "pacer": pacer}
    return _RETIRE.run(connection, values).rowcount == 1


def _state(encoded: bytes | None) -> ReplicaState | None:
    return msgspec.msgpack.decode(encoded, type=ReplicaState) if encoded is not None else None
