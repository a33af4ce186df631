"""Who may not be bought is kept one by one and by lists, and can be bought again."""

from array import array

from msgspec.structs import replace

from app.domain.identity import person
from app.store.store import Store
from app.store.suppression.lists import SuppressionList
from app.usecases.standing.restore import read_lists, restore
from app.usecases.suppression.suppress import Suppression, allow, held_by, put_list
from tests.integration.store.world import NOW, in_store

KEY = b"k" * 32
JANE, JOE = person(KEY, "5128675309", "").phone, person(KEY, "2145550147", "").phone
DNC = SuppressionList(name="dnc", reason="registry", digests=0, told_by="ops", changed_at=NOW)


def digests(*people: tuple[str, ...]) -> "array[int]":
    others = range(0, 1 << 64, 1 << 48)
    return array("Q", sorted([int(digest, 16) for one in people for digest in one] + list(others)))


def test_who_is_suppressed_by_name_can_be_bought_again(url: str) -> None:
    async def scene(store: Store) -> None:
        assert await store.suppress(JANE, "called us", "ops", NOW) == 3
        assert await store.suppress(JANE, "again", "ops", NOW + 1.0) == 0
        assert await held_by(store, JANE) == [Suppression(since=NOW, reason="called us")]
        assert sorted((await store.heard(NOW, NOW)).suppressed) == sorted(JANE)
        assert await allow(store, JANE, "asked us to call", "ops", NOW + 2.0) == 1
        assert await allow(store, JANE, "asked us to call", "ops", NOW + 3.0) == 0
        assert sorted((await store.heard(NOW, NOW + 2.0)).allowed) == sorted(JANE)
        assert (await held_by(store, JANE), [part async for part in store.suppressed_digests()]) == ([], [])
        assert await store.suppress(JANE[:1], "called us again", "ops", NOW + 4.0) == 1
        assert await held_by(store, JANE) == [Suppression(since=NOW + 4.0, reason="called us again")]

    in_store(url, scene)


def test_a_list_is_added_to_replaced_and_dropped(url: str) -> None:
    async def scene(store: Store) -> None:
        first = await put_list(store, DNC, digests(JANE), replace=False)
        assert (first.digests, len(await store.list_parts("dnc"))) == (65_539, 3)
        assert (await put_list(store, DNC, digests(JOE), replace=False)).digests == 65_542
        assert await held_by(store, JANE) == [Suppression(since=NOW, reason="registry", list="dnc")]
        assert (await put_list(store, DNC, digests(JOE), replace=True)).digests == 65_539
        assert await held_by(store, JANE) == []
        assert await store.drop_list("dnc", "ops", "expired", NOW + 1.0)
        assert not await store.drop_list("dnc", "ops", "expired", NOW + 2.0)
        assert (await held_by(store, JOE), await store.suppression_lists()) == ([], [])

    in_store(url, scene)


def test_who_is_bought_again_leaves_every_list_and_everybody_else_stays(url: str) -> None:
    async def scene(store: Store) -> None:
        await put_list(store, DNC, digests(JANE, JOE), replace=False)
        assert await allow(store, JANE, "asked us to call", "ops", NOW + 1.0) == 1
        assert (await held_by(store, JANE), len(await held_by(store, JOE))) == ([], 1)
        (kept,) = await store.suppression_lists()
        assert (kept.digests, kept.changed_at) == (65_539, NOW + 1.0)

    in_store(url, scene)


def test_a_running_bidder_hears_of_lists_and_reads_each_version_once(url: str) -> None:
    async def scene(store: Store) -> None:
        await put_list(store, DNC, digests(JANE), replace=False)
        standing = await restore(store, NOW)
        assert standing.is_suppressed(JANE[:1])
        assert not standing.is_suppressed(JOE)
        await put_list(store, replace(DNC, changed_at=NOW + 1.0), digests(JOE), replace=True)
        await read_lists(store, standing, (await store.heard(NOW)).lists)
        assert (standing.is_suppressed(JANE), standing.is_suppressed(JOE)) == (False, True)
        await store.drop_list("dnc", "ops", "expired", NOW + 2.0)
        await read_lists(store, standing, (await store.heard(NOW)).lists)
        assert not standing.is_suppressed(JOE)

    in_store(url, scene)
