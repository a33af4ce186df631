"""`leadbid doctor` names what is damaged, byte for byte, says what a restore lost, and changes nothing."""

import asyncio
import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import httpx
import msgspec
import pytest
from sqlalchemy import create_engine, make_url, text

from app.cli import main
from app.journal.compact import compact
from app.journal.parts import parts
from app.reports.hours import keep_tallies
from app.settings import Settings, read_keys
from app.store.migrate import migrate
from app.store.store import Store
from tests.market import demo_with_crm, ping, post, someone
from tests.service import MODELS, serve, until

Capture = pytest.CaptureFixture[str]
Place = Callable[[Path], tuple[Path, int]]

WHY = "the crew is booked out"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `data` of a service that bought three leads, `backup.db` of before the last, `config`, `models`."""
    folder = tmp_path_factory.mktemp("served")
    data = folder / "data"
    shutil.copytree(MODELS / "solar", folder / "models" / "solar")
    version = max(path.name for path in (MODELS / "solar").iterdir())
    (folder / "models" / "current.toml").write_text(f'solar = "{version}"\n')
    with demo_with_crm(folder / "config") as (config, _):
        # It can do without a model: only where one is damaged is there anything to say of models.
        config.write_text(config.read_text().replace("[[campaigns]]", '[[campaigns]]\nexpected_conversion = "8%"'))
        trade(folder, config)
    journal = data / "journal"
    shutil.copy(parts(journal)[-1].path, folder / "journal-lines")
    assert list(compact(journal, time.time() + 7_200.0, lambda _name, _count: None))
    keep_tallies(journal)
    (journal / "stripped.json").write_bytes(msgspec.json.encode({"2026-01-04T00": (1, 1)}))
    return folder


def trade(folder: Path, config: Path) -> None:
    """Three sales, a backup before the last of them, an act of an operator, and the proof of a lead."""
    data = folder / "data"
    with serve(config, data) as service, httpx.Client(base_url=service.url, trust_env=False) as http:
        sales = bought(http)
        first = [next(sales), next(sales)]
        with (
            closing(sqlite3.connect(data / "leadbid.db")) as live,
            closing(sqlite3.connect(folder / "backup.db")) as copy,
        ):
            live.backup(copy)
        time.sleep(1.1)
        (folder / "last-lead").write_text(next(sales))
        heads = data / "journal" / "audit-heads.txt"
        before = heads.read_text() if heads.exists() else ""
        assert main(["pause", "solar-sunbelt", "--why", WHY, "--data", str(data)]) == 0
        assert until(lambda: heads.exists() and heads.read_text() != before)
        # Beside the running service all is well, too.
        assert main(["doctor", "--data", str(data), "--models", str(folder / "none")]) == 0
        assert main(["leads", "evidence", first[0], "--out", str(folder / "proof.zip"), "--data", str(data)]) in (0, 1)


def bought(http: httpx.Client) -> Iterator[str]:
    """Leads that are sold to the service, one at a time, by their ids."""
    for number in range(1, 200):
        bid = ping(http, someone(number))
        if bid["status"] == "accepted":
            answer = post(http, someone(number), bid["ping_id"]).json()
            if answer["status"] == "accepted":
                yield answer["lead_id"]


@pytest.fixture
def copied(served: Path, tmp_path: Path) -> Path:
    """A copy of all of it, somewhere else."""
    return Path(shutil.copytree(served, tmp_path / "copy"))


def told(capsys: Capture, folder: Path, *more: str, models: str = "none") -> tuple[int, str]:
    """The status and the words; models take longer than all the rest together and are read where they matter."""
    capsys.readouterr()
    config = str(folder / "config" / "buyer.toml")
    words = ["--data", str(folder / "data"), "--config", config, "--models", str(folder / models), *more]
    return main(["doctor", *words]), capsys.readouterr().out


def sums(folder: Path) -> dict[str, str]:
    """What every file holds."""
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_a_whole_copy_is_well_by_its_own_keys_and_stays_as_it_was(copied: Path, capsys: Capture) -> None:
    shutil.copy(copied / "journal-lines", copied / "data" / "journal" / "2026-02-05T00.jsonl")
    before = sums(copied)
    status, said = told(capsys, copied, models="models")
    assert status == 0, said
    assert "nothing is damaged or lost" in said
    assert f"{copied / 'data' / 'keys'}: present, and those with which" in said
    assert "leads bought: 3" in said
    assert "No sale and no decision of a sale is lost." in said
    assert sums(copied) == before


def somewhere_in(name: str) -> Place:
    """The middle of the first file that is named so."""

    def place(folder: Path) -> tuple[Path, int]:
        path = min(folder.glob(name))
        return path, path.stat().st_size // 2

    return place


def in_its_lines(folder: Path) -> tuple[Path, int]:
    """The middle of the lines of a compacted hour: of its footer, not every byte means something."""
    path = min(folder.glob("data/journal/*.parquet"))
    with duckdb.connect() as reader:
        found = reader.execute(
            "SELECT data_page_offset + total_compressed_size // 2 FROM parquet_metadata(?) "
            "WHERE path_in_schema = 'line'",
            [str(path)],
        ).fetchone()
    assert found is not None
    return path, int(found[0])


def a_row_of(select: str) -> Place:
    """The last bytes of what this statement finds in the database."""

    def place(folder: Path) -> tuple[Path, int]:
        path = folder / "data" / "leadbid.db"
        with closing(sqlite3.connect(path)) as database:
            (value,) = database.execute(select).fetchone()
        sought = (value if isinstance(value, bytes) else value.encode())[-8:]
        return path, path.read_bytes().index(sought)

    return place


def in_the_database(offset: int) -> Place:
    return lambda folder: (folder / "data" / "leadbid.db", offset)


DAMAGED: dict[str, tuple[Place, int, str]] = {
    "the database's header": (in_the_database(3), 2, "leadbid.db is damaged or no database|leadbid.db: the database"),
    "a page of the database": (in_the_database(4_096), 2, "leadbid.db"),
    "who was bought": (a_row_of("SELECT identity FROM lead"), 1, ", identity: key '1' does not open it"),
    "a piece of evidence": (a_row_of("SELECT sealed FROM evidence"), 1, "does not open it: damaged"),
    "a line of the audit log": (a_row_of("SELECT why FROM audit WHERE why != ''"), 1, "was altered"),
    "a configuration in the database": (a_row_of("SELECT definition FROM configuration"), 1, "damaged in the database"),
    "the index key": (somewhere_in("data/keys/index.key"), 2, "index.key"),
    "a signing key": (somewhere_in("data/keys/signing-1.key"), 2, "signing-1.key"),
    "a sealing key": (somewhere_in("data/keys/sealing-1.key"), 2, "sealing-1.key"),
    "the evidence key": (somewhere_in("data/keys/evidence.key"), 2, "evidence.key"),
    "a line of the journal": (somewhere_in("data/journal/2026*.jsonl"), 1, "2026-02-05T00.jsonl is damaged: 1 lines"),
    "a compacted hour": (in_its_lines, 1, ".parquet"),
    "a kept configuration": (somewhere_in("data/journal/configurations/*.json"), 1, "configuration"),
    "the heads of the audit log": (somewhere_in("data/journal/audit-heads.txt"), 1, "audit"),
    "a tally": (somewhere_in("data/journal/tallies/*.json"), 1, "tallies"),
    "the note of what is stripped": (somewhere_in("data/journal/stripped.json"), 1, "stripped.json is damaged"),
    "the clock's file": (somewhere_in("data/clock"), 1, "clock is damaged"),
    "the note of places": (somewhere_in("data/service.json"), 1, "service.json is damaged"),
    "the note of state": (somewhere_in("data/service-state.json"), 1, "service-state.json is damaged"),
    "a scorer": (somewhere_in("models/solar/*/scorer.json"), 1, "solar"),
    "a model's card": (somewhere_in("models/solar/*/card.json"), 1, "solar"),
    "the pointer to models": (somewhere_in("models/current.toml"), 1, "current.toml"),
    "the configuration": (somewhere_in("config/buyer.toml"), 2, "buyer.toml"),
}


MASKS = {"a line of the audit log": 1, "a kept configuration": 1, "the heads of the audit log": 1, "a tally": 1}
"""Those that stay text and JSON of the same form with another bit flipped."""


@pytest.mark.parametrize("kind", DAMAGED)
def test_one_flipped_byte_is_named(kind: str, copied: Path, capsys: Capture) -> None:
    place, status, names = DAMAGED[kind]
    shutil.copy(copied / "journal-lines", copied / "data" / "journal" / "2026-02-05T00.jsonl")
    path, offset = place(copied)
    damaged = bytearray(path.read_bytes())
    damaged[offset] ^= MASKS.get(kind, 0x80)
    path.write_bytes(damaged)
    found, said = told(capsys, copied, models="models" if "models" in path.parts else "none")
    assert found == status, said
    assert any(name in said for name in names.split("|")), said
    assert "Traceback" not in said


def test_a_restored_backup_says_which_sales_and_how_many_seconds_are_lost(copied: Path, capsys: Capture) -> None:
    data, lost = copied / "data", (copied / "last-lead").read_text()
    for path in data.glob("leadbid.db*"):
        path.unlink()
    shutil.copy(copied / "backup.db", data / "leadbid.db")
    status, said = told(capsys, copied)
    assert status == 1
    assert "LOST: 1 sale for $" in said
    assert "seconds behind" in said
    assert "a head kept elsewhere names line" in said
    status, said = told(capsys, copied, "--json")
    report = json.loads(said)
    assert report["status"] == status == 1
    assert [sale["lead_id"] for sale in report["loss"]["sales"]] == [lost]
    assert report["loss"]["database_behind_s"] > 1.0


def test_an_older_journal_says_whose_decisions_are_lost(copied: Path, capsys: Capture) -> None:
    journal = copied / "data" / "journal"
    for part in parts(journal):
        part.path.unlink()
    line = (copied / "journal-lines").read_bytes().splitlines(keepends=True)[0]
    (journal / "2026-02-05T00.jsonl").write_bytes(line)
    status, said = told(capsys, copied)
    assert status == 1, said
    assert "LOST: the decisions behind 3 sales" in said


def test_a_log_of_another_database_is_found_and_not_applied(copied: Path, capsys: Capture) -> None:
    file = copied / "data" / "leadbid.db"
    before = file.read_bytes()
    other = copied / "other.db"
    with closing(sqlite3.connect(other)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript("CREATE TABLE x (y); INSERT INTO x VALUES (1); INSERT INTO x VALUES (2)")
        shutil.copy(f"{other}-wal", f"{file}-wal")
    status, said = told(capsys, copied)
    assert status == 2, said
    assert "without -wal and -shm" in said
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("missing", "status", "names"),
    [
        ("data/leadbid.db", 2, "there is no database"),
        ("data/keys/index.key", 2, "there is no index.key"),
        ("data/journal", 1, "journal is missing"),
        ("config/buyer.toml", 2, "buyer.toml"),
        ("data", 2, "cannot be read"),
    ],
)
def test_what_is_missing_is_named(missing: str, status: int, names: str, copied: Path, capsys: Capture) -> None:
    path = copied / missing
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    found, said = told(capsys, copied)
    assert (found, names in said) == (status, True), said


def test_a_sealing_key_that_leads_need_is_missed(copied: Path, capsys: Capture) -> None:
    keys = copied / "data" / "keys"
    (keys / "sealing-1.key").rename(keys / "sealing-7.key")
    status, said = told(capsys, copied)
    assert status == 2
    assert "sealing-1.key is missing, and nobody can read 3 people" in said


def test_a_table_that_postgresql_lost_is_named(copied: Path, own_postgres_url: str, capsys: Capture) -> None:
    status, said = told(capsys, copied, "--database", own_postgres_url)
    assert status == 2
    assert "has no tables of leadbid" in said
    migrate(own_postgres_url)
    status, said = told(capsys, copied, "--database", own_postgres_url)
    assert "no service ever worked on it" in said
    asyncio.run(taken(own_postgres_url, Settings(config=Path(), data=copied / "data")))
    status, said = told(capsys, copied, "--database", own_postgres_url)
    assert status == 1
    assert "leads bought: 0" in said
    assert "LOST: 3 sales" in said
    engine = create_engine(make_url(own_postgres_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE notice"))
    engine.dispose()
    status, said = told(capsys, copied, "--database", own_postgres_url)
    assert status == 2
    assert "the table notice cannot be read" in said


def test_a_postgresql_that_cannot_be_reached_is_not_to_be_restored(copied: Path, capsys: Capture) -> None:
    status, said = told(capsys, copied, "--database", "postgresql+psycopg://leadbid@127.0.0.1:1/leads")
    assert status == 2
    assert "Connection refused)" in said
    assert "see whether it is up, its address is right, and this user may read all of it" in said
    assert "restore" not in said


async def taken(url: str, settings: Settings) -> None:
    """As if a service with these keys had started on this database."""
    store = Store(url)
    await store.take_keys(read_keys(settings))
    await store.close()
