"""The provider as it describes itself: its addresses and keys, fetched when they are needed and kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from app.domain.access.openid import OpenIdTerms
from app.openid.id_token import Jwk
from app.outbound.message import OutboundAnswer, OutboundRequest

Send = Callable[[OutboundRequest], Awaitable[OutboundAnswer]]

TIMEOUT_S = 10.0
KEPT_S = 3_600.0
"""So long addresses and keys hold: a key that was withdrawn is believed no longer than that."""

AGAIN_S = 60.0
"""Unknown keys have them fetched again at most so often: whoever makes them up must not have us flood the provider."""

FAILED_S = 5.0
"""A provider in trouble is asked at most so often."""

_BODY_MAX = 262_144
_CODE_MAX = 40


class ProviderAway(Exception):
    """The provider cannot be asked, or answers what no provider does: the text says why and holds no secret."""


class ProviderMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """What is used of `/.well-known/openid-configuration` (OpenID Connect Discovery 1.0, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Jwks(msgspec.Struct, frozen=True):
    keys: tuple[dict[str, Any], ...]


class _Error(msgspec.Struct, frozen=True):
    error: str = ""


class _Kept(msgspec.Struct, frozen=True):
    at: float
    metadata: ProviderMetadata
    keys: tuple[Jwk, ...]


class OpenIdProvider:
    """One provider; `steady` never goes back. Who asks at the same time waits for one answer."""

    def __init__(self, terms: OpenIdTerms, send: Send, steady: Callable[[], float]) -> None:
        self.terms = terms
        self._send = send
        self._steady = steady
        self._kept: _Kept | None = None
        self._trouble: tuple[float, str] | None = None
        self._asking = asyncio.Lock()

    async def metadata(self) -> ProviderMetadata:
        """Its addresses. Raises ProviderAway."""
        return (await self._known(KEPT_S)).metadata

    async def keys(self) -> tuple[Jwk, ...]:
        """Its keys. Raises ProviderAway."""
        return (await self._known(KEPT_S)).keys

    async def newer_keys(self) -> tuple[Jwk, ...]:
        """Its keys, fetched again unless that was done just now. Raises ProviderAway."""
        return (await self._known(AGAIN_S)).keys

    async def _known(self, kept_s: float) -> _Kept:
        async with self._asking:
            if self._kept is not None and self._steady() - self._kept.at < kept_s:
                return self._kept
            if self._trouble is not None and self._steady() - self._trouble[0] < FAILED_S:
                raise ProviderAway(self._trouble[1])
            try:
                self._kept, self._trouble = await self._fetched(), None
            except ProviderAway as away:
                self._trouble = (self._steady(), str(away))
                raise
            return self._kept

    async def _fetched(self) -> _Kept:
        url = f"{self.terms.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = read_json(
            await self._send(request_to(self.terms, "GET", url)), ProviderMetadata, "its discovery document"
        )
        if metadata.issuer != self.terms.issuer:
            raise ProviderAway("its discovery document names another issuer: `issuer` must be written exactly as there")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
            _require_secure(self.terms, name, getattr(metadata, name))
        keys = read_json(await self._send(request_to(self.terms, "GET", metadata.jwks_uri)), _Jwks, "its keys")
        return _Kept(self._steady(), metadata, keys.keys)


def request_to(
    terms: OpenIdTerms, method: Any, url: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> OutboundRequest:
    """A request to the provider, which may have a private address only where `allow_private_hosts` names it."""
    return OutboundRequest(
        method=method,
        url=url,
        headers={
            "user-agent": "leadbid",
            "accept": "application/json",
            "accept-encoding": "identity",
            **(headers or {}),
        },
        body=body,
        timeout_s=TIMEOUT_S,
        body_bytes_max=_BODY_MAX,
        private_hosts=frozenset(terms.private_hosts),
    )


def read_json(answer: OutboundAnswer, wanted: type[Any], what: str) -> Any:
    """What it answers. Raises ProviderAway."""
    if answer.trouble:
        raise ProviderAway(f"the provider does not give {what} ({answer.trouble})")
    if answer.status != 200:
        code = _error_of(answer)
        raise ProviderAway(f"the provider does not give {what} (HTTP {answer.status}{f', {code}' if code else ''})")
    try:
        return msgspec.json.decode(answer.body, type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProviderAway(f"the provider answers something else than {what}") from None


def error_code(text: str) -> str:
    """An error's code (RFC 6749, 4.1.2.1 and 5.2), where it is none that somebody made up to be read here."""
    return text if len(text) <= _CODE_MAX and text.isascii() and text.replace("_", "").isalpha() else ""


def _error_of(answer: OutboundAnswer) -> str:
    try:
        return error_code(msgspec.json.decode(answer.body, type=_Error).error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _require_secure(terms: OpenIdTerms, name: str, url: str) -> None:
    """Where a browser and our secret are sent: never without TLS, but to a host that is named."""
    if not url and name == "userinfo_endpoint":
        return
    try:
        parts = urlsplit(url)
        is_fine = bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in terms.private_hosts)
        )
    except ValueError:
        is_fine = False
    if not is_fine:
        raise ProviderAway(f"`{name}` in its discovery document is no https address")
