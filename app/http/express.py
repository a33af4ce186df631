"""The direct path of auction requests: from uvicorn's parser to the intake without ASGI, answers in one write.

ASGI takes a task, an event and two writes per request; the direct path takes a part of one write. Everything else goes
uvicorn's own way, but the bounds of a connection hold for both.
"""

import asyncio
import time
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, Literal, cast

import httptools
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.http.answer import HttpAnswer, lines_of, written
from app.http.application import Application
from app.http.asgi_request import ALWAYS, Scope
from app.http.auction.intake import STARTED, Later, QuickNo
from app.http.auction.known_heads import knowable, parted
from app.http.auction.routes import ROUTES, auction_path
from app.http.authentication import KEY_HEADERS
from app.http.backlog import CROWDED_BYTES, Backlog
from app.http.call import Call, NamedCall
from app.http.connections import (
    BODY_S,
    HEAD_S,
    LINGER_S,
    SILENT_S,
    SILENT_WITH_KEY_S,
    UNREAD_S,
    Connections,
    connections_max,
    raise_descriptors,
)
from app.http.pipeline import WAITING_MAX, Passed, Pipeline
from app.telemetry.request_id import HEADER, accepted

HEAD_MAX = 32_768
URL_MAX = 16_384
HEADERS_MAX = 100
"""The head of a request as a whole, its path with the query, the number of its headers."""

PIECE = 2_048
"""What a connection without a key has parsed at once; one that sends more waits for its turn with the others."""
LONG_PIECE = 8_192

STRANGE_HEADS_MAX = 8
"""New heads in a row after which no more of a connection are remembered until one comes again."""

DISCARDED_MAX = 1_048_576
"""What is still read, and thrown away, of a client that was told that we close."""

_METHODS = {b"POST": "POST", b"GET": "GET"}
_WRONG = {
    400: "this is no HTTP request that we understand",
    408: "the rest of the request did not come in time",
    414: "the address is too long",
    431: "the headers are too large",
    503: "we are too busy, try again",
}

_WHY = {400: "malformed", 408: "late", 414: "too_large", 431: "too_large", 503: "capacity"}

Status = Literal[400, 408, 414, 431, 503]


def express(application: Application, per_address: int = 0) -> type[asyncio.Protocol]:
    """The protocol to have uvicorn serve this application with; `per_address` bounds connections, 0 does not."""

    def steady() -> float:
        return application.steady()

    connections = Connections(time.monotonic, connections_max(raise_descriptors()), per_address)
    return cast("type[asyncio.Protocol]", partial(Express, application, Backlog(steady), connections))


class _Refused(Exception):
    """A request breaks a bound; it is answered with this status, and then the connection ends."""

    def __init__(self, status: Status) -> None:
        super().__init__(_WRONG[status])
        self.status = status


class _Predecessor:
    """Tells uvicorn whether the answer before a request's is out: it asks the request before."""

    def __init__(self, *, response_complete: bool) -> None:
        self.response_complete = response_complete
        self.keep_alive = True
        self.disconnected = False


_ANSWERED, _PENDING = _Predecessor(response_complete=True), _Predecessor(response_complete=False)
_SKIPPED = object()
"""A request of which nothing is kept."""


class Express(HttpToolsProtocol):
    """Uvicorn's protocol of one connection, with bounds, and a direct path for requests to the auction's endpoints.

    Uvicorn's own path takes: other paths and methods, a client that waits for "100 Continue" or wants another protocol,
    HTTP/1.0.

    A request counts its time by the service's steady clock, which stands still between the steps of a simulated day.
    How long a connection is silent is a fact of the network, measured by the machine's.
    """

    def __init__(self, application: Application, backlog: Backlog, connections: Connections, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        trusted = self.config.forwarded_allow_ips
        self._proxy_headers = _proxy_headers(trusted if isinstance(trusted, str) else tuple(trusted))
        self._application = application
        self._backlog = backlog
        self._connections = connections
        self._waiting = Pipeline(backlog, partial(backlog.add, loop=self.loop))
        self._coming: object = None
        self._phase: Literal["rest", "head", "body"] = "rest"
        self._unread = b""
        self._offered = self._valid = b""
        self._whole = b""
        self._strange_heads = 0
        self._request_id = ""
        self._is_forwarded = self._is_last = self._has_moved = self._is_overrun = False
        self._started = self._heard_at = self._ends_at = self._unwritable_at = 0.0
        self._fed = self._piece = self._body_bytes = self._discarded = 0
        self.keyed = False
        self.active_at = 0.0

    # What the registry of connections asks.

    @property
    def address(self) -> str:
        """Where the other side is."""
        return self.client[0] if self.client else ""

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being made."""
        return len(self._waiting) > 0

    def drop(self) -> None:
        """End it at once, so that there is room for another."""
        self._count("capacity")
        self.transport.abort()

    def check(self, now: float) -> None:
        """End it if it has done nothing for too long."""
        if self._ends_at:
            if now >= self._ends_at:
                self.transport.abort()
        elif self._unwritable_at:
            if now - self._unwritable_at > UNREAD_S:
                self._count("unread")
                self.transport.abort()
        elif self._phase != "rest":
            if now - self.active_at > (HEAD_S if self._phase == "head" else BODY_S):
                self._refuse(408)
        elif not (self._waiting or self._unread):
            silent_s = now - self.active_at
            if silent_s > (SILENT_WITH_KEY_S if self.keyed else SILENT_S):
                self.transport.close()

    def read_on(self) -> bool:
        """Parse the next piece; whether there is more that may be parsed now."""
        if self.transport.is_closing() or self._ends_at:
            self._unread = b""
        if self._waiting.is_full(keyed=self.keyed) or self._unwritable_at or not self._unread:
            return False
        # Who has shown a key by now is no stranger: in pieces it would wait behind the rounds of a loaded service.
        size = len(self._unread) if self.keyed else LONG_PIECE
        piece, self._unread = self._unread[:size], self._unread[size:]
        self._parse(piece)
        if not self._unread:
            self._read_again()
        return bool(self._unread)

    # What the event loop says.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection in, or end it where there is no room."""
        super().connection_made(transport)
        self.active_at = time.monotonic()
        self._connections.proxies = self._proxy_headers.trusted_hosts
        if not self._connections.admit(self, self.loop):
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything; what is being decided is decided, but nobody hears of it."""
        self._connections.forget(self)
        self._waiting.break_off()
        self._forget_body()
        self._coming, self._unread = None, b""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, of a stranger's long input one piece after the other."""
        if self._ends_at:
            self._discarded += len(data)
            if self._discarded > DISCARDED_MAX:
                self.transport.abort()
            return
        if self._unread:
            self._unread += data
            self.flow.pause_reading()
        elif len(data) > PIECE and not self.keyed:
            self._unread = data
            self._heard_at = self._backlog.heard_at(self.loop.time())
            self.flow.pause_reading()
            self._connections.read_later(self, self.loop)
        else:
            self._heard_at = self._backlog.heard_at(self.loop.time())
            if self.keyed and self._phase == "rest" and not self._fed:
                data = self._after_known(data)
            if data:
                self._parse(data)

    def pause_writing(self) -> None:
        """The other side does not read its answers: no more are made, and no more is read."""
        super().pause_writing()
        self._unwritable_at = time.monotonic()
        self.flow.pause_reading()
        self._connections.is_stuck(self)

    def resume_writing(self) -> None:
        """It reads them."""
        super().resume_writing()
        self._unwritable_at = 0.0
        self._connections.is_read_again(self)
        self._waiting.go_on(may_start=True)
        self._read_again()

    def shutdown(self) -> None:
        """The server stops: what was begun is answered, and then the connection ends."""
        self._is_last = True
        last = self._coming if self._phase == "body" else self._waiting.last
        if isinstance(last, Call):
            last.keep_alive = False
        elif isinstance(last, Passed):
            last.cycle.keep_alive = False
        elif last is None or last is _SKIPPED:
            self.transport.close()

    # What needs no parser.

    def _after_known(self, data: bytes) -> bytes:
        """Hand over the requests whose heads came before; what is left has to be parsed."""
        intake, at, size = self._application.intake, 0, len(data)
        if intake is None or self._is_last:
            return data
        while at < size and not (self._backlog.is_behind or self._waiting.is_full(keyed=True)):
            parts = parted(data, at)
            if parts is None or (known := intake.known_head(parts.head)) is None:
                break
            at, self._strange_heads = parts.ends_at, 0
            scope = {**known.scope, "client": self.client, "server": self.server, "scheme": self.scheme}
            if known.is_forwarded:
                self._believe_proxy(scope)
            call = Call(self, intake, scope, self._heard_at, data[parts.body_at : at], known=True, keep_alive=True)
            self._waiting.add(call, may_start=not self._unwritable_at)
        return data[at:]

    def _remember(self, call: Call) -> None:
        """Know the head of a request again that came in one piece, alone, and with a seller's key."""
        # Who numbers its requests in their heads never sends one again.
        if self._strange_heads >= STRANGE_HEADS_MAX:
            return
        self._strange_heads += 1
        head = knowable(self._whole, call.body or b"")
        if head is not None:
            call.intake.remember_head(head, call.scope, is_forwarded=self._is_forwarded)

    # What the parser finds.

    def _parse(self, data: bytes) -> None:
        self._whole = b"" if self._fed or self._phase != "rest" else data
        self._has_moved = False
        self._piece = self._fed + len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            refused = error.__context__
            self._refuse(refused.status if isinstance(refused, _Refused) else 400)
        except httptools.HttpParserUpgrade:
            # The request is answered as if it had not asked for another protocol, and is the last.
            self._is_last = True
        else:
            # The parser keeps what is not complete, whatever it is: a header, the end of a chunk, a trailer.
            self._fed = 0 if self._has_moved else self._fed + len(data)
            if self._fed > HEAD_MAX:
                self._refuse(431 if self._phase == "body" or self.headers else 414)

    def on_message_begin(self) -> None:
        """A request begins. Its scope is made when it is known that it will be looked at."""
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._request_id = ""
        self._has_moved = True
        self._phase = "head"
        self._started, self.active_at = self._heard_at, time.monotonic()
        self._offered = b""
        self._is_forwarded = self._is_overrun = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; what comes after a body is none, whatever it says."""
        if self._phase != "head":
            return
        name = name.lower()
        if name in _NOTED:
            self._note(name, value)
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Choose between the direct path and uvicorn's."""
        self._has_moved = True
        self._phase = "body"
        self._coming = _SKIPPED
        if self._is_last:
            return
        if self._piece > HEAD_MAX or len(self.url) > URL_MAX or len(self.headers) > HEADERS_MAX:
            self._bound_head()
        is_known, intake = self._is_known(), self._application.intake
        path, _, query = self.url.partition(b"?")
        route = path.decode("latin-1")
        if route not in ROUTES:
            route = auction_path(route)
        if (
            intake is None
            or not route
            or self.expect_100_continue
            or (method := _METHODS.get(self.parser.get_method())) is None
            or self.parser.get_http_version() != "1.1"
            or self.parser.should_upgrade()
            or (query and b"#" in query)
        ):
            self._pass()
            return
        keep_alive = self.parser.should_keep_alive()
        if self._backlog.is_behind and is_known and keep_alive:
            self._coming = intake.quick_no(route, dict(self.headers))
            if self._coming is not None:
                return
        scope: Scope = {
            "type": "http",
            "http_version": "1.1",
            "scheme": self.scheme,
            "client": self.client,
            "server": self.server,
            "method": method,
            "path": route,
            "raw_path": path,
            "query_string": query,
            "headers": self.headers,
        }
        if self._request_id:
            self._coming = NamedCall(
                self,
                intake,
                scope,
                self._started,
                known=is_known,
                keep_alive=keep_alive,
                request_id=self._request_id.encode(),
            )
        else:
            self._coming = Call(self, intake, scope, self._started, known=is_known, keep_alive=keep_alive)

    def on_body(self, body: bytes) -> None:
        """Add a part of the body."""
        self._has_moved = True
        coming, backlog = self._coming, self._backlog
        self._body_bytes += len(body)
        backlog.bytes += len(body)
        if isinstance(coming, Call):
            if backlog.bytes >= CROWDED_BYTES and backlog.is_crowded(keyed=self.keyed):
                coming.body, self._is_overrun = None, True
            coming.take(body)
        elif isinstance(coming, Passed):
            if not self.keyed and backlog.is_crowded(keyed=False):
                raise _Refused(503)
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Hand the complete request over, or refuse it where too many wait already."""
        self._has_moved = True
        self._phase = "rest"
        coming, self._coming = self._coming, None
        self._forget_body()
        if isinstance(coming, Call):
            if self._is_forwarded:
                self._believe_proxy(coming.scope)
            coming.complete()
            self._is_last = not coming.keep_alive
            if coming.known and self._whole and self._offered and not (self._is_last or self._request_id):
                self._remember(coming)
            self._whole = b""
            if self._is_overrun or self._waiting.is_full(keyed=self.keyed):
                self._turn_away(coming)
            else:
                self._waiting.add(coming, may_start=not self._unwritable_at)
        elif isinstance(coming, QuickNo):
            self._waiting.say(coming.text(self._always))
            self._backlog.advance(self, self.loop)
            if len(self._waiting) >= WAITING_MAX:
                self.flow.pause_reading()
        elif isinstance(coming, Passed):
            super().on_message_complete()

    # How requests are answered.

    def set_aside(self, call: Call, later: Later) -> None:
        """Answer a request in a task of its own, because it has to wait for something."""
        task = self.loop.create_task(call.answer_later(later))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def advance(self) -> None:
        """Write all answers whose turn it is, and let what comes after them go on."""
        answers, is_end = self._waiting.take_answers(self._backlog.headers(self.server_state.default_headers))
        if self.transport.is_closing():
            return
        if answers:
            self.server_state.total_requests += len(answers)
            self.transport.write(b"".join(answers))
        others = len(self._waiting)
        if is_end or (self._is_last and not others and self._phase == "rest"):
            self._end()
            return
        if others:
            self._waiting.go_on(may_start=not self._unwritable_at)
        else:
            self.active_at = time.monotonic()
        if self.flow.read_paused:
            self._read_again()

    def on_response_complete(self) -> None:
        """The application has answered."""
        self._waiting.passed_is_done()
        self.server_state.total_requests += 1
        self.advance()

    @property
    def _always(self) -> bytes:
        return self._backlog.headers(self.server_state.default_headers)

    def _end(self) -> None:
        """End the connection after its last answer; after a refusal so that it can be read although more is sent."""
        if self._ends_at and self.transport.can_write_eof():
            with suppress(OSError):
                self.transport.write_eof()
            self.flow.resume_reading()
        else:
            self.transport.close()

    def _turn_away(self, call: Call) -> None:
        """Refuse a ping that is too much in its turn, and read no more for now; a post waits if it can."""
        self.flow.pause_reading()
        answer = call.refusal()
        if answer is None and not (self._backlog.is_crowded(keyed=self.keyed) or self._is_overrun):
            self._waiting.add(call, may_start=not self._unwritable_at)
            return
        answer = answer or call.fault()
        self._waiting.say(written(answer, self._always, keep_alive=call.keep_alive))
        self.advance()

    def _pass(self) -> None:
        """Have uvicorn ask the application, now or when what came before is answered."""
        if self._waiting.is_full(keyed=self.keyed):
            self._waiting.say(_plain(503, is_head=self.parser.get_method() == b"HEAD"))
            self.flow.pause_reading()
            self.advance()
            return
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expects
        cast("Any", self.scope).update({"headers": headers, STARTED: self._started})
        self.cycle = cast("Any", _PENDING if self._waiting else _ANSWERED)
        super().on_headers_complete()
        start = None
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            start = partial(self._start_asgi_task, cycle, app)
        self._coming = passed = Passed(self.cycle, start)
        self._waiting.add(passed, may_start=True)

    def _refuse(self, status: Status) -> None:
        """Answer a request that breaks a bound or a rule of HTTP in its turn, and end the connection."""
        coming, self._coming, self._phase, self._unread = self._coming, None, "rest", b""
        self._forget_body()
        self._ends_at = time.monotonic() + LINGER_S
        self._is_last = True
        self._count(_WHY[status])
        if isinstance(coming, Passed):
            if coming.cycle.response_started:
                self.transport.close()
                return
            coming.cycle.disconnected = True
            coming.cycle.message_event.set()
            self._waiting.replace_last(_plain(status))
        else:
            self._waiting.say(_plain(status))
        self.advance()

    def _count(self, why: str) -> None:
        if self._application.intake is not None:
            self._application.intake.count_ended(why)

    def _read_again(self) -> None:
        """Read on where there is room for what comes."""
        if not self.flow.read_paused or self._unwritable_at or not self._waiting.is_half_empty(keyed=self.keyed):
            return
        if self._unread:
            self._connections.read_later(self, self.loop)
        else:
            self.flow.resume_reading()

    def _forget_body(self) -> None:
        self._backlog.bytes -= self._body_bytes
        self._body_bytes = 0

    def _bound_head(self) -> None:
        """Refuse a head that is too large. Most come in one piece that is smaller than a head may be."""
        if len(self.url) > URL_MAX:
            raise _Refused(414)
        if len(self.headers) > HEADERS_MAX or sum([len(name) + len(value) for name, value in self.headers]) > HEAD_MAX:
            raise _Refused(431)

    def _note(self, name: bytes, value: bytes) -> None:
        """Remember what decides on the way of a request."""
        if name == b"expect":
            self.expect_100_continue = value.lower() == b"100-continue"
        elif name == b"x-forwarded-for":
            self._is_forwarded = True
        elif name == HEADER:
            self._request_id = accepted(value)
        else:
            self._offered = value

    def _is_known(self) -> bool:
        """Whether this request has a seller's key in its headers, or none there on a seller's connection."""
        if not self._offered:
            return self.keyed and self.address not in self._connections.proxies
        if self._offered != self._valid:
            intake = self._application.intake
            if intake is None or not intake.knows(dict(self.headers)):
                return False
            self._valid, self.keyed = self._offered, True
        return True

    def _believe_proxy(self, scope: Scope) -> None:
        """Replace the proxy's address by the client's, with uvicorn's own rules."""
        middleware: Any = self._proxy_headers
        with suppress(StopIteration):
            # The middleware awaits only its application, which returns at once: one step of the coroutine runs it all.
            middleware(scope, None, None).send(None)


_NOTED = frozenset({b"expect", b"x-forwarded-for", HEADER, *KEY_HEADERS})


def _plain(status: Status, *, is_head: bool = False) -> bytes:
    """An answer in our shape to what was not understood, or not even read; only of a 503 more may follow."""
    code = "load_shed" if status == 503 else "invalid_field"
    body = f'{{"status":"rejected","reason":"{_WRONG[status]}","reason_code":"{code}"}}'.encode()
    answer = written(HttpAnswer(status, b"application/json", body), lines_of(ALWAYS), keep_alive=status == 503)
    return answer.removesuffix(body) if is_head else answer


@lru_cache(maxsize=8)
def _proxy_headers(trusted: str | tuple[str, ...]) -> ProxyHeadersMiddleware:
    """Uvicorn's rules of whose `X-Forwarded-For` is believed."""
    return ProxyHeadersMiddleware(cast("Any", _nobody), trusted if isinstance(trusted, str) else list(trusted))


async def _nobody(*_: object) -> None:
    """An application that does nothing."""
