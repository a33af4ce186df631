"""A buyer's endpoint as one platform's client reaches it."""

import time
from collections.abc import Mapping

import httpx
import msgspec

from app.dialects.names import Route
from app.dialects.sending import Sending, Sent
from app.platforms.platform import ParsedAnswer, Parsers, ReceivedAnswer
from app.wire.ping import Value

TIMEOUT_S = 20.0
"""As long as the most patient platforms wait."""


class PlayedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange: what came back, and what the client made of it."""

    answer: ReceivedAnswer
    parsed: ParsedAnswer


class Unreachable(Exception):
    """Nobody answered; the text says why. `connected` where somebody had taken the connection."""

    def __init__(self, why: str, *, connected: bool) -> None:
        super().__init__(why)
        self.connected = connected


class Endpoint:
    """`paths` are those of pings and posts beneath `target`; `more` is sent with every lead, over what it says."""

    def __init__(
        self,
        sends: Sending,
        parsers: Parsers,
        target: str,
        key: str,
        paths: Mapping[Route, str],
        more: Mapping[str, Value],
    ) -> None:
        self.sends = sends
        self.parsers = parsers
        self.answered = False
        self._key = key
        self._paths = paths
        self._more = dict(more)
        self._http = httpx.Client(base_url=target, timeout=TIMEOUT_S, trust_env=False)

    def close(self) -> None:
        """Let go of its connections."""
        self._http.close()

    def ping(self, lead: Mapping[str, Value]) -> PlayedRequest:
        """Offer a lead."""
        return self.ping_as(lead, self._key)

    def ping_as(self, lead: Mapping[str, Value], key: str) -> PlayedRequest:
        """Offer a lead with another key."""
        answer = self.send("ping", self.sends.sent("ping", self.sent_lead(lead), key), key)
        return PlayedRequest(answer=answer, parsed=self.parsers.ping(answer))

    def post(self, lead: Mapping[str, Value], ping_id: str) -> PlayedRequest:
        """Sell it to a bid."""
        answer = self.send("post", self.sends.sent("post", self.sent_lead(lead), self._key, ping_id))
        return PlayedRequest(answer=answer, parsed=self.parsers.post(answer))

    def sent_lead(self, lead: Mapping[str, Value]) -> dict[str, Value]:
        """A lead with what is sent over what it says."""
        return {**lead, **self._more}

    def appetite(self) -> ReceivedAnswer:
        """What the buyer publishes of what it buys; raises Unreachable without an answer in time."""
        return self._answer("GET", "/v1/appetite", {"X-API-Key": self._key}, None)

    def send(self, route: Route, sent: Sent, key: str | None = None) -> ReceivedAnswer:
        """Send a request unchanged; raises Unreachable without an answer in time."""
        headers = {"Content-Type": sent.content_type, **self.sends.headers(self._key if key is None else key)}
        return self._answer("POST", self._paths[route], headers, sent.body)

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> ReceivedAnswer:
        started = time.perf_counter()
        try:
            answered = self._http.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            connected = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            why = f"{self._http.base_url}: {type(error).__name__} {error}".strip()
            raise Unreachable(why, connected=connected) from None
        self.answered = True
        return ReceivedAnswer(
            status=answered.status_code,
            content_type=answered.headers.get("content-type", ""),
            body=answered.content,
            ms=(time.perf_counter() - started) * 1_000.0,
        )
