"""Shadow prices survive a restart, each as it stood last."""

from app.store.store import Store
from tests.integration.store.world import NOW, in_store


def test_the_latest_shadow_price_of_a_resource_is_the_one_that_is_kept(url: str) -> None:
    async def keep(store: Store) -> None:
        await store.keep_shadow_prices({"campaign/solar-tx/daily/": 0.1, "seller/acme/hourly/": 0.0}, NOW)
        await store.keep_shadow_prices({"campaign/solar-tx/daily/": 0.25}, NOW + 30.0)

    async def ask(store: Store) -> None:
        kept = await store.shadow_prices()
        assert {name: (each.dual, each.moved_at) for name, each in kept.items()} == {
            "campaign/solar-tx/daily/": (0.25, NOW + 30.0),
            "seller/acme/hourly/": (0.0, NOW),
        }

    in_store(url, keep)
    in_store(url, ask)
