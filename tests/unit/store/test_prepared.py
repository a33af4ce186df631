"""Rows that are added together are all there, each once, whatever their number."""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, create_engine, select

from app.store.engine.prepared import TOGETHER, Insert
from tests.table import each_row

TABLE = Table(
    "thing", MetaData(), Column("number", Integer, primary_key=True), Column("a", Text), Column("b", LargeBinary)
)


@each_row("count", [1, 3, TOGETHER[0], 2 * TOGETHER[0] + TOGETHER[1] + TOGETHER[2] + 3])
def test_sqlite_takes_rows_in_their_order_however_many(count: int) -> None:
    rows = [{"b": bytes([number % 256]), "number": number, "a": None} for number in range(count)]
    engine = create_engine("sqlite://", paramstyle="named")
    with engine.begin() as connection:
        TABLE.create(connection)
        Insert(TABLE).run(connection, rows)
        found = connection.execute(select(TABLE).order_by(TABLE.c.number)).fetchall()
    engine.dispose()
    assert [tuple(row) for row in found] == [(row["number"], None, row["b"]) for row in rows]


def test_what_is_there_already_stays_where_that_is_asked_for() -> None:
    engine = create_engine("sqlite://", paramstyle="named")
    with engine.begin() as connection:
        TABLE.create(connection)
        add = Insert(TABLE, or_nothing=True)
        add.run(connection, {"number": 5, "a": "first", "b": b""})
        add.run(connection, [{"number": number, "a": "later", "b": b""} for number in range(10)])
        found = connection.execute(select(TABLE.c.a).order_by(TABLE.c.number)).scalars().all()
    engine.dispose()
    assert found == ["later"] * 5 + ["first"] + ["later"] * 4
