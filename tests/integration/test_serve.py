"""`leadbid serve` as a process: it ends soon and whole, and does not start where it must not."""

import os
import shutil
import signal
import sqlite3
import time
from pathlib import Path

import httpx
import msgspec
import pytest

from app.journal.lines import PingLine
from app.journal.reader import lines
from app.journal.writer import hour_file
from tests.market import demo_with_crm, ping, post, someone
from tests.service import DEMO_CONFIG, MODELS, refused, serve, serve_process

OPEN = 20
"""Connections that stay open, as those of sellers do."""


def test_it_ends_within_two_seconds_with_open_connections_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("LEADBID_LOG_FORMAT", "json")
    with demo_with_crm(tmp_path / "config") as (config, _), serve_process(config, data) as service:
        clients = [httpx.Client(base_url=service.url, trust_env=False) for _ in range(OPEN)]
        bids = [ping(http, someone(number)) for number, http in enumerate(clients, 1)]
        sale = post(clients[0], someone(1), bids[0]["ping_id"]).json()
        started = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(10.0) == 0
        took_s = time.monotonic() - started
        for http in clients:
            http.close()
    assert took_s < 2.0
    assert len([line for line in lines(data / "journal") if isinstance(line, PingLine)]) == OPEN
    with sqlite3.connect(data / "leadbid.db") as database:
        assert database.execute("SELECT lead_id FROM lead").fetchall() == [(sale["lead_id"],)]
    logged = [msgspec.json.decode(line) for line in service.log.read_text().splitlines()]
    assert [each["message"] for each in logged if "leadbid starts on" in each["message"]]
    assert all({"time", "level", "logger", "message"} <= each.keys() for each in logged)
    assert not [each for each in logged if "error" in each]


def test_it_does_not_start_with_logs_of_a_form_that_there_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADBID_LOG_FORMAT", "yaml")
    assert "LEADBID_LOG_FORMAT is 'yaml': set it to text or json" in refused(tmp_path)


def test_it_starts_without_a_model_that_reads_what_is_not_declared(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = Path(shutil.copytree(DEMO_CONFIG.parent, tmp_path / "config")) / DEMO_CONFIG.name
    config.write_text(config.read_text().replace('"roof_shade"', '"shade_of_roof"'))
    models = Path(shutil.copytree(MODELS, tmp_path / "models"))
    with (
        serve(config, tmp_path / "data", models=models) as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        bids = {name: [ping(http, someone(number, name)) for number in range(1, 6)] for name in ("solar", "roofing")}
    errors = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]
    assert len(errors) == 1
    assert "models/solar: model 0001 reads 'roof_shade', which vertical 'solar' does not declare" in errors[0]
    prices = {name: {each["price"] for each in told if "price" in each} for name, told in bids.items()}
    # Solar leads get the fallback price, others what their model says.
    assert len(prices["solar"]) == 1 < len(prices["roofing"]), bids


def test_a_second_service_on_the_same_data_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with serve(DEMO_CONFIG, tmp_path) as service:
        said = refused(tmp_path)
        assert f"{tmp_path} is in use by process {os.getpid()}: stop it first" in said
        assert httpx.get(f"{service.url}/readyz", trust_env=False).status_code == 200


def test_a_journal_of_another_version_is_refused_as_it_may_hold_live_bids(tmp_path: Path) -> None:
    written = tmp_path / "journal" / hour_file(time.time())
    written.parent.mkdir()
    written.write_bytes(b'{"v":2,"kind":"ping"}\n')
    assert f"{written} holds lines of version 2; this leadbid reads version 1" in refused(tmp_path, "--new-database")


def test_a_postgresql_that_is_not_migrated_is_refused_with_the_remedy(tmp_path: Path, own_postgres_url: str) -> None:
    keys = made_keys(tmp_path)
    said = refused(tmp_path / "data", "--keys", str(keys), "--database", own_postgres_url)
    assert (
        "the database has no tables of leadbid, and this leadbid needs version 1: run `leadbid migrate --database '"
        in said
    )


def test_a_postgresql_that_is_away_is_named_as_the_reason(tmp_path: Path) -> None:
    keys = made_keys(tmp_path)
    said = refused(tmp_path / "data", "--keys", str(keys), "--database", "postgresql+psycopg://x@127.0.0.1:1/none")
    assert "cannot start, the database cannot be reached (connection failed: " in said
    assert "Connection refused): is it up, is its address right" in said


def test_a_database_of_another_kind_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path / "data", "--keys", str(made_keys(tmp_path)), "--database", "mysql://x/y")
    assert "no mysql database can be used" in said


def test_several_workers_on_sqlite_are_refused_with_the_remedy(tmp_path: Path) -> None:
    said = refused(tmp_path / "data", "--workers", "2")
    assert "--workers 2 needs PostgreSQL, since SQLite has one writer in one process: name one with --database" in said
    assert not (tmp_path / "data").exists()


def made_keys(folder: Path) -> Path:
    """A directory with the keys of an installation."""
    keys = folder / "keys"
    keys.mkdir()
    for number, name in enumerate(("index", "signing-1", "sealing-1"), 1):
        (keys / f"{name}.key").write_text(f"{number:064x}\n")
    return keys
