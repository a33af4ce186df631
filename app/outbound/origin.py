"""Where an address leads: to which host and port, and whether over TLS."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

_PORTS = {"https": 443, "http": 80}


class Origin(NamedTuple):
    """`named` is as the header `Host` has it: with the port where that is not the usual one."""

    is_secure: bool
    host: str
    port: int
    named: str


@lru_cache(maxsize=1_000)
def origin_of(scheme: str, place: str) -> Origin:
    """Of an address of this scheme, at this host and port. ValueError where it is none of HTTP's."""
    url = urlsplit(f"{scheme}://{place}")
    host, port = url.hostname, url.port
    if not host or scheme not in _PORTS:
        raise ValueError("an address begins with https:// or http:// and a host")
    port = _PORTS[scheme] if port is None else port
    shown = f"[{host}]" if ":" in host else host
    return Origin(scheme == "https", host, port, shown if port == _PORTS[scheme] else f"{shown}:{port}")
