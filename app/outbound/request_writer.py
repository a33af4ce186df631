"""Writes a request of ours as it goes over the wire, in one piece."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult

from app.outbound.message import OutboundRequest
from app.outbound.origin import Origin

_TARGET = re.compile(r"[!-~]+")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OF_THE_BODY = frozenset({"content-length", "transfer-encoding"})
"""They say where the body ends, which nobody else may say."""


def request_bytes(request: OutboundRequest, url: SplitResult, origin: Origin) -> bytes:
    """Head and body of a request to this address, which is its own. ValueError for what would be read as another."""
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    if not _TARGET.fullmatch(target):
        raise ValueError("the address must be printable ASCII without spaces")
    lines = [f"{request.method} {target} HTTP/1.1"]
    if "host" not in request.headers:
        lines.append(f"Host: {origin.named}")
    lines += _headers(request.headers)
    if request.method == "GET":
        return "\r\n".join([*lines, "", ""]).encode()
    return "\r\n".join([*lines, f"Content-Length: {len(request.body)}", "", ""]).encode() + request.body


def _headers(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or _NO_VALUE.search(value):
            raise ValueError("a header must be one line, and its name a name")
        if name not in _OF_THE_BODY:
            yield f"{name}: {value}"
