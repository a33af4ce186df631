"""Whoever has no key writes next to nothing to our disk, and is counted all the same."""

import logging
from pathlib import Path

import httpx
import pytest

from app.asgi import build_app
from app.drill.kit.costly import FORM, JSON, XML
from app.reports.hours import count_hour, hours
from app.settings import Settings
from app.usecases.onboarding.request_log import KEPT, RequestLog
from tests.service import DEMO_CONFIG, MODELS, listening

TIMES = 60
BYTES_MAX = 10_000

PINGS = [
    ("/v1/ping", b'{"zip": "78701"}', JSON, ""),
    ("/v1/ping", b'{"zip": "78701"}', JSON, "nobody's-key"),
    ("/v1/ping", b'{"api_key": "nobody", "zip": "78701"}', JSON, ""),
    ("/v1/ping", b'{"zip": ', JSON, ""),
    ("/v1/test/ping", b"x" * 17_000, JSON, ""),
    ("/v1/boberdoo/ping", b"Key=nobody&Zip=78701", FORM, ""),
    ("/v1/phonexa/lead", b"<lead><zip>78701</zip></lead>", XML, ""),
]
POSTS = [
    ("/v1/post", b'{"ping_id": "x"}', JSON, ""),
    ("/v1/jangl/post", b"\xff", "image/png", "nobody's-key"),
    ("/v1/lead?mode=post", b'{"zip": "78701"}', JSON, "nobody's-key"),
]
OTHERS = [
    ("/v1/notices", b'{"result": "won"}', JSON, "nobody's-key"),
    ("/v1/outcomes", b"{}", JSON, ""),
    ("/v1/nobody/ping", b"{}", JSON, ""),
    ("/.env", b"{}", JSON, ""),
]


def test_sixty_refusals_of_each_kind_add_less_than_ten_kilobytes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(config=DEMO_CONFIG, data=tmp_path / "data", models=MODELS)
    log = RequestLog()
    with (
        listening(build_app(settings, test_recorders=[log.see])) as url,
        httpx.Client(base_url=url, trust_env=False) as http,
    ):
        before, said = _bytes_in(tmp_path), len(caplog.records)
        for _ in range(TIMES):
            for path, body, content_type, key in PINGS + POSTS + OTHERS:
                headers = {"Content-Type": content_type, **({"X-API-Key": key} if key else {})}
                assert 400 <= http.post(path, content=body, headers=headers).status_code < 500
        metrics = http.get("/metrics").text
        assert len(log.entries) == KEPT
    assert _bytes_in(tmp_path) - before < BYTES_MAX
    assert (
        sum(len(record.getMessage()) for record in caplog.records[said:] if record.levelno >= logging.INFO) < BYTES_MAX
    )

    counted = [count_hour(settings.journal, hour, lambda: None).sellers[""] for hour in hours(settings.journal)]
    tests = sum("test" in path for path, *_ in PINGS)
    assert sum(trade.pings for trade in counted) == TIMES * (len(PINGS) - tests)
    assert sum(trade.test_pings for trade in counted) == TIMES * tests
    assert sum(trade.posts for trade in counted) == TIMES * len(POSTS)
    assert sum(trade.no_bids.get("auth_failed", 0) for trade in counted) == TIMES * 5
    assert _sum(metrics, 'leadbid_pings_total{code="') == TIMES * len(PINGS)
    assert _sum(metrics, 'leadbid_posts_total{code="') == TIMES * len(POSTS)
    assert _sum(metrics, 'leadbid_keyless_refusals_total{fault="wrong_key"') == TIMES * 6
    assert _sum(metrics, 'leadbid_keyless_refusals_total{fault="no_key"') == TIMES * 4
    assert _sum(metrics, 'leadbid_keyless_refusals_total{fault="too_large"') == TIMES
    assert _sum(metrics, 'leadbid_keyless_refusals_total{fault="unreadable"') == TIMES


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".db-shm")


def _sum(metrics: str, start: str) -> int:
    return round(sum(float(line.rpartition(" ")[2]) for line in metrics.splitlines() if line.startswith(start)))
