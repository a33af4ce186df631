"""The service that drills break, for tests; and one that does not come up."""

import logging
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

from app.cli import main
from app.drill.kit.service import Service as Service
from app.drill.kit.service import ServiceProcess as ServiceProcess
from app.drill.kit.service import answers as answers
from app.drill.kit.service import crm as crm
from app.drill.kit.service import free_port as free_port
from app.drill.kit.service import listening as listening
from app.drill.kit.service import serve as serve_as_it_is
from app.drill.kit.service import serve_process as serve_process
from app.drill.kit.service import until as until
from app.packaged import DEMO_CONFIG as DEMO_CONFIG
from app.packaged import MODELS as MODELS
from tests.bidder import empty_database
from tests.registered_once import register_routes_once

ROOT = Path(__file__).resolve().parents[1]

_START_S = 30.0

register_routes_once()


@contextmanager
def serve(config: Path, data: Path, *, database_url: str = "", **more: Any) -> Iterator[Service]:
    """The service of this configuration in a thread; one without anything yet finds its tables made, as by `migrate`.

    To make them takes a quarter of a start.
    """
    if not database_url and not (data.exists() and any(data.iterdir())):
        data.mkdir(parents=True, exist_ok=True)
        shutil.copy(empty_database(), data / "leadbid.db")
    with serve_as_it_is(config, data, database_url=database_url, **more) as service:
        yield service


def refused(data: Path, *more: str) -> str:
    """What the demo's service says that does not come up: it must fail with status 1 and without a trace.

    In this process, which saves a second each time; one that does come up is stopped.
    """
    arguments = ["serve", "--config", DEMO_CONFIG, "--models", MODELS, "--data", data, "--port", "0", *more]
    said, former = StringIO(), signal.getsignal(signal.SIGTERM)
    spoken = logging.StreamHandler(said)
    stop = threading.Timer(_START_S, os.kill, (os.getpid(), signal.SIGTERM))
    logging.getLogger().addHandler(spoken)
    stop.start()
    try:
        with redirect_stderr(said):
            status = main([str(each) for each in arguments])
    finally:
        stop.cancel()
        logging.getLogger().removeHandler(spoken)
        signal.signal(signal.SIGTERM, former)
    assert status == 1, said.getvalue()
    assert "Traceback" not in said.getvalue()
    return said.getvalue()
