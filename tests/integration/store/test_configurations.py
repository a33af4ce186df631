"""Configurations as they come into force, one after another, and those that wait for consent."""

from app.store.configurations import CONSENT_S, KEPT_S, InForce
from app.store.store import Store
from tests.integration.store.world import NOW, in_store

ONE, OTHER = "0123456789abcdef", "fedcba9876543210"


def taken(config_hash: str, former: str = "") -> InForce:
    return InForce(
        config_hash=config_hash,
        definition=config_hash.encode(),
        destinations=(("crm", b"of " + config_hash.encode()),),
        sellers=(("acme", b"keys of " + config_hash.encode()),),
        former=former,
        changes=("campaign solar-tx: removed",),
    )


def test_each_is_found_by_how_its_hash_begins_and_the_latest_first(url: str) -> None:
    async def scene(store: Store) -> None:
        await store.put_in_force(taken(ONE), NOW)
        await store.put_in_force(taken(OTHER, ONE), NOW + 10.0)
        assert await store.newest_configurations() == [(OTHER, OTHER.encode())]
        assert await store.configurations_like(ONE[:8]) == [(ONE, ONE.encode())]
        assert await store.configurations_like("%") == []
        assert await store.last_destinations() == {"crm": b"of " + OTHER.encode()}
        assert await store.last_seller("acme") == b"keys of " + OTHER.encode()
        assert await store.last_seller("other") is None

    in_store(url, scene)


def test_the_audit_has_one_line_of_each_whoever_takes_it_too(url: str) -> None:
    async def scene(store: Store) -> None:
        for config_hash in (ONE, ONE, OTHER, OTHER, ONE):
            await store.put_in_force(taken(config_hash), NOW)
        lines = [(line.action, line.target, line.detail) for line in await store.audit_lines()]
        words = "campaign solar-tx: removed"
        assert lines == [("configuration", each, words) for each in (ONE, OTHER, ONE)]

    in_store(url, scene)


def test_the_latest_stays_the_latest_where_the_clock_was_set_back(url: str) -> None:
    async def scene(store: Store) -> None:
        await store.put_in_force(taken(ONE), NOW)
        await store.put_in_force(taken(OTHER, ONE), NOW - 3_600.0)
        assert [config_hash for config_hash, _ in await store.newest_configurations(2)] == [OTHER, ONE]

    in_store(url, scene)


def test_one_that_was_last_in_force_long_ago_is_forgotten(url: str) -> None:
    async def scene(store: Store) -> None:
        await store.put_in_force(taken(ONE), NOW)
        await store.put_in_force(taken(OTHER, ONE), NOW + KEPT_S)
        assert await store.configurations_like(ONE[:8]) != []
        await store.put_in_force(taken("a" * 16, OTHER), NOW + 2.5 * KEPT_S)
        assert await store.configurations_like(ONE[:8]) == []
        assert await store.configurations_like(OTHER[:8]) != []

    in_store(url, scene)


def test_consent_is_for_one_content_and_for_an_hour(url: str) -> None:
    async def scene(store: Store) -> None:
        assert not await store.approve(ONE, "ada", NOW)
        assert not await store.await_consent(ONE, ("it loses every seller",), NOW)
        assert not await store.await_consent(OTHER, ("it loses every campaign",), NOW + 1.0)
        assert not await store.await_consent(ONE, ("it loses every seller (3)",), NOW + 2.0)
        (other, one) = sorted(await store.awaiting_consent(NOW), key=lambda each: each.config_hash, reverse=True)
        assert (one.config_hash, one.words, one.found_at, one.seen_at) == (
            ONE,
            ("it loses every seller (3)",),
            NOW,
            NOW + 2.0,
        )
        assert other.config_hash == OTHER
        assert [each.config_hash for each in await store.awaiting_consent(NOW + 1.5)] == [ONE]
        assert await store.approve(ONE, "ada", NOW + 3.0)
        assert not await store.approve(ONE, "ada", NOW + 3.0)
        assert await store.await_consent(ONE, ("it loses every seller (3)",), NOW + 4.0)
        assert not await store.await_consent(OTHER, ("it loses every campaign",), NOW + 4.0)
        assert not await store.await_consent(ONE, ("it loses every seller (3)",), NOW + 4.0 + CONSENT_S)

    in_store(url, scene)
