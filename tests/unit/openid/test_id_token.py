"""An ID token is believed where every check holds, and refused for each that does not."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OKPKey

from app.openid.id_token import ExpectedToken, NotBelieved, UnknownKey, read_id_token
from tests.openid_provider import EC, RSA, signed, unsigned
from tests.table import each_row

NOW = 1_800_000_000.0
EXPECTED = ExpectedToken(issuer="https://login.example.com", client_id="leadbid", nonce="n-1", now=NOW)
CLAIMS = {
    "iss": "https://login.example.com",
    "aud": "leadbid",
    "sub": "u-1",
    "iat": NOW - 1,
    "exp": NOW + 300,
    "nonce": "n-1",
}
OKP = OKPKey.generate_key("Ed25519", {"kid": "okp-1"})
OTHER = ECKey.generate_key("P-256", {"kid": "ec-1"})


def jwks(*keys: Key, **more: Any) -> tuple[dict[str, Any], ...]:
    return tuple({**key.as_dict(private=False), **more} for key in keys)


KEYS = jwks(RSA, EC, OKP)


def by_hmac(secret: bytes) -> str:
    """Signed by what is no private key, such as what everybody may know."""
    head, body, _ = unsigned(CLAIMS, "HS256").split(".")
    digest = hmac.digest(secret, f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def weak_modulus() -> str:
    """Of 1,000 bits or so."""
    return str(RSA.as_dict(private=False)["n"])[:168]


def token_with(**claims: Any) -> str:
    return signed({name: value for name, value in {**CLAIMS, **claims}.items() if value is not None})


@each_row(
    "token",
    [
        signed(CLAIMS),
        signed(CLAIMS, EC),
        signed(CLAIMS, OKP),
        signed(CLAIMS, RSA, kid=None),
        signed(CLAIMS, RSA, alg="PS256"),
        signed(CLAIMS, RSA, alg="RS512", x5t="some more"),
        token_with(exp=NOW - 59),
        token_with(iat=NOW + 59, nbf=NOW + 59),
        token_with(aud=["leadbid"]),
        token_with(aud=["leadbid", "other"], azp="leadbid"),
    ],
    ids=[
        "RS256",
        "ES256",
        "Ed25519",
        "the only one",
        "PS256",
        "RS512",
        "clock ahead",
        "clock behind",
        "one of a list",
        "azp",
    ],
)
def test_what_holds_is_believed(token: str) -> None:
    assert read_id_token(token, KEYS, EXPECTED)["sub"] == "u-1"


@each_row(
    ("token", "why"),
    [
        (token_with(iss="https://login.example.com/"), "`iss`"),
        (token_with(iss=None), "`iss`"),
        (token_with(iss=["https://login.example.com"]), "`iss`"),
        (token_with(aud="other"), "`aud`"),
        (token_with(aud=[]), "`aud`"),
        (token_with(aud=["leadbid", "other"]), "`azp`"),
        (token_with(aud=["leadbid", "other"], azp="other"), "`azp`"),
        (token_with(azp="other"), "`azp`"),
        (token_with(exp=NOW - 61), "`exp`"),
        (token_with(exp=None), "`exp`"),
        (token_with(exp="never"), "`exp`"),
        (token_with(nbf=NOW + 61), "`nbf`"),
        (token_with(iat=NOW + 61), "`iat`"),
        (token_with(iat=NOW - 601), "`iat`"),
        (token_with(iat=None), "`iat`"),
        (token_with(sub=None), "`sub`"),
        (token_with(sub=7), "`sub`"),
        (token_with(nonce="n-2"), "`nonce`"),
        (token_with(nonce=None), "`nonce`"),
        (token_with(nonce=1), "`nonce`"),
        (unsigned(CLAIMS), "algorithm"),
        (unsigned(CLAIMS, "NONE"), "algorithm"),
        (unsigned(CLAIMS, "RS256"), "signature"),
        (by_hmac(RSA.as_pem(private=False)), "algorithm"),
        (by_hmac(b"the secret of the client"), "algorithm"),
        (signed(CLAIMS, OTHER), "signature"),
        (signed(CLAIMS)[:-8] + "AAAAAAAA", "signature"),
        (unsigned(CLAIMS, "RS256", crit=["made up"]), "cannot be read"),
        ("", "cannot be read"),
        ("a.b", "cannot be read"),
        ("a.b.c.d.e", "cannot be read"),
        ("ü.ü.ü", "cannot be read"),
    ],
)
def test_what_does_not_hold_is_refused(token: str, why: str) -> None:
    with pytest.raises(NotBelieved, match=why):
        read_id_token(token, KEYS, EXPECTED)


@each_row(
    ("token", "keys", "why"),
    [
        (lambda: signed(CLAIMS, RSA, kid="new"), KEYS, "names a key"),
        (lambda: signed(CLAIMS), (), "names a key"),
        (lambda: signed(CLAIMS), jwks(RSA, use="enc"), "names a key"),
        (lambda: signed(CLAIMS), jwks(RSA, alg="PS256"), "names a key"),
        (lambda: signed(CLAIMS, EC), jwks(RSA, kid="ec-1"), "names a key"),
        (lambda: signed(CLAIMS, RSA, kid=None), jwks(RSA) + jwks(RSA, kid="rsa-2"), "does not say which"),
        (lambda: signed(CLAIMS), ({"kty": "RSA", "kid": "rsa-1", "n": "?", "e": 1},), "cannot be read"),
        (lambda: signed(CLAIMS), ({"kty": "RSA", "kid": "rsa-1", "n": weak_modulus(), "e": "AQAB"},), "too weak"),
    ],
)
def test_a_key_that_does_not_fit_is_not_used(
    token: Callable[[], str], keys: tuple[dict[str, Any], ...], why: str
) -> None:
    with pytest.raises(NotBelieved, match=why) as refused:
        read_id_token(token(), keys, EXPECTED)
    assert isinstance(refused.value, UnknownKey) == (why == "names a key")


def test_what_is_refused_is_not_shown() -> None:
    with pytest.raises(NotBelieved) as refused:
        read_id_token(token_with(nonce="hidden", email="ana@example.com"), KEYS, EXPECTED)
    assert "hidden" not in str(refused.value)
