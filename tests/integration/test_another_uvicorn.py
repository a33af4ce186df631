"""A uvicorn whose insides are different costs speed and no answer: one warning, and its own way for every request."""

import inspect
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

import httpx
import pytest
import uvicorn.protocols.http
from uvicorn.protocols.http import httptools_impl

import app.http.auction
from app.http import server
from app.http.application import Application
from app.http.server import protocol_of
from tests.market import ping, post, someone
from tests.service import DEMO_CONFIG, serve

CHANGES = {
    "an attribute has another name": [("self.flow", "self.flow_control")],
    "what runs is kept elsewhere": [("self.tasks", "self.running")],
    "a call wants another argument": [
        ("on_response_complete(self)", "on_response_complete(self, cycle)"),
        ("self.on_response()", "self.on_response(self)"),
    ],
    "what waits is kept elsewhere": [("self.pipeline", "self.queue")],
    "a task is started otherwise": [("_start_asgi_task", "_start_task")],
}
"""What another release might have, as replacements in the source of its protocol; each serves as well as before."""

Doctor = Callable[[str], None]


@pytest.fixture
def doctored(monkeypatch: pytest.MonkeyPatch) -> Iterator[Doctor]:
    """Put another uvicorn's protocol in the place of the one that is installed, for whoever imports it from now on."""

    def change(name: str) -> None:
        source = inspect.getsource(httptools_impl)
        for before, after in CHANGES[name]:
            assert before in source, f"this uvicorn is another one already: {before}"
            source = source.replace(before, after)
        module = ModuleType(httptools_impl.__name__)
        exec(compile(source, "httptools_impl.py", "exec"), module.__dict__)
        monkeypatch.setitem(sys.modules, httptools_impl.__name__, module)
        monkeypatch.setattr(uvicorn.protocols.http, "httptools_impl", module)
        # What was imported with the real one comes back for the tests that follow.
        for module_name in ("uvicorn.protocols.http.auto", "app.http.express"):
            monkeypatch.delitem(sys.modules, module_name, raising=False)
        monkeypatch.setattr(app.http.auction, "express", None, raising=False)
        server._trouble.cache_clear()

    yield change
    monkeypatch.undo()
    server._trouble.cache_clear()


@pytest.mark.parametrize("trusted", ["127.0.0.1", "10.0.0.7", "*"])
def test_the_uvicorn_that_is_installed_is_taken_the_short_way_without_a_word(
    trusted: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    server._trouble.cache_clear()
    assert protocol_of(cast("Application", None)) != "h11"
    assert caplog.records == []


@pytest.mark.parametrize("name", CHANGES)
def test_another_one_answers_all_the_same_after_one_warning(
    name: str, doctored: Doctor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    doctored(name)
    with (
        caplog.at_level(logging.WARNING),
        serve(DEMO_CONFIG, tmp_path) as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        who = someone(1)
        bid = ping(http, who)
        assert post(http, who, bid["ping_id"]).json()["status"] == "accepted"
        assert http.get("/readyz").status_code == 200
    warnings = [record.getMessage() for record in caplog.records if record.name.startswith(("app.http", "uvicorn"))]
    assert len(warnings) == 1
    assert warnings[0].startswith("pings take the long way through uvicorn ")
