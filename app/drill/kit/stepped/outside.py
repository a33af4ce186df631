"""The rest of the world: a CRM that keeps leads and a provider of certificates, each with the troubles of real ones."""

from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from app.drill.kit.stepped.faults import Fault
from app.mock_exchange.crm_receiver import CrmReceiver
from app.mock_providers.fake import FakeRequest
from app.mock_providers.server import FakeProviders
from app.outbound.message import OutboundAnswer, OutboundRequest, Outgoing

_SAID: dict[str, OutboundAnswer] = {
    "refused": OutboundAnswer(trouble="connect"),
    "timeout": OutboundAnswer(trouble="timeout"),
    "taken": OutboundAnswer(trouble="timeout"),
    "500": OutboundAnswer(status=500, body=b"upstream unavailable"),
    "500 taken": OutboundAnswer(status=500, body=b"upstream unavailable"),
    "429": OutboundAnswer(status=429, headers={"retry-after": "90"}),
    "garbage": OutboundAnswer(status=200, body=b"<html>\xff\x00"),
    "empty": OutboundAnswer(status=200),
}
_TAKES_IT = frozenset({"taken", "500 taken", "garbage", "empty"})
"""Troubles whose request had its effect all the same."""
_CRM_PORT = 8081


class Outside:
    """Answers what the service sends, by the clock of its machine."""

    def __init__(self, clock: Callable[[], float], secret: str) -> None:
        self.crm = CrmReceiver(clock, (secret,))
        self.requests = 0
        self.webhooks: dict[str, set[str]] = {}
        """The ids under which each lead came to the CRM."""
        self._providers = FakeProviders()
        self._coming: dict[bool, deque[Fault]] = {True: deque(), False: deque()}
        self._happened: Callable[[Fault], None] = lambda _fault: None

    def trouble(self, fault: Fault, happened: Callable[[Fault], None]) -> None:
        """Have the next requests to the CRM or to the provider end so."""
        self._happened = happened
        self._coming[fault.kind == "crm"].extend([fault] * fault.times)

    def end_troubles(self) -> None:
        """All is well from now on."""
        for coming in self._coming.values():
            coming.clear()

    def answer(self, request: Outgoing) -> OutboundAnswer:
        """What comes back."""
        assert isinstance(request, OutboundRequest)
        self.requests += 1
        is_crm = urlsplit(request.url).port == _CRM_PORT
        coming = self._coming[is_crm]
        if not coming:
            return self._well(request, is_crm=is_crm)
        fault = coming.popleft()
        if fault not in coming:
            self._happened(fault)
        if fault.trouble in _TAKES_IT:
            self._well(request, is_crm=is_crm)
        return _SAID[fault.trouble]

    def _well(self, request: OutboundRequest, *, is_crm: bool) -> OutboundAnswer:
        return self._into_crm(request) if is_crm else self._provided(request)

    def _provided(self, request: OutboundRequest) -> OutboundAnswer:
        parts = urlsplit(request.url)
        answer = self._providers.answer(
            FakeRequest(
                method=request.method, path=parts.path, query=parts.query, headers=request.headers, body=request.body
            )
        )
        return OutboundAnswer(status=answer.status, headers=dict(answer.headers), body=answer.body)

    def _into_crm(self, request: OutboundRequest) -> OutboundAnswer:
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(dict(message))

        headers = [(name.encode(), value.encode()) for name, value in request.headers.items()]
        scope = {"type": "http", "method": request.method, "path": urlsplit(request.url).path, "headers": headers}
        _at_once(self.crm(scope, receive, send))
        webhook_id = request.headers.get("webhook-id", "")
        kept = self.crm.kept.get(webhook_id)
        if kept is not None:
            self.webhooks.setdefault(kept.lead_id, set()).add(webhook_id)
        return OutboundAnswer(status=said[0]["status"], body=b"".join(each.get("body", b"") for each in said[1:]))


def _at_once(work: Coroutine[Any, Any, None]) -> None:
    """Run what waits for nobody."""
    try:
        while True:
            work.send(None)
    except StopIteration:
        return
