"""Encrypts what identifies a person, so that the database alone reveals nobody."""

import os
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_NONCE_BYTES = 12

_DRAWN = 256
"""Nonces that are drawn at once: to ask the system gives the interpreter away, and a sale needs four."""


class SealBroken(Exception):
    """This cannot be opened: sealed under a key we do not hold, bound to something else, or damaged."""


class Vault:
    """AES-256-GCM under named keys of 32 bytes each: `current` seals, all of them open.

    `chance` gives that many random bytes. Sealed bytes are version, length of the key's name, name, nonce, ciphertext.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str, chance: Callable[[int], bytes]) -> None:
        self._chance = chance
        self._process, self._nonces = os.getpid(), list[bytes]()
        self.use(keys, current)

    def use(self, keys: Mapping[str, bytes], current: str) -> None:
        """From now on these, in the place of the former."""
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._current = self._ciphers[current]
        self._head = head_of(current)

    def seal(self, plain: bytes, bound_to: str) -> bytes:
        """Seal `plain` so that it opens only with `bound_to`, such as the lead's id: rows cannot be swapped."""
        nonce = self._nonce()
        return self._head + nonce + self._current.encrypt(nonce, plain, bound_to.encode())

    def _nonce(self) -> bytes:
        """Random bytes that no other call gets, in whatever thread, nor a process that began as a copy of this one."""
        process = os.getpid()
        if process != self._process:
            self._process, self._nonces = process, []
        try:
            return self._nonces.pop()
        except IndexError:
            drawn = self._chance(_NONCE_BYTES * _DRAWN)
            nonces = [drawn[at : at + _NONCE_BYTES] for at in range(0, len(drawn), _NONCE_BYTES)]
            nonce = nonces.pop()
            self._nonces = nonces
            return nonce

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """What was sealed. SealBroken where it cannot be known."""
        if len(sealed) < 2 or sealed[0] != _VERSION:
            raise SealBroken("not sealed by this version")
        end = 2 + sealed[1]
        name = sealed[2:end].decode(errors="replace")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise SealBroken(f"sealed under key {name!r}, which is not among the keys of this installation")
        nonce, ciphertext = sealed[end : end + _NONCE_BYTES], sealed[end + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, ciphertext, bound_to.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(f"key {name!r} does not open it: damaged, or it belongs to another record") from None

    def reseal(self, sealed: bytes, bound_to: str) -> bytes:
        """The same under the current key. SealBroken where it cannot be opened."""
        return self.seal(self.open(sealed, bound_to), bound_to)

    def __repr__(self) -> str:
        return "Vault(***)"


def head_of(key: str) -> bytes:
    """What begins everything that is sealed under the key of this name, and nothing else."""
    name = key.encode()
    return bytes((_VERSION, len(name))) + name
