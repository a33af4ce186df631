"""Access tokens of destinations with OAuth 2 (RFC 6749): asked for once, kept until they expire."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import msgspec

from app.crm.payload import Secrets
from app.domain.delivery.destination import Destination
from app.domain.delivery.destination_auth import OAuth2Auth, is_plain, is_secret
from app.outbound.message import OutboundAnswer, OutboundRequest

Send = Callable[[OutboundRequest], Awaitable[OutboundAnswer]]

EARLY_S = 60.0
"""A token is renewed so long before it ends, as clocks differ and a request takes time."""

DEFAULT_LIFE_S = 900.0
"""Some servers (Salesforce) do not say how long a token lives; whoever refuses it earlier has us ask anew."""


class NoToken(msgspec.Struct, frozen=True, kw_only=True):
    """There is no access token; the lead waits. `why` is what the token's server said, and holds no secret."""

    why: str


class _Granted(msgspec.Struct, frozen=True):
    access_token: str = ""
    # Some write it as text.
    expires_in: float | str | None = None
    error: str = ""
    error_description: str = ""


class _Kept(msgspec.Struct, frozen=True):
    token: str
    until: float


class AccessTokens:
    """One for each client of each server, however many leads wait for it at once. `steady` never goes back."""

    def __init__(self, send: Send, steady: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._steady = steady
        self._kept: dict[OAuth2Auth, _Kept] = {}
        self._asking: defaultdict[OAuth2Auth, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def token(self, destination: Destination, auth: OAuth2Auth, secrets: Secrets) -> str | NoToken:
        """One that is valid now."""
        async with self._asking[auth]:
            kept = self._kept.get(auth)
            if kept is not None and self._steady() < kept.until:
                return kept.token
            asked_at = self._steady()
            granted = _read(await self._send(_request(destination, auth, secrets)))
            if isinstance(granted, NoToken):
                return granted
            self._kept[auth] = _Kept(granted.access_token, asked_at + _life_s(granted))
            return granted.access_token

    def forget(self, auth: OAuth2Auth, token: str) -> None:
        """Ask anew next time: this token was not taken. One that came since is kept."""
        kept = self._kept.get(auth)
        if kept is not None and kept.token == token:
            del self._kept[auth]


def _request(destination: Destination, auth: OAuth2Auth, secrets: Secrets) -> OutboundRequest:
    fields = {
        "grant_type": "refresh_token" if auth.refresh_token else "client_credentials",
        "client_id": secrets[auth.client_id] if is_secret(auth.client_id) else auth.client_id,
        "client_secret": secrets[auth.client_secret],
        "refresh_token": secrets[auth.refresh_token] if auth.refresh_token else "",
        "scope": auth.scope,
    }
    return OutboundRequest(
        method="POST",
        url=auth.token_url,
        headers={
            "user-agent": "leadbid",
            "accept": "application/json",
            "accept-encoding": "identity",
            "content-type": "application/x-www-form-urlencoded",
        },
        body=urlencode({name: value for name, value in fields.items() if value}).encode(),
        timeout_s=destination.timeout_ms / 1000,
        private_hosts=frozenset(destination.allow_private_hosts),
    )


def _read(answer: OutboundAnswer) -> _Granted | NoToken:
    if answer.trouble:
        return NoToken(why=f"no access token: no answer ({answer.trouble})")
    try:
        granted = msgspec.json.decode(answer.body, type=_Granted)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return NoToken(why=f"no access token: HTTP {answer.status}, not in JSON: check `auth.token_url`")
    # Zoho says errors with status 200.
    if granted.access_token and is_plain(granted.access_token):
        return granted
    code = granted.error if granted.error.replace("_", "").isalnum() else ""
    return NoToken(why=f"no access token: HTTP {answer.status} {code}: check client, secret and refresh token")


def _life_s(granted: _Granted) -> float:
    try:
        life_s = float(granted.expires_in or DEFAULT_LIFE_S)
    except ValueError:
        life_s = DEFAULT_LIFE_S
    return max(life_s - EARLY_S, life_s / 2)
