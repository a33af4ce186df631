"""Headers that every answer has: a browser is to guess, keep, frame, send on and allow nothing.

`Strict-Transport-Security` is not among them: it belongs to the proxy that terminates TLS, and would lock a browser out
of a service that somebody tries out on plain HTTP.
"""

from app.http.asgi_request import Message, Send

FRAMED_NOWHERE = "frame-ancestors 'none'"
"""What a page adds to its own policy, since only a header may say it."""

_NEVER_A_PAGE = f"default-src 'none'; base-uri 'none'; form-action 'none'; {FRAMED_NOWHERE}"
_ALWAYS = {
    b"cache-control": b"private, no-store",
    b"content-security-policy": _NEVER_A_PAGE.encode(),
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}


def secured(send: Send) -> Send:
    """The same, with each of these headers that an answer does not have of its own."""

    async def send_secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name.lower(), value) for name, value in message.get("headers", ())]
            names = {name for name, _ in own}
            message["headers"] = [*own, *(each for each in _ALWAYS.items() if each[0] not in names)]
        await send(message)

    return send_secured
