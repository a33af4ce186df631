"""Chance by keyed hash: the same seed and names draw the same, in any order and any process."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from math import cos, log, pi, sqrt
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Chance(msgspec.Struct, frozen=True):
    """All draws about one thing. Each draw has a name, so that adding one leaves the others as they were."""

    key: bytes

    def uniform(self, name: str) -> float:
        """A number in [0, 1)."""
        return int.from_bytes(self._digest(name, 7)) / 2.0**56

    def below(self, name: str, share: float) -> bool:
        """True in this share of all cases."""
        return self.uniform(name) < share

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.uniform(name) * (high - low + 1))

    def normal(self, name: str) -> float:
        """A draw from the standard normal distribution."""
        radius = sqrt(-2.0 * log(1.0 - self.uniform(f"{name}/radius")))
        return radius * cos(2.0 * pi * self.uniform(f"{name}/angle"))

    def one_of(self, name: str, choices: Sequence[T]) -> T:
        """One of these, all equally likely."""
        return choices[int(self.uniform(name) * len(choices))]

    def weighted(self, name: str, weights: Mapping[T, float]) -> T:
        """One of the keys, as likely as its weight says."""
        left = self.uniform(name) * sum(weights.values())
        for choice, weight in weights.items():
            left -= weight
            if left < 0.0:
                return choice
        return next(reversed([choice for choice, weight in weights.items() if weight > 0.0]))

    def hexadecimal(self, name: str, length: int) -> str:
        """Lower-case hex digits."""
        return self._digest(name, (length + 1) // 2).hex()[:length]

    def _digest(self, name: str, size: int) -> bytes:
        return blake2b(name.encode(), key=self.key, digest_size=size).digest()


def chance_of(seed: int, *names: str | int) -> Chance:
    """The chance that belongs to this seed and these names."""
    text = "/".join(str(name) for name in (seed, *names))
    return Chance(blake2b(text.encode(), digest_size=16, person=b"mock.chance").digest())
