"""Shadow prices, and what targets came to, survive a restart, each as it stood last."""

from app.domain.targets.targets import KeptLedger, TargetLedger
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


def test_what_targets_came_to_is_kept_by_part(url: str) -> None:
    whole = TargetLedger(dual=0.4, leads=7.0, spent=14_000.0, allowed=9_000.5, seen=20.0, paid=40_000.0)

    async def keep(store: Store) -> None:
        await store.keep_ledgers({("solar-tx/share", ""): TargetLedger(), ("solar-tx/share", "acme"): whole}, NOW)
        await store.keep_ledgers({("solar-tx/share", ""): whole}, NOW + 30.0)

    async def ask(store: Store) -> None:
        assert await store.ledgers() == {
            "solar-tx/share": {"": KeptLedger(whole, NOW + 30.0), "acme": KeptLedger(whole, NOW)}
        }

    in_store(url, keep)
    in_store(url, ask)
