"""Traces by OpenTelemetry, which is optional, and which this module alone asks for.

Its exporter connects by itself, so that its address is not vetted as all others of ours are: it is the operator's own
collector, mostly on the same machine, and named by the operator's environment alone. What goes there is named here:
no consumer, no field of a lead, no text of an error. The exporter sends from a thread of its own, and drops spans
rather than have anybody wait.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Thread
from typing import Any, Literal

import msgspec

MISSING = "traces need OpenTelemetry: pip install 'leadbid[otel]'"

PROTOCOL = "http/protobuf"

CLOSE_S = 2.0

_NS = 1_000_000_000
_EMPTY: Mapping[str, str] = {}


class CannotTrace(Exception):
    """Traces are asked for as they cannot be made; the text says what to do."""


class TracedRequest(msgspec.Struct, frozen=True, gc=False):
    """The request whose work is done: its id, when it came by the steady clock, and the trace of its sender."""

    request_id: str
    started: float
    parent: Mapping[str, str] = _EMPTY


TRACED_REQUEST: ContextVar[TracedRequest | None] = ContextVar("leadbid.traced_request", default=None)


@contextmanager
def work_of(request: TracedRequest) -> Iterator[None]:
    """What is journaled meanwhile is this request's."""
    token = TRACED_REQUEST.set(request)
    try:
        yield
    finally:
        TRACED_REQUEST.reset(token)


def parent_in(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """The headers of W3C Trace Context; what of them cannot be read begins a trace of its own."""
    return {
        name.decode(): value.decode("latin-1")[:512]
        for name, value in headers
        if name in (b"traceparent", b"tracestate")
    }


def wants_traces(environ: Mapping[str, str], *, asked: bool) -> bool:
    """Whether traces are made: by the command's option, or by the standard's variable; CannotTrace for what we cannot.

    The standard would have them on: here they are off until somebody asks.
    """
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip()
    if exporter not in ("", "none", "otlp"):
        raise CannotTrace(f"OTEL_TRACES_EXPORTER is {exporter!r}: leadbid sends by otlp, or none")
    for name in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if environ.get(name, PROTOCOL) != PROTOCOL:
            raise CannotTrace(f"{name} is {environ[name]!r}: leadbid sends {PROTOCOL}, mostly to port 4318")
    return exporter != "none" and (asked or exporter == "otlp")


class Tracing:
    """Makes spans of what has happened already. CannotTrace where OpenTelemetry is missing.

    Where to, how many and under which name stands in the environment, as OpenTelemetry documents it.
    """

    def __init__(self, version: str) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an optional extra
                OTLPSpanExporter,
            )
            from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415 - as above
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above
            from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415 - as above
            from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - as above
                TraceContextTextMapPropagator,
            )
        except ImportError:
            raise CannotTrace(MISSING) from None
        named = Resource({"service.name": "leadbid", "service.version": version})
        # What the environment says counts before our own name.
        resource = Resource.create(named.merge(OTELResourceDetector().detect()).attributes)
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("leadbid", version)
        self._propagator = TraceContextTextMapPropagator()
        self._kinds: dict[str, Any] = {"server": SpanKind.SERVER, "client": SpanKind.CLIENT}
        self._failed = StatusCode.ERROR

    def span(
        self,
        name: str,
        kind: Literal["server", "client"],
        began_at: float,
        took_s: float,
        attributes: Mapping[str, str | bool | int],
        *,
        parent: Mapping[str, str] = _EMPTY,
        failed: bool = False,
    ) -> None:
        """One span from `began_at` (UTC epoch seconds) on; empty attributes are left out."""
        context = self._propagator.extract(parent) if parent else None
        began = int(began_at * _NS)
        told = {f"leadbid.{key}": value for key, value in attributes.items() if value != ""}
        span = self._tracer.start_span(name, context, self._kinds[kind], told, start_time=began)
        if failed:
            span.set_status(self._failed)
        span.end(began + int(took_s * _NS))

    def close(self) -> None:
        """Send what waits. A collector that does not take it in time goes without: it would hold up the end."""
        sending = Thread(target=self._provider.shutdown, name="leadbid-traces", daemon=True)
        sending.start()
        sending.join(CLOSE_S)
