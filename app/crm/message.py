"""What goes to a CRM and what comes back, as values that never show their content by accident."""

from typing import Literal

import msgspec

from app.domain.delivery.destination import Method

Trouble = Literal["", "timeout", "dns", "connect", "tls", "refused_address", "protocol"]
"""Why there is no answer. `refused_address` is our own refusal to go there."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Ready to send; header names are in lower case."""

    method: Method
    url: str
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Request(method={self.method!r}, ***)"

    __str__ = __repr__


class Unbuildable(msgspec.Struct, frozen=True, kw_only=True):
    """The lead lacks what the request cannot do without."""

    why: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is 0 where `trouble` names why there was none; `body` is cut at the sender's limit."""

    status: int = 0
    headers: dict[str, str] = {}
    body: bytes = b""
    trouble: Trouble = ""
    took_s: float = 0.0

    def __repr__(self) -> str:
        return f"Answer(status={self.status}, trouble={self.trouble!r}, ***)"

    __str__ = __repr__
