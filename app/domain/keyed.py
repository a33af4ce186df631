"""Keyed digests: what we must compare but may not keep, and what nobody but us may forge."""

from hashlib import blake2b


def digest(key: bytes, purpose: bytes, *parts: str, size: int) -> bytes:
    """`size` bytes (up to 64) that stand for `parts` under `key`, apart from every other `purpose` (up to 16 bytes).

    Parts are joined with their length, so that ("ab", "c") and ("a", "bc") differ.
    """
    text = "".join([f"{len(part)}:{part}" for part in parts])
    return blake2b(text.encode("utf-8", "surrogatepass"), key=key, person=purpose, digest_size=size).digest()
