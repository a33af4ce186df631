"""Operators whose keys were made by command: as endpoints know them, and as they lose their keys."""

from collections.abc import Iterable

from app.config.file.problem import did_you_mean
from app.domain.buyer import Operator
from app.store.operators.keys import OperatorKey
from app.store.store import Store
from app.usecases.former import configuration_in_force
from app.usecases.operators.requests import NotDone, RequestTerms


def operators_of(keys: Iterable[OperatorKey]) -> dict[str, Operator]:
    """By the SHA-256 of each key."""
    return {key.key_sha256: Operator(name=key.name, key_sha256=(key.key_sha256,), role=key.role) for key in keys}


async def declared_operators(store: Store) -> tuple[Operator, ...]:
    """Those of the configuration in force."""
    configuration = await configuration_in_force(store)
    return () if configuration is None else configuration.operators


async def revoke_keys(store: Store, name: str, terms: RequestTerms) -> None:
    """Revoke all keys of an operator at once."""
    if not await store.remove_operator(name, terms.by, terms.now, terms.why):
        raise await no_key_of(store, name, terms.now)


async def no_key_of(store: Store, name: str, now: float) -> NotDone:
    """Why no key of this operator can be changed."""
    if name in {each.name for each in await declared_operators(store)}:
        return NotDone(f"`{name}` is declared in the configuration: change its keys there")
    names = sorted({key.name for key in await store.operator_keys(now)})
    return NotDone(
        f"no operator `{name}` was made: {did_you_mean(name, names) or '`leadbid operators list` shows all'}"
    )
