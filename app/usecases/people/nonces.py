"""By what the journal calls the pings of a person, which tell nothing else of anybody: the nonces of their lines."""

from app.domain.identity import Person
from app.domain.token import nonce_of
from app.store.people.forgetting import SUPPRESSED_AS
from app.store.store import Store
from app.usecases.former import unpacked

_CONFIGURATIONS_MAX = 1_000


async def nonces_of(store: Store, person: Person, key: bytes) -> frozenset[str]:
    """Of pings that were posted, and of those that named their lead by a hash of the phone or email alone.

    None of a person who was forgotten: what a keyed digest could still find is nobody's business then.
    """
    if any(each.reason == SUPPRESSED_AS for each in await store.suppressing(person.all)):
        return frozenset()
    return await all_nonces_of(store, person, key)


async def all_nonces_of(store: Store, person: Person, key: bytes) -> frozenset[str]:
    """The same of anybody, to be taken out of the journal."""
    posted = {each.nonce for each in await store.answers_to(person.all)}
    declared = unpacked(await store.newest_configurations(_CONFIGURATIONS_MAX))
    sellers = {seller.name for configuration in declared for seller in configuration.sellers}
    names = [("phone", each) for each in person.phone] + [("email", each) for each in person.email]
    pinged = {
        nonce_of(key, seller, *name, test=test).hex() for seller in sellers for name in names for test in (False, True)
    }
    return frozenset(posted | pinged)
