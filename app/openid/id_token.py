"""Reads an ID token and believes it only where every check of OpenID Connect Core 3.1.3.7 holds."""

import hmac
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ClaimError, JoseError, SecurityWarning, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

SKEW_S = 60
"""How far the provider's clock may be off."""

_OLDEST_S = 600
"""A token was made for this attempt, so it cannot be old."""

_RSA_BITS_MIN = 2_048

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Those with a public key alone: not `none`, nor HMAC, by which whoever has that key could sign."""

PublicKey = RSAKey | ECKey | OKPKey
Jwk = Mapping[str, Any]


class NotBelieved(Exception):
    """A token, or what came with it, is not believed: the text says why and holds nothing of it."""


class UnknownKey(NotBelieved):
    """It names a key that the provider did not have when it was asked last."""


class ExpectedToken(msgspec.Struct, frozen=True, kw_only=True):
    """What the token must say."""

    issuer: str
    client_id: str
    nonce: str
    now: float


def read_id_token(token: str, keys: Sequence[Jwk], expected: ExpectedToken) -> dict[str, Any]:
    """Its claims. Raises NotBelieved, and UnknownKey where the keys are to be fetched again."""
    registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        claims = jwt.decode(token, lambda read: _key(read.headers(), keys), registry=registry, algorithms=ALGORITHMS)
    except UnsupportedAlgorithmError:
        raise NotBelieved("the ID token is signed by an algorithm that is not allowed") from None
    except BadSignatureError:
        raise NotBelieved("the signature of the ID token does not fit") from None
    except (JoseError, ValueError, TypeError):
        raise NotBelieved("the ID token cannot be read") from None
    _check(claims.claims, expected)
    return claims.claims


def _key(header: Mapping[str, Any], keys: Sequence[Jwk]) -> PublicKey:
    """The one that the token names, or the only one that it can mean."""
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise NotBelieved("the ID token is signed by an algorithm that is not allowed")
    fitting = [each for each in keys if _fits(each, algorithm) and key_id in (None, each.get("kid"))]
    if not fitting:
        raise UnknownKey("the ID token names a key that the provider does not have")
    if len(fitting) > 1:
        raise NotBelieved("the ID token does not say which of the provider's keys signed it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            key = JWKRegistry.import_key(dict(fitting[0]))
            is_weak = isinstance(key, RSAKey) and key.raw_value.key_size < _RSA_BITS_MIN
    except (JoseError, ValueError, TypeError, KeyError):
        raise NotBelieved("the provider's key cannot be read") from None
    if is_weak or not isinstance(key, PublicKey):
        raise NotBelieved("the provider's key is too weak")
    return key


def _fits(key: Jwk, algorithm: str) -> bool:
    kind = {"R": "RSA", "P": "RSA", "E": "EC"}[algorithm[0]] if not algorithm.startswith("Ed") else "OKP"
    return key.get("kty") == kind and key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm


def _check(claims: dict[str, Any], expected: ExpectedToken) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=int(expected.now),
        leeway=SKEW_S,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except ClaimError as fault:
        raise NotBelieved(f"the claim `{fault.claim}` of the ID token is missing or does not hold") from None
    audience = claims["aud"]
    others = [each for each in audience if each != expected.client_id] if isinstance(audience, list) else []
    if claims.get("azp", expected.client_id) != expected.client_id or (others and "azp" not in claims):
        raise NotBelieved("the ID token was made for somebody else as well (`aud`, `azp`)")
    if claims["iat"] < expected.now - _OLDEST_S:
        raise NotBelieved("the claim `iat` of the ID token is too old")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise NotBelieved("the ID token belongs to another attempt to sign in (`nonce`)")
