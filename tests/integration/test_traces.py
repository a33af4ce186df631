"""Pings, posts and deliveries as spans at a collector: what was decided and why, and nothing of the consumer."""

import sys
import time
from pathlib import Path

import httpx
import pytest

from app.asgi import build_app
from app.mock_exchange.consumers import post_of
from app.settings import Settings
from app.telemetry.tracing import CannotTrace, Tracing, wants_traces
from tests.market import KEY, demo_with_crm, patient_ping, someone, wait_for_leads
from tests.otlp_collector import ReceivedSpan, otlp_collector
from tests.service import MODELS, free_port, listening, refused

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_lead_is_traced_from_its_ping_to_its_delivery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = someone(1)
    with otlp_collector() as collector, demo_with_crm(tmp_path / "config") as (config, receiver):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
        began = time.time()
        application = build_app(Settings(config=config, data=tmp_path / "data", models=MODELS, traces=True))
        with listening(application) as url, httpx.Client(base_url=url, trust_env=False, headers=KEY) as http:
            traced = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "req-9"}
            bid = http.post("/v1/ping", json=patient_ping(who), headers=traced).json()
            repeat = http.post("/v1/ping", json=patient_ping(who), headers={"traceparent": "00-zz-zz"}).json()
            no = http.post("/v1/ping", json={"vertical": "maria.lopez@gmail.com", "zip": "78701"}).json()
            sale = http.post("/v1/post", json=post_of(who, bid["ping_id"], time.time()), headers=traced).json()
            assert (repeat["ping_id"], no["status"], sale["status"]) == (bid["ping_id"], "rejected", "accepted")
            assert wait_for_leads(receiver, {sale["lead_id"]}) == set()
        # A service that stops sends what it has.
        first, again, refusal, post = [span for span in collector.spans if span.name in ("ping", "post")]
        (delivery,) = [span for span in collector.spans if span.name == "delivery"]
        ended = time.time()
    assert (first.trace_id, first.parent_id) == (post.trace_id, post.parent_id) == (TRACE, PARENT)
    assert TRACE not in (again.trace_id, refusal.trace_id)
    assert told(first, "decision", "reason", "vertical", "seller") == ["bid", "", "auto_insurance", "acme"]
    assert told(first, "request_id") == told(post, "request_id") == ["req-9"]
    assert told(again, "decision", "repeat") == ["bid", True]
    assert told(refusal, "decision", "reason", "vertical") == ["no_bid", "unsupported_vertical", ""]
    assert told(post, "decision", "lead_id", "vertical") == ["accepted", sale["lead_id"], "auto_insurance"]
    assert told(delivery, "decision", "destination", "attempt") == ["delivered", "harbor-crm", 1]
    assert collector.resource["service.name"] == "leadbid"
    assert collector.resource["deployment.environment"] == "test"
    for span in (first, again, refusal, post, delivery):
        assert began * 1e9 - 1e9 <= span.began_ns <= span.ended_ns <= ended * 1e9 + 1e9
        assert not span.is_error
    lead = post_of(who, bid["ping_id"], time.time())
    personal = [str(lead[name]) for name in ("first_name", "last_name", "phone", "email", "trustedform_cert_url")]
    assert [text for text in (*personal, "maria", bid["ping_id"]) if text.encode() in collector.raw] == []


def told(span: ReceivedSpan, *names: str) -> list[object]:
    return [span.attributes.get(f"leadbid.{name}", "") for name in names]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(CannotTrace, match=r"pip install 'leadbid\[otel\]'"):
        Tracing("1.0")


def test_a_collector_that_is_away_holds_up_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr("app.telemetry.tracing.CLOSE_S", 0.2)
    tracing = Tracing("1.0")
    tracing.span("ping", "server", time.time(), 0.01, {"seller": "acme"})
    began = time.monotonic()
    tracing.close()
    assert time.monotonic() - began < 2.0


@pytest.mark.parametrize(
    ("environ", "asked", "wanted"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, False, True),
        ({"OTEL_TRACES_EXPORTER": "none"}, True, False),
        ({"OTEL_SDK_DISABLED": "true"}, True, False),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, True, True),
        # Where to send is no wish to send.
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, False, False),
    ],
)
def test_traces_are_made_for_who_asks(environ: dict[str, str], *, asked: bool, wanted: bool) -> None:
    assert wants_traces(environ, asked=asked) is wanted


@pytest.mark.parametrize(
    "environ", [{"OTEL_TRACES_EXPORTER": "zipkin"}, {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}]
)
def test_what_cannot_be_sent_is_refused_by_name(environ: dict[str, str]) -> None:
    with pytest.raises(CannotTrace, match=next(iter(environ))):
        wants_traces(environ, asked=True)


def test_a_service_that_cannot_trace_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    assert "leadbid sends http/protobuf, mostly to port 4318" in refused(tmp_path, "--traces")
