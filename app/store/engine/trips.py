"""Runs several statements at once: in one trip to PostgreSQL, whose last trip also commits.

Between two trips a task waits for its turn on the event loop and holds the locks of the caps, which all sales share. So
the number of trips limits the sales per second (decision 0011 has the measurements).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.store.engine.failures import as_unavailable
from app.store.engine.prepared import Prepared, Ran, Values

Work = tuple[Prepared, Values | Sequence[Values]]

_COMMIT = Prepared(text("COMMIT"))


class _Result(NamedTuple):
    rowcount: int
    rows: Sequence[Any]

    def fetchall(self) -> Sequence[Any]:
        return self.rows


def run_all(connection: Connection, work: Sequence[Work]) -> Sequence[Ran]:
    """Run these in order and return their results; with the asyncio driver of PostgreSQL, in one trip.

    If one fails, the transaction is over: until a ROLLBACK, the driver assumes that statements are prepared which the
    server never received.
    """
    if not _has_trips(connection):
        return [prepared.run(connection, values) for prepared, values in work]
    try:
        return _in_one_trip(connection, work)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_sqlalchemys(connection, error) from None


def run_last(connection: Connection, work: Sequence[Work]) -> None:
    """Run these as the end of the transaction: PostgreSQL commits in the same trip.

    A separate COMMIT would keep the counters of the caps locked until the event loop comes round to it. On other
    databases the caller that began the transaction commits it.
    """
    if not _has_trips(connection):
        run_all(connection, work)
        return
    try:
        _in_one_trip(connection, [*work, (_COMMIT, {})])
    except connection.dialect.loaded_dbapi.Error as error:
        seen = _as_sqlalchemys(connection, error)
        # Nobody knows whether it was committed before the connection was lost: the caller must ask again.
        raise (as_unavailable(seen) if seen.connection_invalidated else seen) from None


def _has_trips(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql" and connection.dialect.is_async


def _in_one_trip(connection: Connection, work: Sequence[Work]) -> Sequence[Ran]:
    texts = [(prepared.text(connection.dialect), values) for prepared, values in work]
    adapted: Any = connection.connection.dbapi_connection
    results: Sequence[Ran] = adapted.run_async(lambda driver: _pipelined(driver, texts))
    return results


async def _pipelined(driver: Any, work: Sequence[tuple[str, Values | Sequence[Values]]]) -> Sequence[Ran]:
    cursors = [driver.cursor() for _ in work]
    async with driver.pipeline():
        for cursor, (statement, values) in zip(cursors, work, strict=True):
            await (cursor.execute if isinstance(values, Mapping) else cursor.executemany)(statement, values)
    return [_Result(cursor.rowcount, await cursor.fetchall() if cursor.description else ()) for cursor in cursors]


def _as_sqlalchemys(connection: Connection, error: Exception) -> DBAPIError:
    """The error as SQLAlchemy would have raised it: the runners know which of those may be retried."""
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    if is_gone:
        connection.invalidate(error)
    known = DBAPIError.instance(
        None,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )
    assert isinstance(known, DBAPIError)
    return known
