"""Whatever a database or a disk does to a start, it is said in one sentence with its remedy, and never with a trace."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect, Engine, create_engine, event, make_url

from app.asgi import build_app
from app.drill.kit.stepped.at_hand import NotStarted, started
from app.settings import Settings, SettingsError
from app.store.migrate import migrate
from tests.integration.test_serve import made_keys
from tests.service import DEMO_CONFIG, MODELS

ERRORS = (
    sqlite3.OperationalError("disk I/O error"),
    sqlite3.OperationalError("database or disk is full"),
    sqlite3.DatabaseError("database disk image is malformed"),
    sqlite3.IntegrityError("UNIQUE constraint failed"),
)
SAMPLE = 6
"""So many of some sixty statements that a start runs; the long test takes each of them."""


class _Connection(sqlite3.Connection):
    """Fails at one of its statements, which are counted over all connections."""

    run = 0
    fails_at = 0
    error: Exception = ERRORS[0]

    @staticmethod
    def count() -> None:
        _Connection.run += 1
        if _Connection.run == _Connection.fails_at:
            raise _Connection.error

    def execute(self, *statement: Any) -> sqlite3.Cursor:
        self.count()
        return super().execute(*statement)

    def commit(self) -> None:
        self.count()
        super().commit()

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _Cursor)


class _Cursor(sqlite3.Cursor):
    def execute(self, *statement: Any) -> "_Cursor":
        _Connection.count()
        super().execute(*statement)
        return self


@contextmanager
def failing(number: int) -> Iterator[None]:
    """The statement of this number fails, if there is one."""
    _Connection.run, _Connection.fails_at = 0, number
    _Connection.error = ERRORS[number % len(ERRORS)]

    def connect(_dialect: Dialect, _record: object, _values: Sequence[Any], options: dict[str, Any]) -> None:
        options["factory"] = _Connection

    event.listen(Engine, "do_connect", connect)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", connect)


def at(data: Path, **more: Any) -> Settings:
    return Settings(config=DEMO_CONFIG, data=data, models=MODELS, **more)


def said(settings: Settings) -> str:
    """Why the service does not start; empty where it does. Anything but a sentence is raised."""

    async def start() -> None:
        async with started(build_app(settings)):
            pass

    try:
        asyncio.run(start())
    except (NotStarted, SettingsError) as why:
        return str(why)
    return ""


def test_an_error_of_any_statement_of_a_start_is_one_sentence_that_names_the_file(tmp_path: Path) -> None:
    of_a_start(tmp_path, SAMPLE)


@pytest.mark.long
def test_an_error_of_each_statement_of_a_start_is_one_sentence_that_names_the_file(tmp_path: Path) -> None:
    of_a_start(tmp_path, 10_000)


def of_a_start(folder: Path, most: int) -> None:
    settings = at(folder / "data")
    with failing(0):
        assert said(settings) == ""
        of_a_new_one = _Connection.run
        assert said(settings) == ""
        total = _Connection.run - of_a_new_one
    assert total > 30
    reached = 0
    for number in range(1, total + 1, max(1, total // most)):
        with failing(number):
            why = said(settings)
        # What is done beside a start may not have come as far when that ends.
        reached = max(reached, min(number, _Connection.run))
        if why:
            assert why.startswith("cannot start, the database "), (number, why)
            assert f"see whether the disk of {settings.sqlite_file} fails or is full" in why
            assert "\n" not in why
    assert reached > total * 3 // 4
    assert said(settings) == ""


LEAD = """lead_id, seller, nonce, ping_id, seller_lead_id, sub_id, campaign, vertical, leg, price_cents, sold_at, zip,
    state, person, identity, cap_uses, config_hash, model_version"""
KNOWN = {
    "digest": "INSERT INTO sighting VALUES ('p0123456789abcde', 'lead', 'campaign', 'solar', 1.0)",
    "cut off": "INSERT INTO sighting VALUES ('0123', 'lead', 'campaign', 'solar', 1.0)",
    "buyer": "INSERT INTO sighting VALUES ('0123456789abcdef', 'lead', 'one' || char(30) || 'other', 'solar', 1.0)",
    "buyers": """INSERT INTO sighting VALUES ('0123456789abcdef', 'lead', 'one":"solar","other', 'solar', 1.0)""",
    "time": "INSERT INTO sighting VALUES ('0123456789abcdef', 'lead', 'campaign', 'solar', 9e99)",
    "suppressed": "INSERT INTO suppression VALUES ('zz', 'asked', TRUE, 1.0)",
    "suppressed, cut off": "INSERT INTO suppression VALUES ('0123456789abcd', 'asked', TRUE, 1.0)",
    "certificate": "INSERT INTO certificate VALUES ('odd', 'lead', '')",
    "certificate, empty": "INSERT INTO certificate VALUES ('', 'lead', '')",
    "nonce": f"""INSERT INTO lead ({LEAD}) VALUES ('lead', 'acme', '01 3456789abcdef', '', '', '', 'campaign', 'solar',
        'shared', 0, 1.0, '', '', '', '', '', '', '')""",
}


def test_a_damaged_digest_of_who_is_known_is_no_start_and_is_said(tmp_path: Path) -> None:
    assert said(at(tmp_path / "whole")) == ""
    for damage, insert in KNOWN.items():
        settings = at(Path(shutil.copytree(tmp_path / "whole", tmp_path / damage)))
        with closing(sqlite3.connect(tmp_path / damage / "leadbid.db")) as database:
            database.execute("PRAGMA foreign_keys = OFF")
            database.execute(insert)
            database.commit()
        damaged = "what the database holds of known people, leads and certificates cannot be read"
        assert said(settings).startswith(f"{settings.sqlite_file}: {damaged}"), damage


def test_tables_of_a_newer_version_are_no_start_and_it_is_said_where_they_are(tmp_path: Path) -> None:
    settings = at(tmp_path / "data")
    assert said(settings) == ""
    with closing(sqlite3.connect(tmp_path / "data" / "leadbid.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '99'")
        database.commit()
    assert said(settings).startswith(f"{settings.sqlite_file}: the database has tables of version 99")


@pytest.fixture
def replicas(own_postgres_url: str) -> str:
    """A database with tables, and the role `clerk` that may do everything with them."""
    migrate(own_postgres_url)
    administer(
        own_postgres_url,
        "DROP ROLE IF EXISTS clerk",
        "CREATE ROLE clerk LOGIN",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO clerk",
    )
    return own_postgres_url


def administer(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


TROUBLES = {
    "InsufficientPrivilege": "REVOKE ALL ON write_probe FROM clerk",
    "UndefinedTable": "DROP TABLE shadow_price",
    "UndefinedColumn": "ALTER TABLE shadow_price RENAME COLUMN resource TO thing",
    "ReadOnlySqlTransaction": "ALTER ROLE clerk SET default_transaction_read_only = on",
}


@pytest.mark.parametrize(("kind", "trouble"), TROUBLES.items(), ids=TROUBLES)
def test_a_postgresql_that_does_not_let_us_is_named_as_the_reason(
    tmp_path: Path, replicas: str, kind: str, trouble: str
) -> None:
    administer(replicas, trouble)
    url = make_url(replicas).set(username="clerk").render_as_string(hide_password=False)
    why = said(at(tmp_path / "data", database_url=url, keys_dir=made_keys(tmp_path)))
    administer(replicas, "DROP OWNED BY clerk", "DROP ROLE clerk")
    remedy = "is it up, is its address right, and may this user read and write all of it?"
    assert why == f"cannot start, the database did not take it ({kind}): {remedy}"


@pytest.mark.parametrize(
    "name",
    ["in-use-by", "service.json", "clock", "journal", "keys", "leadbid.db", "leadbid.db-wal", "service-state.json"],
)
def test_what_lies_where_a_file_or_folder_belongs_is_named_or_does_no_harm(tmp_path: Path, name: str) -> None:
    data = tmp_path / "data"
    if name in ("journal", "keys"):
        data.mkdir()
        (data / name).write_text("")
    else:
        (data / name).mkdir(parents=True)
    why = said(at(data))
    assert "\n" not in why
    if name not in ("clock", "service-state.json"):
        assert str(data) in why
        assert ": " in why
