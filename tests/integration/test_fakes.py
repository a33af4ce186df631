"""`leadbid fakes` serves every fake at the address that it prints, until it is told to stop."""

import re
import signal
import subprocess
import sys

import httpx

from app.mock_providers.server import all_fakes
from tests.service import ROOT


def test_the_fakes_answer_where_they_say_and_stop_in_order() -> None:
    words = [sys.executable, "-m", "app", "fakes", "--port", "0"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = [process.stdout.readline() for _ in all_fakes()]
            base = re.search(r"http://127\.0\.0\.1:\d+", told[0])
            assert base is not None
            assert all(f"{base[0]}/{name}" in line for name, line in zip(all_fakes(), told, strict=True))
            answer = httpx.post(f"{base[0]}/trustedform/{'a' * 40}", json={}, trust_env=False)
            assert answer.headers["content-type"].startswith("application/json")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
