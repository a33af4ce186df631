"""The database's file removed, replaced or overwritten under a running service, and a start without it."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from app.asgi import build_app
from app.cli import main
from app.settings import Settings, SettingsError
from app.usecases.background import PROVEN_S
from tests.market import demo_with_crm, ping, post, someone
from tests.service import DEMO_CONFIG, MODELS, listening, serve, until

NAME = "leadbid.db"
Fault = Callable[[Path], object]


def at_file(data: Path) -> Path:
    return data / NAME


def remove(data: Path) -> None:
    at_file(data).unlink()


def remove_all(data: Path) -> None:
    for each in data.glob(f"{NAME}*"):
        each.unlink()


def remove_the_log(data: Path) -> None:
    (data / f"{NAME}-wal").unlink()


def remove_the_index_of_the_log(data: Path) -> None:
    (data / f"{NAME}-shm").unlink()


def rename(data: Path) -> None:
    at_file(data).rename(data / "elsewhere.db")


def rename_the_directory(data: Path) -> None:
    data.rename(data.with_name("elsewhere"))


def put_a_copy_in_its_place(data: Path) -> None:
    shutil.copy(at_file(data), data / "copy")
    (data / "copy").rename(at_file(data))


def truncate(data: Path) -> None:
    os.truncate(at_file(data), 0)


def truncate_half(data: Path) -> None:
    os.truncate(at_file(data), at_file(data).stat().st_size // 2)


def restore_a_backup_over_it(data: Path) -> None:
    # As after some megabytes of sales, when the log is written back.
    with closing(sqlite3.connect(at_file(data))) as shell:
        shell.execute("PRAGMA wal_checkpoint(PASSIVE)")
    # The service looks at its file in every commit, and commits something that often.
    time.sleep(PROVEN_S + 1.0)
    shutil.copyfile(data / "backup.db", at_file(data))


def restore_one_of_an_earlier_start_over_it(data: Path) -> None:
    with closing(sqlite3.connect(data / "backup.db")) as shell:
        shell.execute("PRAGMA application_id = 5")
    shutil.copyfile(data / "backup.db", at_file(data))


FAULTS: tuple[Fault, ...] = (
    remove,
    remove_all,
    remove_the_log,
    remove_the_index_of_the_log,
    rename,
    rename_the_directory,
    put_a_copy_in_its_place,
    truncate,
    truncate_half,
    restore_a_backup_over_it,
    restore_one_of_an_earlier_start_over_it,
)


@contextmanager
def a_service(tmp_path: Path) -> Iterator[tuple[httpx.Client, Path]]:
    """One that is about to sell, and a backup of its database."""
    data = tmp_path / "data"
    with (
        demo_with_crm(tmp_path / "config") as (config, _),
        serve(config, data) as service,
        httpx.Client(base_url=service.url, trust_env=False, timeout=30.0) as http,
    ):
        shutil.copy(at_file(data), data / "backup.db")
        yield http, data


def sold(http: httpx.Client, number: int) -> httpx.Response:
    """The answer to the post of a lead that was bid for."""
    who = someone(number)
    return post(http, who, ping(http, who)["ping_id"])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.__name__)
def test_nothing_is_accepted_into_a_database_that_is_gone(tmp_path: Path, fault: Fault) -> None:
    with a_service(tmp_path) as (http, data):
        bids = {number: ping(http, someone(number))["ping_id"] for number in range(1, 4)}
        assert post(http, someone(1), bids[1]).json()["status"] == "accepted"
        fault(data)
        answers = [post(http, someone(number), bids[number]) for number in (2, 3)]
        assert {(answer.status_code, answer.json()["reason_code"]) for answer in answers} == {(503, "internal")}
        ready = http.get("/readyz")
        assert (ready.status_code, ready.json()["reasons"]) == (503, ["database_unwritable"])
        assert ready.json()["attention"][0]["remedy"]
        stranger = http.get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"})
        assert stranger.json() == {"status": "not ready", "reasons": ["database_unwritable"]}


def test_posts_in_flight_are_accepted_before_a_removal_or_not_at_all(tmp_path: Path) -> None:
    with a_service(tmp_path) as (http, data):
        bids = {number: ping(http, someone(number))["ping_id"] for number in range(1, 41)}
        with ThreadPoolExecutor(8) as threads:
            answers = [threads.submit(post, http, someone(number), bid) for number, bid in bids.items()]
            answers[5].result()
            rename(data)
            statuses = [each.result().status_code for each in answers]
        accepted = statuses.count(200)
        assert set(statuses) == {200, 503}
    # What was committed last lies in the log, which SQLite finds by the name of the database.
    (data / "elsewhere.db").rename(at_file(data))
    with closing(sqlite3.connect(at_file(data))) as database:
        stored = database.execute("SELECT count(*) FROM lead").fetchone()[0]
    # Some may have been committed while nobody could be sure of it.
    assert accepted <= stored <= accepted + 8


def test_the_very_file_that_comes_back_is_taken_up_and_each_seller_gets_the_truth(tmp_path: Path) -> None:
    with a_service(tmp_path) as (http, data):
        bid = ping(http, someone(1))["ping_id"]
        for each in ("", "-wal", "-shm"):
            (data / f"{NAME}{each}").rename(data / f"away{each}")
        assert post(http, someone(1), bid).status_code == 503
        for each in ("", "-wal", "-shm"):
            (data / f"away{each}").rename(data / f"{NAME}{each}")
        answer = post(http, someone(1), bid)
        assert answer.json()["status"] == "accepted"
        assert post(http, someone(1), bid).content == answer.content
        assert until(lambda: http.get("/readyz").status_code == 200)


def test_a_file_that_is_gone_is_noticed_without_posts_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with a_service(tmp_path) as (http, data):
        rename(data)
        assert until(lambda: http.get("/readyz").status_code == 503)
        assert until(lambda: b"leadbid_database_writable 0.0" in http.get("/metrics").content)
        time.sleep(2.0)
        (data / "elsewhere.db").rename(at_file(data))
        assert until(lambda: http.get("/readyz").status_code == 200)
        assert until(lambda: b"leadbid_database_writable 1.0" in http.get("/metrics").content)
    said = [record.message for record in caplog.records if "sale" in record.message]
    assert len([each for each in said if "no sale can be recorded" in each and f"{NAME} is gone" in each]) == 1
    assert len([each for each in said if "can be recorded again" in each]) == 1


def test_no_empty_database_takes_the_place_of_one_that_is_gone(tmp_path: Path) -> None:
    with a_service(tmp_path) as (http, data):
        remove_all(data)
        sold(http, 1)
        http.get("/readyz")
        http.get("/metrics")
        time.sleep(1.5)
        assert list(data.glob(f"{NAME}*")) == []


def a_served_directory(tmp_path: Path) -> Path:
    """A data directory whose service has ended."""
    with serve(DEMO_CONFIG, tmp_path / "data"):
        pass
    return tmp_path / "data"


def start(data: Path, **more: object) -> None:
    """Start on this directory, and stop."""
    settings = Settings(config=DEMO_CONFIG, data=data, models=MODELS, **more)  # type: ignore[arg-type]
    with listening(build_app(settings)):
        pass


def leave_only_tables(data: Path) -> None:
    remove_all(data)
    assert main(["migrate", "--data", str(data)]) == 0


@pytest.mark.parametrize("lost", [remove_all, truncate, leave_only_tables], ids=lambda each: each.__name__)
def test_a_start_beside_keys_without_their_database_is_refused_with_the_remedy(tmp_path: Path, lost: Fault) -> None:
    data = a_served_directory(tmp_path)
    lost(data)
    remedy = rf"{NAME} is missing or empty, but .*keys was left by a service that had one: restore it.*--new-database"
    with pytest.raises(SettingsError, match=remedy):
        start(data)
    start(data, new_database=True)
    start(data)


def test_a_start_beside_a_journal_without_its_database_is_refused(tmp_path: Path) -> None:
    data = a_served_directory(tmp_path)
    remove_all(data)
    shutil.rmtree(data / "keys")
    (data / "journal" / "2026-11-20T16.jsonl").write_bytes(b'{"v":1,"kind":"post"}\n')
    with pytest.raises(SettingsError, match=r"journal was left by a service that had one"):
        start(data)
    assert not (data / "keys").exists()


def test_a_flag_for_a_new_database_cannot_be_left_in_place(tmp_path: Path) -> None:
    start(tmp_path / "data", new_database=True)
    with pytest.raises(SettingsError, match="is not new, a service has worked on it: start without --new-database"):
        start(tmp_path / "data", new_database=True)


def test_the_log_of_a_database_that_is_gone_is_never_thrown_away(tmp_path: Path) -> None:
    data = a_served_directory(tmp_path)
    remove(data)
    (data / f"{NAME}-wal").write_bytes(b"sales")
    for more in ({}, {"new_database": True}):
        with pytest.raises(SettingsError, match=r"its log .*-wal is left, which holds sales: put the database back"):
            start(data, **more)
    assert (data / f"{NAME}-wal").read_bytes() == b"sales"


def test_a_file_that_is_no_database_is_refused_with_the_remedy(tmp_path: Path) -> None:
    data = a_served_directory(tmp_path)
    at_file(data).write_bytes(b"no database at all" * 100)
    with pytest.raises(SettingsError, match="is damaged or no database: restore it from your backup"):
        start(data)
