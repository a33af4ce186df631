"""One request on the direct path, from its head to its answer."""

import logging
from typing import Protocol

from app.http.answer import FAULT, HttpAnswer, named
from app.http.asgi_request import KEYLESS_BODY_MAX, Scope
from app.http.auction.intake import Intake, Later
from app.http.auction.routes import ROUTES
from app.telemetry.trouble import where

_log = logging.getLogger(__name__)

OVERHEAD_BYTES = 2_048
"""About what a waiting request takes beside its body."""


class Connection(Protocol):
    """Where the answer goes."""

    def advance(self) -> None: ...

    def set_aside(self, call: "Call", later: Later) -> None: ...


class Call:
    """`started` is when its first byte came, by the steady clock. `known` says that it came with a valid key, as far as
    that can be told before its body is read; `size` is the memory that it takes, roughly.
    """

    __slots__ = (
        "answer",
        "body",
        "connection",
        "intake",
        "keep_alive",
        "known",
        "scope",
        "size",
        "started",
        "takes",
    )

    def __init__(
        self,
        connection: Connection,
        intake: Intake,
        scope: Scope,
        started: float,
        body: bytes = b"",
        *,
        known: bool,
        keep_alive: bool,
    ) -> None:
        self.connection = connection
        self.intake = intake
        self.scope = scope
        self.started = started
        self.known = known
        self.keep_alive = keep_alive
        self.takes = ROUTES[scope["path"]].takes
        self.size = OVERHEAD_BYTES + len(body)
        self.body: bytes | None = body
        self.answer: HttpAnswer | None = None

    def take(self, body: bytes) -> None:
        """Add a part of the body; nothing is kept of a body that is too large."""
        if self.body is None:
            return
        length = len(self.body) + len(body)
        # Nearly every body is short: who asks is looked up for the others only.
        fits = length <= KEYLESS_BODY_MAX or length <= self.intake.body_max(self.scope)
        self.body = self.body + body if fits else None

    def complete(self) -> None:
        """Its last byte has come."""
        self.size = OVERHEAD_BYTES + len(self.body or b"")

    def refusal(self) -> HttpAnswer | None:
        """The no to a ping for which there is no time or room; None for a post, whose price was promised."""
        try:
            return self.intake.shed(self.intake.request(self.scope, self.body, self.started))
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must be refused too
            _log.error("a request could not be refused: %s", where(error), extra=self.log_names)
            return FAULT

    @staticmethod
    def fault() -> HttpAnswer:
        """The answer to a post for which there is no memory: it may be sent again."""
        return FAULT

    @property
    def log_names(self) -> dict[str, str]:
        """What a line of the log about it says beside its text."""
        return self.intake.log_names(self.scope)

    async def answer_later(self, later: Later) -> None:
        """Answer once the result is there."""
        try:
            answer = await later()
        except Exception as error:  # noqa: BLE001 - not even the intake's own refusal could be written
            _log.error("a request could not be answered: %s", where(error), extra=self.log_names)
            answer = FAULT
        self.answer = answer
        self.connection.advance()


class NamedCall(Call):
    """One whose sender gave it an id, which its answer repeats."""

    __slots__ = ("_named", "_request_id")

    def __init__(
        self,
        connection: Connection,
        intake: Intake,
        scope: Scope,
        started: float,
        *,
        known: bool,
        keep_alive: bool,
        request_id: bytes,
    ) -> None:
        self._request_id = request_id
        super().__init__(connection, intake, scope, started, known=known, keep_alive=keep_alive)

    @property
    def answer(self) -> HttpAnswer | None:
        """Once it is there."""
        return self._named

    @answer.setter
    def answer(self, answer: HttpAnswer | None) -> None:
        self._named = named(answer, self._request_id) if answer is not None else None
