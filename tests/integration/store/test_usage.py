"""What is counted without a limit is added up, also by several processes, and never falls below nothing."""

from app.store.store import Store
from tests.integration.store.world import in_store


def test_amounts_are_added_to_what_is_used(url: str) -> None:
    async def count(store: Store) -> None:
        await store.add_usage({"hashes/acme/1": 5, "hashes/bluebird/1": -2})
        await store.add_usage({"hashes/acme/1": 7, "hashes/bluebird/1": 3})
        await store.add_usage({"hashes/acme/1": -4, "hashes/bluebird/1": -9})

    async def ask(store: Store) -> None:
        assert await store.cap_usage() == {"hashes/acme/1": 8, "hashes/bluebird/1": 0}

    in_store(url, count)
    in_store(url, ask)
