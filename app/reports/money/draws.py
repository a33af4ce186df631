"""Numbers as if by chance and yet the same each time, so that who asks twice, or two replicas, get one interval."""

from collections.abc import Iterator
from hashlib import blake2b

_STEP = 1.0 / 2**64


def draws(seed: str) -> Iterator[float]:
    """Without end, evenly between 0 and 1 and neither of them."""
    number = 0
    while True:
        block = blake2b(f"{seed}/{number}".encode()).digest()
        for at in range(0, len(block), 8):
            yield (int.from_bytes(block[at : at + 8]) + 0.5) * _STEP
        number += 1
