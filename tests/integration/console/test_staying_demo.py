"""`leadbid demo --stay`: after its day the service stays up with leads coming in, until Ctrl-C."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.console import DEMO_OPERATOR, signed_in
from tests.service import ROOT, until

_COMMAND = """
import sys
# As without the extras: a day's page and its training are `test_demo.py`'s, and take longer than all the rest.
sys.modules |= dict.fromkeys(["matplotlib", "sklearn"])
from app.cli import main
sys.exit(main())
"""


def test_the_console_is_live_with_traffic_until_it_is_stopped(tmp_path: Path) -> None:
    words = ["demo", "--leads", "3", "--seed", "5", "--data", str(tmp_path / "demo"), "--stay", "--port", "0"]
    log = tmp_path / "said"
    with (
        log.open("wb") as said,
        subprocess.Popen([sys.executable, "-c", _COMMAND, *words], cwd=ROOT, stdout=said, stderr=said) as demo,
    ):
        try:
            assert until(lambda: "Ctrl-C" in log.read_text(), 180.0), log.read_text()
            url = re.findall(r"(http://127\.0\.0\.1:\d+)/console", log.read_text())[-1]
            assert f"Sign in as {DEMO_OPERATOR[0]} with the key {DEMO_OPERATOR[1]}" in log.read_text()
            with signed_in(url) as client:

                def pings() -> int:
                    # A lead comes every few seconds, and each look reads the whole day.
                    time.sleep(0.5)
                    day = client.get("/v1/reports/now", headers={"X-API-Key": DEMO_OPERATOR[1]}).json()["day"]
                    return int(day["pings"]) if day is not None else 0

                assert until(lambda: pings() >= 3, 90.0)
        finally:
            demo.send_signal(signal.SIGINT)
            try:
                status = demo.wait(timeout=60)
            finally:
                demo.kill()
    assert status == 0, log.read_text()
    assert "Stopped." in log.read_text()
