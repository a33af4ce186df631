"""A whole run leaves nothing that another user of the machine could read, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.cli import main
from tests.market import demo_with_crm, ping, post, someone
from tests.service import serve

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[Path]:
    return [path for path in [folder, *folder.rglob("*")] if stat.S_IMODE(path.stat().st_mode) & 0o077]


def test_a_run_and_its_commands_write_nothing_that_others_can_read(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    data = tmp_path / "deep" / "data"
    # The test makes the directory itself, as an operator does; what lies in it is the service's.
    data.mkdir(parents=True)
    with (
        demo_with_crm(tmp_path / "config") as (config, _),
        serve(config, data) as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        assert post(http, someone(1), ping(http, someone(1))["ping_id"]).json()["status"] == "accepted"
    written = next((data / "journal").glob("*.jsonl"))
    written.rename(written.with_name("2026-11-20T16.jsonl"))
    assert main(["journal", "compact", "--data", str(data)]) == 0
    assert main(["export", "--data", str(data)]) == 0
    assert {path.suffix for path in data.rglob("*")} >= {".parquet", ".json", ".db", ".key"}
    assert [path for path in open_to_others(data) if path != data] == []


def test_a_start_narrows_what_it_finds_and_warns_of_open_keys(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    with demo_with_crm(tmp_path / "config") as (config, _):
        with serve(config, data):
            pass
        for path in (
            data / "journal",
            *(data / "journal").rglob("*"),
            data / "leadbid.db",
            data / "keys" / "index.key",
        ):
            path.chmod(0o755 if path.is_dir() else 0o644)
        caplog.clear()
        with serve(config, data):
            said = caplog.text
        assert "were open to other users of this machine; they are private now" in said
        assert main(["check", "--config", str(config), "--data", str(data)]) == 0
        checked = capsys.readouterr().out
        for path in (data / "keys" / "index.key", config.parent / "crm-webhook-secret.txt"):
            assert f"run `chmod 600 {path.resolve()}`" in said
            assert f"run `chmod 600 {path.resolve()}`" in checked
        assert open_to_others(data / "journal") == []
        assert stat.S_IMODE((data / "leadbid.db").stat().st_mode) == 0o600
        assert stat.S_IMODE((data / "keys" / "index.key").stat().st_mode) == 0o644


@pytest.fixture
def closed_to_us(tmp_path: Path) -> Iterator[Path]:
    """A data directory that may not even be looked into by the user that the test is for a moment."""
    data = tmp_path / "data"
    assert main(["migrate", "--data", str(data)]) == 0
    # What a command imports must be there before.
    for command in READING:
        main([*command, "--data", str(data)])
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    else:
        data.chmod(0)
    yield data
    os.seteuid(user)
    data.chmod(0o700)


READING = (["status"], ["doctor"], ["explain", "ping-1"], ["keys", "list"])


def test_whoever_may_not_read_the_data_is_told_which_file_in_one_sentence(
    closed_to_us: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    for command in READING:
        assert main([*command, "--data", str(closed_to_us)]) in (1, 2)
        told = capsys.readouterr()
        assert str(closed_to_us) in told.out + told.err
        assert "Traceback" not in told.err
    assert main(["doctor", "--data", str(closed_to_us)]) == 2
