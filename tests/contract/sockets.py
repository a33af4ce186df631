"""Requests as bytes on a connection of their own, and the answers that come back, for tests of HTTP itself."""

import json
import socket
from collections.abc import Iterator
from typing import Any

from tests.service import Service

KEY = "contract-acme-key"
PING = {"vertical": "nonsense", "zip": "78701", "state": "TX"}
"""Refused, so that no cap and no clock changes an answer."""


def asking(body: bytes, path: str = "/v1/ping", *more: str, method: str = "POST", key: str = KEY) -> bytes:
    """One request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"X-API-Key: {key}", "Content-Type: application/json", *more]
    if not any(line.startswith("Transfer-Encoding") for line in more):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def pinging(**fields: Any) -> bytes:
    """The body of a ping."""
    return json.dumps(PING | fields).encode()


def connected(service: Service) -> socket.socket:
    """A fresh connection to the service."""
    host, _, port = service.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=60.0)


def raw_answers(connection: socket.socket, count: int) -> Iterator[tuple[int, bytes]]:
    """Status and body of so many answers, in the order in which they come."""
    stream = connection.makefile("rb")
    for _ in range(count):
        status, length = int(stream.readline().split()[1]), 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        yield status, stream.read(length)


def answers(connection: socket.socket, count: int) -> list[tuple[int, dict[str, Any] | None]]:
    """The same as JSON."""
    raw = raw_answers(connection, count)
    return [(status, json.loads(body) if body.startswith(b"{") else None) for status, body in raw]


def codes(connection: socket.socket, count: int) -> list[tuple[int, str]]:
    """The status and reason code of each answer."""
    return [(status, body.get("reason_code", "") if body else "") for status, body in answers(connection, count)]


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has hung up."""
    return connection.recv(1) == b""
