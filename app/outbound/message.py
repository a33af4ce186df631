"""One HTTP request of ours and what came back, as values that never show their content by accident."""

from typing import Literal

import msgspec

from app.domain.delivery.destination import Method

OutboundTrouble = Literal["", "timeout", "dns", "connect", "tls", "refused_address", "protocol"]
"""Why there is no answer. `refused_address` is our own refusal to go there."""

BODY_BYTES_MAX = 65_536


class OutboundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ready to send; header names are in lower case.

    `timeout_s` bounds the request as a whole, from the look-up of the host's name to the last byte of the answer, of
    which no more than `body_bytes_max` are read. `private_hosts` may have a private address and be spoken to without
    TLS.
    """

    method: Method
    url: str
    headers: dict[str, str]
    body: bytes = b""
    timeout_s: float
    body_bytes_max: int = BODY_BYTES_MAX
    private_hosts: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"OutboundRequest(method={self.method!r}, ***)"

    __str__ = __repr__


class OutboundAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is 0 where `trouble` names why there was none; `body` is cut at the request's limit."""

    status: int = 0
    headers: dict[str, str] = {}
    body: bytes = b""
    trouble: OutboundTrouble = ""
    took_s: float = 0.0

    def __repr__(self) -> str:
        return f"OutboundAnswer(status={self.status}, trouble={self.trouble!r}, ***)"

    __str__ = __repr__
