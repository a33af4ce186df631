"""Sends a browser to the provider, and learns from the code that it comes back with who it is."""

import base64
import hmac
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from app.domain.access.openid import OpenIdIdentity, OpenIdTerms
from app.domain.delivery.destination_auth import is_plain
from app.openid.attempt import SignInAttempt
from app.openid.id_token import ExpectedToken, NotBelieved, UnknownKey, read_id_token
from app.openid.provider import OpenIdProvider, ProviderMetadata, Send, error_code, read_json, request_to

_SUBJECT_MAX = 255


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str = ""


class CameBack(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser brings from the provider, of which nothing is believed yet."""

    code: str = ""
    state: str = ""
    issuer: str = ""
    error: str = ""


class OpenIdClient:
    """Keeps what the provider has said of itself, as long as the same one is configured."""

    def __init__(self, send: Send, secrets: Callable[[], Mapping[str, str]], steady: Callable[[], float]) -> None:
        self._send = send
        self._secrets = secrets
        self._steady = steady
        self._provider: OpenIdProvider | None = None

    async def way_there(self, terms: OpenIdTerms, attempt: SignInAttempt, redirect_uri: str) -> str:
        """The address that a browser is sent to. Raises ProviderAway."""
        metadata = await self._at(terms).metadata()
        query = {
            "response_type": "code",
            "client_id": terms.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(terms.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{joint}{urlencode(query)}"

    async def identity(
        self, terms: OpenIdTerms, attempt: SignInAttempt, came: CameBack, redirect_uri: str, now: float
    ) -> OpenIdIdentity:
        """Who has come back. Raises NotBelieved and ProviderAway."""
        if not attempt.secret or not hmac.compare_digest(came.state.encode("utf-8", "replace"), attempt.state.encode()):
            raise NotBelieved("this sign-in was not begun in this browser, or too long ago")
        provider = self._at(terms)
        metadata = await provider.metadata()
        _require_issuer(came, metadata)
        if came.error or not came.code:
            raise NotBelieved(f"the provider refused ({error_code(came.error) or 'no code'})")
        tokens = await self._tokens(terms, metadata, came.code, attempt, redirect_uri)
        expected = ExpectedToken(issuer=terms.issuer, client_id=terms.client_id, nonce=attempt.nonce, now=now)
        try:
            claims = read_id_token(tokens.id_token, await provider.keys(), expected)
        except UnknownKey:
            claims = read_id_token(tokens.id_token, await provider.newer_keys(), expected)
        return _identity(terms, await self._completed(terms, metadata, tokens, claims))

    def _at(self, terms: OpenIdTerms) -> OpenIdProvider:
        if self._provider is None or self._provider.terms != terms:
            self._provider = OpenIdProvider(terms, self._send, self._steady)
        return self._provider

    async def _tokens(
        self, terms: OpenIdTerms, metadata: ProviderMetadata, code: str, attempt: SignInAttempt, redirect_uri: str
    ) -> _Tokens:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        secret = self._secrets().get(terms.client_secret, "")
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            # Each part is encoded first (RFC 6749, 2.3.1), so that a colon in one is none between them.
            pair = f"{quote(terms.client_id, safe='')}:{quote(secret, safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            fields |= {"client_id": terms.client_id, "client_secret": secret}
        request = request_to(terms, "POST", metadata.token_endpoint, headers, urlencode(fields).encode())
        tokens: _Tokens = read_json(await self._send(request), _Tokens, "a token for the code")
        return tokens

    async def _completed(
        self, terms: OpenIdTerms, metadata: ProviderMetadata, tokens: _Tokens, claims: dict[str, Any]
    ) -> dict[str, Any]:
        """The claims, with those that some providers tell only when asked (OpenID Connect Core 5.3)."""
        is_whole = "email" in claims and (not terms.roles or _claim(claims, terms.role_claim) is not None)
        can_ask = metadata.userinfo_endpoint and tokens.access_token and is_plain(tokens.access_token)
        if is_whole or not can_ask:
            return claims
        headers = {"authorization": f"Bearer {tokens.access_token}"}
        answer = await self._send(request_to(terms, "GET", metadata.userinfo_endpoint, headers))
        told: dict[str, Any] = read_json(answer, dict[str, Any], "what it knows of you")
        if told.get("sub") != claims["sub"]:
            raise NotBelieved("the provider speaks of somebody else than its ID token (`sub`)")
        # Whether an email is verified is said of the one beside it.
        of_email = ("email", "email_verified") if "email" in claims else ()
        return {**{name: value for name, value in told.items() if name not in of_email}, **claims}


def _require_issuer(came: CameBack, metadata: ProviderMetadata) -> None:
    """An answer of another provider is none (RFC 9207)."""
    if came.issuer and came.issuer != metadata.issuer:
        raise NotBelieved("this answer is of another provider (`iss`)")
    if metadata.authorization_response_iss_parameter_supported and not came.issuer:
        raise NotBelieved("the provider does not say that the answer is its own (`iss`)")


def _identity(terms: OpenIdTerms, claims: Mapping[str, Any]) -> OpenIdIdentity:
    subject, email = claims["sub"], claims.get("email")
    if not 0 < len(subject) <= _SUBJECT_MAX:
        raise NotBelieved("the claim `sub` of the ID token is missing or does not hold")
    # Some write it as text.
    is_verified = claims.get("email_verified") in (True, "true")
    groups = _claim(claims, terms.role_claim)
    groups = groups if isinstance(groups, list) else [groups]
    return OpenIdIdentity(
        issuer=terms.issuer,
        subject=subject,
        email=email.strip().lower() if is_verified and isinstance(email, str) else "",
        # Of other groups we need not know.
        groups=tuple([each for each in groups if isinstance(each, str) and each in terms.roles]),
    )


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """The claim of this name, or one inside another: Keycloak tells `realm_access.roles`."""
    value: object = claims
    for part in (name,) if name in claims else name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
