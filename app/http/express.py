"""The direct path of auction requests: from uvicorn's parser to the intake without ASGI, and each answer in one write.

ASGI takes a task, an event and two writes per request; the direct path takes one write. Requests of one turn of the
event loop are answered together, because the code and tables that one has used are then still in the processor's caches
for the next (decision 0005).
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.http.answer import FAULT, HttpAnswer
from app.http.application import Application
from app.http.asgi_request import ALWAYS, KEYLESS_BODY_MAX, Scope
from app.http.auction.intake import Intake, Later
from app.http.auction.routes import ROUTES
from app.http.request import RawRequest
from app.telemetry.trouble import where

ROUND_MAX = 32
"""Requests of one round; with more, the first would wait too long for the last."""

_log = logging.getLogger(__name__)


def express(application: Application) -> type[asyncio.Protocol]:
    """The protocol to have uvicorn serve this application with."""
    return cast("type[asyncio.Protocol]", partial(Express, application, Rounds()))


class Express(HttpToolsProtocol):
    """Uvicorn's protocol of one connection, with a direct path for complete POSTs to the auction's endpoints.

    Everything else takes uvicorn's own path: other paths and methods, a query string, a client that waits for "100
    Continue", a request that arrives before the previous one was answered or while answers cannot be written.
    """

    def __init__(self, application: Application, rounds: "Rounds", **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self._application = application
        self._rounds = rounds
        self._coming: Call | None = None

    def on_headers_complete(self) -> None:
        """Choose between the direct path and uvicorn's."""
        intake, path = self._application.intake, self.url.decode("latin-1")
        if (
            intake is None
            or path not in ROUTES
            or self.parser.get_method() != b"POST"
            or self.parser.get_http_version() != "1.1"
            or not (self.cycle is None or self.cycle.response_complete)
            or self.expect_100_continue
            or self.flow.write_paused
            or self.parser.should_upgrade()
        ):
            super().on_headers_complete()
            return
        scope = cast("Scope", self.scope)
        scope.update(method="POST", path=path, raw_path=self.url, query_string=b"")
        self._coming = Call(self, intake, scope, keep_alive=self.parser.should_keep_alive())
        self.cycle = self._coming  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """Add a part of the body."""
        if self._coming is not None:
            self._coming.take(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Hand the complete request to the round."""
        if self._coming is None:
            super().on_message_complete()
            return
        call, self._coming = self._coming, None
        if b"x-forwarded-for" in dict(self.headers):
            self._believe_proxy(call.scope)
        self._rounds.add(call)

    def set_aside(self, call: "Call", later: Later) -> None:
        """Answer a request in a task of its own, because it has to wait for something."""
        task = self.loop.create_task(call.answer_later(later))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _believe_proxy(self, scope: Scope) -> None:
        """Replace the proxy's address by the client's, with uvicorn's own rules."""
        middleware: Any = ProxyHeadersMiddleware(_nobody, self.config.forwarded_allow_ips)
        with suppress(StopIteration):
            # The middleware awaits only its application, which returns at once: one step of the coroutine runs it all.
            middleware(scope, None, None).send(None)


class _Unheard:
    """Uvicorn would wake the task that waits for the body of a broken connection; here there is none."""

    def set(self) -> None:
        """Do nothing."""


_NOBODY_WAITS = _Unheard()


class Call:
    """One request on the direct path. Uvicorn takes it for its own `RequestResponseCycle`, and keeps order by it."""

    def __init__(self, protocol: Express, intake: Intake, scope: Scope, *, keep_alive: bool) -> None:
        self.protocol = protocol
        self.intake = intake
        self.scope = scope
        self.body: bytes | None = b""
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False
        self.message_event = _NOBODY_WAITS

    def take(self, body: bytes) -> None:
        """Add a part of the body; nothing is kept of a body that is too large."""
        if self.body is None:
            return
        length = len(self.body) + len(body)
        # Nearly every body is short: who asks is looked up for the others only.
        fits = length <= KEYLESS_BODY_MAX or length <= self.intake.body_max(self.scope)
        self.body = self.body + body if fits else None

    async def answer_later(self, later: Later) -> None:
        """Answer once the result is there."""
        try:
            answer = await later()
        except Exception as error:  # noqa: BLE001 - not even the intake's own refusal could be written
            _log.error("a request could not be answered: %s", where(error))
            answer = FAULT
        self.answer(answer)

    def answer(self, answer: HttpAnswer) -> None:
        """Write the answer in one call, and let the connection continue."""
        self.response_complete = True
        if self.disconnected:
            return
        more = [*self.protocol.server_state.default_headers, *ALWAYS, *answer.headers]
        if not self.keep_alive:
            more.append((b"connection", b"close"))
        self.protocol.transport.write(
            b"%bcontent-type: %b\r\ncontent-length: %d\r\n%b\r\n%b"
            % (
                STATUS_LINE[answer.status],
                answer.content_type,
                len(answer.body),
                b"".join([b"%b: %b\r\n" % header for header in more]),
                answer.body,
            )
        )
        if not self.keep_alive:
            self.protocol.transport.close()
        self.protocol.on_response_complete()


class Rounds:
    """Answers requests together that arrived in one turn of the event loop; those that must wait are set aside."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Call, RawRequest]] = deque()

    def add(self, call: Call) -> None:
        """Answer a request in this round, or in the next one if this one is full."""
        self._waiting.append((call, call.intake.request(call.scope, call.body)))
        if len(self._waiting) == 1:
            call.protocol.loop.call_soon(self._answer)

    def _answer(self) -> None:
        together = [self._waiting.popleft() for _ in range(min(len(self._waiting), ROUND_MAX))]
        if self._waiting:
            self._waiting[0][0].protocol.loop.call_soon(self._answer)
        answers: Sequence[HttpAnswer | Later]
        try:
            answers = together[0][0].intake.answers([request for _, request in together])
        except Exception as error:  # noqa: BLE001 - each request fails alone within a round; this is the round's own
            _log.error("a round of %d requests could not be answered: %s", len(together), where(error))
            answers = [FAULT] * len(together)
        for (call, _), answer in zip(together, answers, strict=True):
            if isinstance(answer, HttpAnswer):
                call.answer(answer)
            else:
                call.protocol.set_aside(call, answer)


async def _nobody(*_: object) -> None:
    """An application that does nothing."""
