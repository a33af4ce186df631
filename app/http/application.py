"""The whole service behind one address: the auction's endpoints by hand, everything else by Litestar."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from app.http.asgi_request import BODY_MAX, Message, Receive, Scope, Send, send_answer
from app.http.auction.intake import Intake
from app.http.auction.routes import PATHS, auction_path
from app.http.console.kept_views import KeptViews
from app.http.console.routes import MISSING, console_routes
from app.http.feedback import FEEDBACK_ROUTES, NOTICES
from app.http.operations import OPERATIONS
from app.http.operators.requests import OPERATORS_ROUTES
from app.http.operators.returns import RETURNS
from app.http.operators.suppressions import SUPPRESSIONS
from app.http.pages.front_page import front_page
from app.http.pages.instructions import INSTRUCTIONS
from app.http.pages.seller_pages import SELLER_PAGES
from app.http.paths import Endpoints, KnownPath
from app.http.secured import secured
from app.telemetry.request_id import HEADER, REQUEST_ID, RequestIds
from app.telemetry.trouble import where
from app.usecases.background import BackgroundJobs

_log = logging.getLogger(__name__)

Running = Callable[[], AbstractAsyncContextManager[BackgroundJobs]]
"""Brings the bidder up and takes it down again."""


class CannotStart(Exception):
    """The service cannot start as things are; the text says what to do about it."""


class Application:
    """An ASGI application. `running` is entered when the server starts, before the first request."""

    def __init__(
        self,
        running: Running,
        clock: Callable[[], float],
        steady: Callable[[], float],
        pages: Sequence[HTTPRouteHandler] = (),
        request_ids: RequestIds | None = None,
        intake: type[Intake] = Intake,
    ) -> None:
        self._running = running
        self._clock = clock
        self._request_ids = request_ids or RequestIds()
        self._makes_intake = intake
        self.steady = steady
        """The clock by which requests count their time."""
        self.intake: Intake | None = None
        """The auction's endpoints, from start to stop."""
        self.background: BackgroundJobs | None = None
        """What is to be done beside them, as long."""
        self.is_stopping: Callable[[], bool] = lambda: False
        """Whether answers without an end are to end: the server is about to stop."""
        own = () if any("/" in page.paths for page in pages) else (front_page,)
        handlers = [
            *own,
            *FEEDBACK_ROUTES,
            *OPERATORS_ROUTES,
            *RETURNS,
            *SUPPRESSIONS,
            *OPERATIONS,
            *SELLER_PAGES,
            *INSTRUCTIONS,
            *console_routes(),
            *pages,
        ]
        self._rest = Litestar(
            # At once: after each one by itself it would read through all of its paths again.
            route_handlers=[_Routes("/", route_handlers=handlers)],
            state=State(
                {
                    "clock": clock,
                    "is_stopping": lambda: self.is_stopping(),
                    "streams": 0,
                    "kept_views": KeptViews(),
                    "background": None,
                }
            ),
            exception_handlers={HTTPException: _refused, Exception: _failed},
            before_send=[_pages_look_anew],
            request_max_body_size=BODY_MAX,
            openapi_config=None,
            logging_config=None,
        )
        self._endpoints = Endpoints(self._routes_of_the_rest)

    @property
    def routes(self) -> frozenset[tuple[str, str]]:
        """Method and path of everything that is answered; a part of a path that varies stands in braces."""
        return self._routes_of_the_rest | {(method, path) for path in PATHS for method in ("POST", "GET")}

    @property
    def endpoints(self) -> frozenset[tuple[str, str]]:
        """The same without what only the console's own pages ask for: what the OpenAPI document describes."""
        return frozenset(route for route in self.routes if not route[1].startswith("/console"))

    @property
    def _routes_of_the_rest(self) -> frozenset[tuple[str, str]]:
        routes = [route for route in self._rest.routes if isinstance(route, HTTPRoute)]
        return frozenset((method, route.path_format) for route in routes for method in route.methods - {"OPTIONS"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of whatever kind the server has."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self.intake is not None and scope["type"] == "http":
            await self._answer(self.intake, scope, receive, send)
        else:
            await self._rest(scope, receive, secured(send))  # type: ignore[arg-type]

    def _intake_of(self, background: BackgroundJobs) -> Intake:
        return self._makes_intake(background.bidder, self._clock, self.steady, self._request_ids)

    async def _answer(self, intake: Intake, scope: Scope, receive: Receive, send: Send) -> None:
        path = auction_path(scope["path"])
        if path:
            await intake({**scope, "path": path}, receive, send)
            return
        request_id = self._request_ids.of(scope)
        REQUEST_ID.set(request_id)
        send = _named(secured(send), request_id)
        endpoint = self._endpoints.at(scope["path"])
        if endpoint is None and scope["path"].startswith("/console/"):
            # A person looks at it, whom the refusals of sellers tell nothing.
            endpoint = self._endpoints.at(MISSING)
        methods = endpoint.methods | _also_by_head(endpoint) if endpoint is not None else frozenset()
        if endpoint is not None and scope["method"] == "OPTIONS":
            # The framework would tell of one handler's methods alone, where each method has its own.
            allow = ", ".join(sorted(methods | {"OPTIONS"}))
            await send_answer(send, 200, b"text/plain", b"", ((b"allow", allow.encode()),))
            return
        if endpoint is None or scope["method"] not in methods:
            answer = intake.no_endpoint(scope, methods)
            await send_answer(send, answer.status, answer.content_type, answer.body, answer.headers)
            return
        # What a HEAD is answered is cut off where the request came in: here it is a GET.
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await self._rest({**scope, "path": endpoint.path, "method": method}, receive, send)  # type: ignore[arg-type]

    async def _live(self, receive: Receive, send: Send) -> None:
        """From start to stop. What prevents a start is said in one sentence, without a trace."""
        await receive()
        try:
            async with self._running() as background:
                self._rest.state.bidder, self._rest.state.certifier = background.bidder, background.certifier
                self._rest.state.service_state, self._rest.state.background = background.state_of_all, background
                self.intake, self.background = self._intake_of(background), background
                await send({"type": "lifespan.startup.complete"})
                await receive()
                self.is_stopping = lambda: True
                self.intake = self.background = None
        except CannotStart as reason:
            await send({"type": "lifespan.startup.failed", "message": str(reason)})
            return
        await send({"type": "lifespan.shutdown.complete"})


class _Routes(Router):
    """Routes of one application alone, which need not be copied for it: that took a third of a start."""

    def __deepcopy__(self, _: dict[int, object]) -> "_Routes":
        return self


async def _pages_look_anew(message: Any, scope: Any) -> None:
    """Whoever looks at a page after this answer sees what the request has changed, whoever sent it."""
    if message["type"] == "http.response.start" and scope["method"] != "GET":
        scope["litestar_app"].state.kept_views.forget()


def _named(send: Send, request_id: str) -> Send:
    """The same, with the id of the request."""

    async def send_named(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (HEADER, request_id.encode())]
        await send(message)

    return send_named


def _also_by_head(endpoint: KnownPath) -> frozenset[str]:
    """HEAD where GET is, but where a GET says something: nobody would see the answer."""
    return frozenset({"HEAD"}) if "GET" in endpoint.methods and endpoint.path != NOTICES else frozenset()


def _refused(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, str]]:
    """Litestar's own refusals (no such path, wrong method, too large) in our shape."""
    body = {"status": "rejected", "reason": error.detail or "no such endpoint", "reason_code": "invalid_field"}
    return Response(body, status_code=error.status_code)


def _failed(_: Request[Any, Any, Any], error: Exception) -> Response[dict[str, str]]:
    _log.error("a request could not be answered: %s", where(error))
    return Response(
        {"status": "error", "reason": "we could not answer, try again", "reason_code": "internal"}, status_code=503
    )
