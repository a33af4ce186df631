"""Workers: one that dies is started again, none outlives who watches them, and a start that fails is no loop."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from app.cli.service.workers import Workers
from app.drill.kit.service import until
from tests.service import ROOT
from tests.worker_work import fails, until_left


@contextmanager
def watched(workers: Workers) -> Iterator[None]:
    """Their `run`, in a thread; it must end with status 0."""
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(workers.run()))
    thread.start()
    try:
        yield
    finally:
        workers.stop()
        thread.join(20.0)
    assert statuses == [0]


def test_one_that_is_killed_is_started_again_and_a_stop_ends_all_in_order(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with watched(Workers(2, partial(until_left, tmp_path), 10.0)):
        assert until(lambda: len([line for line in caplog.messages if "is up" in line]) == 2)
        process = next(line.rpartition(" ")[2] for line in caplog.messages if line.startswith("worker 2 is up"))
        os.kill(int(process), signal.SIGKILL)
        assert until(lambda: len([line for line in caplog.messages if line.startswith("worker 2 is up")]) == 2)
    said = [line for line in caplog.messages if "has died" in line]
    assert len(said) == 1
    assert "worker 2, process" in said[0]
    assert "(SIGKILL)" in said[0]
    assert "started again in 0.5 s" in said[0]
    assert (tmp_path / "begun-2").read_text() == "xx"
    assert (tmp_path / "ended-1").exists()
    assert (tmp_path / "ended-2").exists()


def test_a_start_that_fails_is_tried_once_and_by_one(tmp_path: Path) -> None:
    assert Workers(3, partial(fails, tmp_path), 5.0).run() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["failed-1"]


def test_none_outlives_who_watches_them(tmp_path: Path) -> None:
    script = (
        "from functools import partial; from pathlib import Path; from app.cli.service.workers import Workers; "
        "from tests.worker_work import until_left; "
        f"Workers(1, partial(until_left, Path({str(tmp_path)!r})), 5.0).run()"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) as watching:
        assert until(lambda: (tmp_path / "begun-1").exists(), 30.0)
        time.sleep(0.2)
        watching.kill()
    assert until(lambda: (tmp_path / "ended-1").exists())
