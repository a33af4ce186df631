"""Under which address a page says that the service is reached: never one that only the asker's `Host` names."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import State


def public_url(request: Request[Any, Any, State], declared: Sequence[str]) -> str | None:
    """The declared URL with the host that was asked for, or the first one; loopback may always be asked for.

    `None` where none is declared and some other host was asked for. What proxies add (`X-Forwarded-Host`) is not
    looked at, since anybody may send it.
    """
    asked = request.headers.get("host", "").lower()
    if is_loopback(asked):
        return f"{request.scope['scheme']}://{asked}"
    return next((url for url in declared if urlsplit(url).netloc == asked), next(iter(declared), None))


def is_loopback(host: str) -> bool:
    """Whether a `Host` names this machine, as it does where somebody tries the service out."""
    try:
        parts = urlsplit(f"//{host}")
        is_plain = parts.netloc == host and "@" not in host and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    if not is_plain:
        return False
    name = parts.hostname or ""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
