"""One HTTP request of ours and what came back, as values that never show their content by accident."""

from typing import Literal

import msgspec

from app.domain.delivery.destination import Method

OutboundTrouble = Literal["", "timeout", "dns", "connect", "tls", "refused_address", "protocol", "disk"]
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


class OutboundMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail with its envelope, for the server at `host`; `content` is the whole message with its line ends.

    `timeout_s` and `private_hosts` are as with a request. `user` is empty where the server asks for none.
    """

    host: str
    port: int
    tls: Literal["starttls", "implicit", "none"]
    user: str = ""
    password: str = ""
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    timeout_s: float
    private_hosts: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"OutboundMail(host={self.host!r}, ***)"

    __str__ = __repr__


class OutboundLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a CSV file with its names of columns, each with its line end; `file` is the whole path of a day's."""

    file: str
    header: bytes
    line: bytes

    def __repr__(self) -> str:
        return f"OutboundLine(file={self.file!r}, ***)"

    __str__ = __repr__


Outgoing = OutboundRequest | OutboundMail | OutboundLine


class OutboundAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is 0 where `trouble` names why there was none; `body` is cut at the request's limit.

    Of a mail `status` is the reply's code, `step` the command that got it, and `refused` how many recipients were not
    taken while others were; of a file `step` is WRITE. With HTTP there are no steps.
    """

    status: int = 0
    headers: dict[str, str] = {}
    body: bytes = b""
    trouble: OutboundTrouble = ""
    took_s: float = 0.0
    step: str = ""
    refused: int = 0

    def __repr__(self) -> str:
        return f"OutboundAnswer(status={self.status}, trouble={self.trouble!r}, ***)"

    __str__ = __repr__
