"""What is counted without a limit is added up, also by several processes, and never falls below nothing."""

from app.store.store import Store
from tests.integration.store.world import NOW, in_store

DAY = "hashes/acme/2026-11-20"


def test_amounts_are_added_to_what_is_used(url: str) -> None:
    async def count(store: Store) -> None:
        await store.add_usage({DAY: 5, "hashes/bluebird/2026-11-20": -2, "hashes/acme/2026-11-17": 1})
        await store.add_usage({DAY: 7, "hashes/bluebird/2026-11-20": 3})
        await store.add_usage({DAY: -4, "hashes/bluebird/2026-11-20": -9})

    async def ask(store: Store) -> None:
        assert await store.cap_usage() == {DAY: 8, "hashes/bluebird/2026-11-20": 0, "hashes/acme/2026-11-17": 1}
        assert await store.cap_usage(NOW) == {DAY: 8, "hashes/bluebird/2026-11-20": 0}

    in_store(url, count)
    in_store(url, ask)
