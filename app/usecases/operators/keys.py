"""Operators whose keys were made by command, as endpoints know them."""

from collections.abc import Iterable

from app.domain.buyer import Operator
from app.store.operators.keys import OperatorKey


def operators_of(keys: Iterable[OperatorKey]) -> dict[str, Operator]:
    """By the SHA-256 of each key."""
    return {key.key_sha256: Operator(name=key.name, key_sha256=(key.key_sha256,), role=key.role) for key in keys}
