"""The service that drills break, for tests; and one that does not come up."""

import logging
import os
import signal
import threading
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

from app.cli import main
from app.drill.kit.service import Service as Service
from app.drill.kit.service import ServiceProcess as ServiceProcess
from app.drill.kit.service import answers as answers
from app.drill.kit.service import crm as crm
from app.drill.kit.service import free_port as free_port
from app.drill.kit.service import listening as listening
from app.drill.kit.service import serve as serve
from app.drill.kit.service import serve_process as serve_process
from app.drill.kit.service import until as until
from app.packaged import DEMO_CONFIG as DEMO_CONFIG
from app.packaged import MODELS as MODELS

ROOT = Path(__file__).resolve().parents[1]

_START_S = 30.0


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
