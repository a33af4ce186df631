"""The settings as loaded, beside a file that changes, is broken, and is taken."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.console import DEMO_OPERATOR, signed_in
from tests.service import DEMO_CONFIG, serve

KEY = {"X-API-Key": DEMO_OPERATOR[1]}


def until(client: httpx.Client, holds: Callable[[dict[str, list[str]]], bool]) -> dict[str, list[str]]:
    deadline = time.monotonic() + 60
    while True:
        found: dict[str, list[str]] = client.get("/v1/reports/settings", headers=KEY).json()
        if holds(found):
            return found
        assert time.monotonic() < deadline, {**found, "text": ""}
        time.sleep(0.1)


def test_a_file_is_compared_with_what_is_in_force_until_it_is_taken(tmp_path: Path) -> None:
    shutil.copytree(DEMO_CONFIG.parent, tmp_path / "config")
    file = tmp_path / "config" / DEMO_CONFIG.name
    before = file.read_text()
    with serve(file, tmp_path / "data") as service, signed_in(service.url) as client:
        assert "No other was ever in force." in client.get("/console/settings").text
        assert client.get("/v1/reports/settings", headers=KEY).json()["text"] == before
        broken = before.replace("limit = 16", 'limit = "many"', 1)
        assert broken != before
        file.write_text(broken)
        refused = until(client, lambda found: bool(found["problems"]))
        assert any("limit" in problem for problem in refused["problems"])
        page = client.get("/console/settings").text
        assert 'class="added"' in page
        assert "Refused" in page
        file.write_text(before.replace("limit = 16", "limit = 17", 1))
        taken = until(client, lambda found: bool(found["former"]))
        assert any("16" in words and "17" in words for words in taken["changed"])
        assert taken["waiting"] == taken["problems"] == []
