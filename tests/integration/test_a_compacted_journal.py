"""A journal is compacted beside the service that writes it, and killed while it is: explain and restarts go on."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from app.cli import main
from app.journal.compact import compact
from app.journal.parts import parts, texts
from app.journal.reader import lines
from app.journal.writer import hour_of
from tests.market import demo_with_crm, hold_market, ping, post, someone
from tests.service import ROOT, serve, serve_process

SEED = 11
LEADS = 40
LONG_AGO = 1_767_607_200.0


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of some auctions."""
    folder = tmp_path_factory.mktemp("traded")
    with demo_with_crm(folder / "config") as (config, _), serve(config, folder / "data") as service:
        hold_market(service.url, LEADS, SEED)
    return folder / "data" / "journal"


def every_text(journal: Path) -> list[bytes]:
    return [text for part in parts(journal) for text in texts(part)]


def test_a_real_journal_reads_the_same_after_it_was_compacted(traded: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    shutil.copytree(traded, journal)
    before, written = list(lines(journal)), every_text(journal)
    told = list(compact(journal, time.time() + 7_200.0, lambda _name, _count: None))
    assert list(lines(journal)) == before
    assert every_text(journal) == written
    assert sum(each.lines for each in told) == len(written) > LEADS
    assert all(part.is_parquet for part in parts(journal))


@pytest.mark.long
def test_compacting_beside_a_service_loses_none_of_its_lines_and_it_starts_again(tmp_path: Path) -> None:
    data, who = tmp_path / "data", someone(1)
    with demo_with_crm(tmp_path / "config") as (config, _):
        with serve_process(config, data) as service:
            old = data / "journal" / f"{hour_of(LONG_AGO)}.jsonl"
            trading = threading.Thread(target=hold_market, args=(service.url, LEADS, SEED))
            trading.start()
            while trading.is_alive():
                if not old.exists():
                    old.write_bytes(
                        b'{"v":1,"kind":"notice","at":1767607200.0,"seller":"acme","ping_id":"a","result":"won"}\n'
                    )
                assert main(["journal", "compact", "--data", str(data)]) == 0
            with httpx.Client(base_url=service.url, trust_env=False) as http:
                bid = ping(http, who)["ping_id"]
            time.sleep(0.5)
            service.process.kill()
            service.process.wait()
        assert main(["journal", "compact", "--data", str(data)]) == 0
        with serve_process(config, data) as again, httpx.Client(base_url=again.url, trust_env=False) as http:
            assert "live bids" in again.log.read_text()
            assert post(http, who, bid).json()["status"] == "accepted"
    pings = [line for line in lines(data / "journal") if line.at > LONG_AGO]
    assert len({getattr(line, "id", None) for line in pings}) >= LEADS
    assert any(part.is_parquet for part in parts(data / "journal"))
    assert main(["explain", bid, "--data", str(data)]) == 0


@pytest.mark.long
def test_kill_minus_nine_while_it_compacts_loses_and_doubles_nothing(traded: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    journal.mkdir()
    written = every_text(traded)
    for hour in range(3):
        file = journal / f"{hour_of(LONG_AGO + hour * 3_600.0)}.jsonl"
        file.write_bytes((b"\n".join(written) + b"\n") * 200)
    command = [sys.executable, "-m", "app", "journal", "compact", "--data", str(tmp_path)]
    kills = 0
    for delay in (0.4, 0.5, 0.6, 0.7, 0.8):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            time.sleep(delay)
            process.kill()
        kills += process.returncode == -signal.SIGKILL
        assert every_text(journal) == written * 600
    assert kills
    assert main(["journal", "compact", "--data", str(tmp_path)]) == 0
    assert every_text(journal) == written * 600
    left = {path.suffix for path in journal.iterdir()}
    assert left == {".parquet", ""}
