"""The id by which one request is found in the logs, the traces and its answer: its sender's, or one of ours."""

import re
from collections.abc import Iterable, Iterator, MutableMapping
from contextvars import ContextVar
from itertools import count
from typing import Any

from app.dialects.values.guard import is_personal

HEADER = b"x-request-id"

REQUEST_ID: ContextVar[str] = ContextVar("leadbid.request_id", default="")
"""That of the request whose work this is; empty outside of one, and within a round of pings, which is of many."""

_KEPT = "leadbid.request_id"
"""Where a scope keeps it."""

_WELL_FORMED = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,63}")


def accepted(value: bytes) -> str:
    """An id as it was sent; empty where it is too long, may break a log, or looks like somebody's phone number."""
    if _WELL_FORMED.fullmatch(value) is None:
        return ""
    text = value.decode()
    return "" if is_personal(text) else text


class RequestIds:
    """Makes ids: `prefix` is that of the process, so that those of replicas differ."""

    def __init__(self, prefix: str = "r") -> None:
        self._numbers: Iterator[int] = count(1)
        self._prefix = prefix

    def of(self, scope: MutableMapping[str, Any]) -> str:
        """The id of a request, which stays the same however often it is asked for."""
        kept = scope.get(_KEPT)
        if isinstance(kept, str):
            return kept
        scope[_KEPT] = made = accepted(sent_in(scope["headers"])) or f"{self._prefix}-{next(self._numbers)}"
        return made


def sent_in(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """What the headers say; nothing where they say nothing."""
    return next((value for name, value in headers if name == HEADER), b"")
