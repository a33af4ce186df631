"""A seller that has used up its questions of a day asks none after a restart either."""

import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.market import patient_ping, someone
from tests.service import DEMO_CONFIG, serve, serve_process, until

QUOTA = 3
WITHIN_S = 10.0


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The demo's buyer, of whom one seller may ask that often a day."""
    path = shutil.copytree(DEMO_CONFIG.parent, tmp_path / "demo") / "buyer.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('name = "acme"\n', f'name = "acme"\nhash_lookups_per_day = {QUOTA}\n', 1), "utf-8")
    return path


def test_a_quota_of_hashes_survives_whatever_becomes_of_the_process(config: Path, tmp_path: Path) -> None:
    """What lies on the disk while the service still runs is all that is left to one that was killed."""
    with serve(config, tmp_path / "data") as service:
        _use_up(service.url)
        assert until(lambda: _kept(tmp_path / "data") >= QUOTA)
        left = shutil.copytree(tmp_path / "data", tmp_path / "left")
    for data in (left, tmp_path / "data"):
        with serve(config, data) as service:
            assert not _is_looked_up(service.url, QUOTA + 1), data


@pytest.mark.long
@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_a_quota_of_hashes_survives_a_restart(config: Path, tmp_path: Path, how: str) -> None:
    with serve_process(config, tmp_path / "data") as service:
        _use_up(service.url)
        if how == "kill":
            assert until(lambda: _kept(tmp_path / "data") >= QUOTA)
        getattr(service.process, how)()
        service.process.wait(WITHIN_S)
    with serve_process(config, tmp_path / "data") as service:
        assert not _is_looked_up(service.url, QUOTA + 1)


def _use_up(url: str) -> None:
    assert [_is_looked_up(url, number) for number in range(QUOTA + 1)] == [True] * QUOTA + [False]


def _kept(data: Path) -> int:
    """How many questions the database has counted."""
    with closing(sqlite3.connect(data / "leadbid.db")) as database:
        used = database.execute("SELECT sum(used) FROM cap_counter WHERE counter LIKE 'hashes/acme/%'").fetchone()[0]
        return int(used or 0)


def _is_looked_up(url: str, number: int) -> bool:
    hashed = sha256(b"512461%04d" % number).hexdigest()
    body = {**patient_ping(someone(number)), "phone_hash": hashed}
    answer = httpx.post(f"{url}/v1/ping", headers={"X-API-Key": "demo-acme-key"}, json=body, trust_env=False).json()
    return not any("not looked up any more today" in warning for warning in answer["warnings"])
