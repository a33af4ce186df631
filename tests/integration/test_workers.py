"""Several processes on one port: one service to sellers and operators, whoever of them answers or dies."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.drill.kit.cluster.cluster import keys_in
from app.journal.lines import PingLine, PostLine
from app.journal.parts import parts
from app.journal.reader import find, lines
from app.store.migrate import migrate
from tests.market import ping, post, someone
from tests.service import DEMO_CONFIG, MODELS, ROOT, free_port, until

pytestmark = pytest.mark.long
WORKERS = 2


@contextmanager
def workers(folder: Path, url: str) -> Iterator[tuple["subprocess.Popen[bytes]", str, Path]]:
    """The process that watches them, their common URL, and the log."""
    migrate(url)
    port, log = free_port(), folder / "serve.log"
    options: list[str | Path] = [
        "--config",
        DEMO_CONFIG,
        "--models",
        MODELS,
        "--keys",
        keys_in(folder / "keys"),
        "--database",
        url,
    ]
    where: list[str | Path] = ["--data", folder / "data", "--port", str(port), "--workers", str(WORKERS)]
    with (
        log.open("wb") as said,
        subprocess.Popen(
            [sys.executable, "-m", "app", "serve", *options, *where], cwd=ROOT, stdout=said, stderr=said
        ) as process,
    ):
        try:
            assert until(lambda: len(pids(log)) == WORKERS, 60.0), log.read_text()
            yield process, f"http://127.0.0.1:{port}", log
        finally:
            process.terminate()


def pids(log: Path) -> list[int]:
    """Those that came up, in the order in which they did."""
    return [int(pid) for pid in re.findall(r"worker \d+ is up, process (\d+)", log.read_text())]


def test_one_that_dies_is_missed_by_nobody_and_a_closed_terminal_stops_all(
    tmp_path: Path, own_postgres_url: str
) -> None:
    journal = tmp_path / "data" / "journal"
    with workers(tmp_path, own_postgres_url) as (process, url, log):
        sold = []
        for number in range(1, 31):
            # A connection each, so that all of them answer some.
            with httpx.Client(base_url=url, trust_env=False, timeout=20.0) as http:
                bid = ping(http, someone(number))
                sold += [bid["ping_id"]] if post(http, someone(number), bid["ping_id"]).status_code == 200 else []
        assert until(lambda: len(list(lines(journal))) >= 60)
        assert {part.writer for part in parts(journal)} == {1, 2}
        assert [type(line) for line in find(journal, sold[0])] == [PingLine, PostLine]
        metrics = httpx.get(f"{url}/metrics", trust_env=False).text
        assert 'leadbid_worker_up{worker="1"} 1.0' in metrics
        assert _pings(metrics) == 30
        os.kill(pids(log)[0], signal.SIGKILL)
        for number in range(31, 41):
            with httpx.Client(base_url=url, trust_env=False, timeout=20.0) as http:
                assert ping(http, someone(number))["ping_id"]
        assert until(lambda: len(pids(log)) == WORKERS + 1, 60.0)
        process.send_signal(signal.SIGHUP)
        assert process.wait(30.0) == 0
    assert "has died (SIGKILL)" in log.read_text()
    assert "Traceback" not in log.read_text()


def _pings(metrics: str) -> float:
    found = re.findall(r'^leadbid_pings_total\{worker="\d",.*seller="acme"\} ([\d.]+)$', metrics, re.MULTILINE)
    return sum(map(float, found))
