"""One attempt to sign in elsewhere: all that ties its ends together follows from one secret in the browser."""

import base64
from hashlib import sha256

import msgspec


class SignInAttempt(msgspec.Struct, frozen=True):
    """Only the browser that began it has the `secret`: nothing of an attempt is kept by us."""

    secret: str

    @property
    def state(self) -> str:
        """What comes back must bring it (RFC 6749, 10.12)."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the token must hold, so that none of another attempt does."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Without it a code that was stolen buys nothing (RFC 7636)."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """What the provider is shown of it first."""
        return _text(sha256(self.verifier.encode()).digest())

    def _derived(self, purpose: str) -> str:
        return _text(sha256(f"leadbid.openid/{purpose}/{self.secret}".encode("utf-8", "surrogatepass")).digest())


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
