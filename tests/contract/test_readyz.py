"""Who asks whether the service is ready is told in codes why not; operators in words."""

import asyncio
from pathlib import Path

import httpx
import pytest

from app.asgi import build_app
from app.settings import Settings
from tests.contract.scenario import CONFIG
from tests.service import MODELS, Service

STRANGER = {"X-Forwarded-For": "203.0.113.9"}


def test_a_stranger_hears_that_it_is_ready_and_no_more(http: httpx.Client) -> None:
    assert http.get("/readyz", headers=STRANGER).json() == {"status": "ready"}
    assert {"attention", "config", "database", "models"} <= http.get("/readyz").json().keys()


def test_a_service_that_stops_sends_traffic_elsewhere(
    service: Service, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.application, "is_stopping", lambda: True)
    answer = http.get("/readyz", headers=STRANGER)
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "reasons": ["stopping"]})
    assert http.get("/readyz").json()["attention"][0]["remedy"] == "send traffic to another replica"


def test_a_service_that_is_not_up_yet_says_so(tmp_path: Path) -> None:
    application = build_app(Settings(config=CONFIG, data=tmp_path / "data", models=MODELS))

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get("/readyz")

    answer = asyncio.run(asked())
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "reasons": ["starting"]})
