"""What keeps `leadbid serve` from starting: one clear sentence each, and status 1."""

import os
import re
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from app.cli import main
from app.settings import Settings, read_keys
from tests.service import DEMO_CONFIG, MODELS


def serve(data: Path, *more: str) -> int:
    """The status of a service that must not come up."""
    return main(["serve", "--config", str(DEMO_CONFIG), "--models", str(MODELS), "--data", str(data), *more])


def test_a_port_in_use_is_named_before_anything_is_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert serve(tmp_path / "data", "--port", str(port)) == 1
    assert capsys.readouterr().err == (
        f"cannot listen on 127.0.0.1:{port} (Address already in use): choose another with --host and --port\n"
    )
    assert not (tmp_path / "data").exists()


def test_an_address_that_cannot_be_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert serve(tmp_path / "data", "--host", "1.2.3") == 1
    assert capsys.readouterr().err.startswith("cannot listen on 1.2.3:")


def test_a_broken_configuration_is_told_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "buyer.toml"
    broken.write_text("[buyer]\nlegal_name = 7\n")
    assert main(["serve", "--config", str(broken), "--data", str(tmp_path / "data"), "--port", "0"]) == 1
    said = capsys.readouterr().err
    assert f"{broken}:2: buyer.legal_name: " in said
    assert "Traceback" not in said


def test_a_data_directory_that_cannot_be_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert serve(tmp_path / "file" / "data", "--port", "0") == 1
    said = capsys.readouterr().err
    assert f"{tmp_path}/file/data" in said
    assert "cannot be made (Not a directory)" in said


def test_an_address_of_a_database_that_cannot_be_read_is_said_before_anything_is_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve(tmp_path / "data", "--port", "0", "--database", "postgresql+psycopg://leadbid@here:54x2/leads") == 1
    assert capsys.readouterr().err == (
        "the database URL cannot be read: write sqlite:///FILE or postgresql+psycopg://USER@HOST:PORT/NAME\n"
    )
    assert not (tmp_path / "data").exists()


def test_a_data_directory_that_would_cut_the_address_of_its_database_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve(tmp_path / "what?" / "data", "--port", "0") == 1
    assert "the path of a SQLite file may hold no `?`: name another directory" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_missing_keys_on_postgresql_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert serve(tmp_path, "--port", "0", "--database", "postgresql+psycopg://nobody@127.0.0.1:1/none") == 1
    said = capsys.readouterr().err
    assert f"index.key, signing-1.key, sealing-1.key are missing in {tmp_path / 'keys'}. Replicas must" in said
    # What it says to run does it.
    (script,) = re.findall("`(umask .*)`", said)
    subprocess.run(["sh", "-c", script], check=True)
    keys = read_keys(Settings(config=tmp_path, data=tmp_path))
    assert (keys.signing_id, keys.sealing_id) == (1, "1")
    assert stat.S_IMODE((tmp_path / "keys" / "index.key").stat().st_mode) == 0o600


def test_the_database_may_be_named_by_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "LEADBID_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert serve(tmp_path, "--port", "0") == 1
    assert "Replicas must share their keys" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("--host", "0.0.0.0"), ("--database", "postgresql+psycopg://nobody@127.0.0.1:1/none"), ()]
)
def test_a_service_that_lost_its_file_does_not_become_the_demos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    if not words:
        Path("data").mkdir()
        Path("data/leadbid.db").touch()
    assert main(["serve", "--port", "0", *words]) == 1
    assert capsys.readouterr().err == (
        "there is no buyer.toml here: name a file with --config, or use the demo's with --demo\n"
    )


def test_where_there_is_nothing_yet_the_demo_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 1
    assert "there is no buyer.toml here, so the demo is served: create your own with `leadbid init`" in caplog.messages
    assert list(tmp_path.iterdir()) == []


def test_the_demos_configuration_and_another_are_not_both_served(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["serve", "--demo", "--config", "buyer.toml"])
    assert stopped.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err
