"""Replicas on one PostgreSQL: what they bid is honored at a cap that binds, and one of them moves shadow prices."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.cli import main
from app.domain.catalogue import counted_caps
from app.store.store import Store
from app.usecases.operators.status import status
from tests.build import seller
from tests.integration.shared_caps.shop import LIFE_S, Shop, change, open_shop
from tests.standing import bid_made, sold_elsewhere

LIMIT = 40
DAILY = "campaign/solar-tx/daily/"


def play(url: str, folder: Path, scene: Callable[[Shop], Awaitable[None]], seed: int = 1) -> None:
    async def played() -> None:
        async with open_shop(url, folder, LIMIT, seed) as shop:
            await scene(shop)

    asyncio.run(played())


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))])
def test_every_bid_is_honored_also_where_a_replica_dies_and_another_starts(url: str, tmp_path: Path, seed: int) -> None:
    async def scene(shop: Shop) -> None:
        for _ in range(3):
            await shop.start()
        await shop.trade(10, leads_a_step=6, posted=0.8)
        shop.kill(seed % 3)
        await shop.trade(4, leads_a_step=6, posted=0.8)
        await shop.start()
        await shop.trade(16, leads_a_step=6, posted=0.8)
        assert shop.honored == 1.0
        assert LIMIT / 3 < shop.posts["accepted"] == await shop.used() <= LIMIT

    play(url, tmp_path, scene, seed)


def test_replicas_that_do_not_hear_of_each_other_promise_too_much(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        shop.divides = False
        for _ in range(3):
            await shop.start()
        await shop.trade(20, leads_a_step=9, posted=0.8)
        assert shop.honored < 0.9
        assert await shop.used() == LIMIT

    play(url, tmp_path, scene)


def test_one_paces_and_when_it_dies_another_does(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        one, two = await shop.start(), await shop.start()
        await shop.trade(6)
        assert (one.bidder.standing.paces, two.bidder.standing.paces) == (True, False)
        assert {one.turns.pacer_name, two.turns.pacer_name} == {"replica-1"}
        await shop.trade(24, leads_a_step=6, posted=1.0)
        await shop.look(two)
        assert one.bidder.standing.duals()[DAILY] > 0.0
        assert two.bidder.standing.duals() == pytest.approx(one.bidder.standing.duals(), abs=0.05)
        shop.kill(0)
        await shop.trade(1)
        assert two.bidder.standing.paces
        assert two.turns.live == ["replica-2"]
        before = await two.bidder.store.shadow_prices()
        await one.bidder.store.keep_shadow_prices({DAILY: 1.9}, shop.at(), one.turns.run)
        assert await two.bidder.store.shadow_prices() == before, "the former owner is not heard any more"
        await two.bidder.store.keep_shadow_prices({DAILY: 0.3}, shop.at(), two.turns.run)
        assert (await two.bidder.store.shadow_prices())[DAILY].dual == 0.3

    play(url, tmp_path, scene)


def test_who_paces_moves_the_price_of_a_cap_that_only_another_sells_under(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        one, _ = await shop.start(), await shop.start()
        await shop.trade(4, leads_a_step=0)
        assert one.bidder.standing.paces
        today = counted_caps(shop.catalogue.campaigns["solar-tx"], seller(), "78701", "TX", shop.at())[0][0]
        for number in range(30):
            one.bidder.standing.apply(sold_elsewhere(b"nonce%d" % number, today, shop.at()))
        await shop.trade(8, leads_a_step=0)
        assert one.bidder.standing.duals()[DAILY] > 0.0
        assert (await one.bidder.store.shadow_prices())[DAILY].dual > 0.0

    play(url, tmp_path, scene)


def test_one_that_stops_gives_its_part_to_the_others_at_once(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        one, two = await shop.start(), await shop.start()
        await shop.trade(4, leads_a_step=2)
        await one.turns.leave()
        shop.running.remove(one)
        await shop.trade(2)
        assert two.turns.live == ["replica-2"]
        assert two.bidder.standing.paces
        (left,) = two.turns.others
        assert [(each.unseen, each.wants) for each in left.state.claims.values()] == [(0.0, False)]

    play(url, tmp_path, scene)


def test_one_that_cannot_publish_promises_nothing_until_it_can(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        one, _ = await shop.start(), await shop.start()
        await shop.trade(4, leads_a_step=1)
        shop.clock.now += 4.0
        one.turns.keep_lease()
        bids = shop.bids
        shop.lead(one)
        assert shop.bids == bids
        assert not one.bidder.standing.paces
        await shop.trade(3, leads_a_step=0)
        shop.lead(one)
        assert shop.bids == bids + 1

    play(url, tmp_path, scene)


def test_one_that_is_started_again_counts_once_what_it_had_promised(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        one, two = await shop.start(), await shop.start()
        await shop.trade(6, leads_a_step=6, posted=0.0)
        live = one.bidder.standing.live_bids
        assert live > 3
        shop.kill(0)
        again = await shop.start(former=one.turns.run)
        await shop.trade(2, leads_a_step=0)
        former = next(each for each in two.turns.others if each.run == one.turns.run)
        assert not former.is_live
        (held,) = former.state.claims.values()
        assert held.unseen + sum([each.mean for each in held.weights]) >= live, "its journal is lost, its bids are not"
        assert sorted(again.turns.live) == ["replica-2", "replica-3"]

    play(url, tmp_path, scene)


def test_one_that_stood_still_promises_nothing_before_all_have_read_of_it_again(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        one, two = await shop.start(), await shop.start()
        for _ in range(8):
            await shop.trade(1, leads_a_step=0)
            shop.lead(one, posted=1.0)
        # It wakes up in the middle of a turn: nothing told it yet how long that was, and the other took all room.
        shop.clock.now += 4.0
        change(url, f"UPDATE replica SET seen_at = seen_at - 5 WHERE run = {two.turns.run}")
        await shop.look(one)
        assert one.turns.live == ["replica-1"]
        shop.lead(two, posted=1.0)
        await two.turns.take_turn()
        for _ in range(2 * LIMIT):
            shop.lead(one, posted=1.0)
            shop.lead(two, posted=1.0)
        await shop.trade(60, leads_a_step=0)
        assert shop.honored == 1.0

    play(url, tmp_path, scene)


def test_what_a_journal_lost_stays_counted_where_its_successor_is_killed_at_once(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        one, two = await shop.start(), await shop.start()
        await shop.trade(6, leads_a_step=6, posted=0.0)
        shop.kill(0)
        await shop.start(former=one.turns.run)
        await shop.trade(2, leads_a_step=0)
        left = next(each for each in two.turns.others if each.run == one.turns.run)
        assert sum([each.mean for each in left.state.claims[DAILY].weights]) > 0.0
        shop.kill(1)
        again = await shop.start()
        await shop.trade(2)
        today = counted_caps(shop.catalogue.campaigns["solar-tx"], seller(), "78701", "TX", shop.at())[0][0]
        for number in range(LIMIT):
            bid = bid_made(b"known%03d" % number, shop.at(), lifetime_s=LIFE_S, takes=((today, 1),))
            again.bidder.standing.apply(bid)
        await again.turns.join(one.turns.run)
        await shop.trade(2, leads_a_step=0)
        assert next(each for each in two.turns.others if each.run == one.turns.run).state == left.state

    play(url, tmp_path, scene)


def test_two_on_copies_of_one_directory_both_go_on(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        one = await shop.start()
        await shop.trade(2)
        run = one.turns.run
        await shop.start(former=run)
        await shop.trade(4)
        assert one.turns.run != run
        assert sorted(one.turns.live) == ["replica-1", "replica-2"]

    play(url, tmp_path, scene)


def test_status_names_all_that_live_and_the_one_that_paces(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scene(shop: Shop) -> None:
        one, _ = await shop.start(), await shop.start()
        found = await status(one.bidder.store, None, None, shop.at())
        assert (found.service.replicas, found.service.pacer) == (("replica-1", "replica-2"), "replica-1")
        shop.kill(0)
        found = await status(one.bidder.store, None, None, shop.at())
        assert (found.service.replicas, found.service.pacer) == (("replica-2",), "")
        assert found.attention == ()

    play(url, tmp_path, scene)
    change(url, "UPDATE replica SET seen_at = seen_at + 60")
    main(["status", "--database", url, "--data", str(tmp_path / "nobody")])
    assert "Replicas: 2 (replica-1, replica-2), paced by replica-1" in capsys.readouterr().out


def test_of_two_that_read_the_same_turn_one_publishes(url: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        one, two = await shop.start(), await shop.start()
        store: Store = one.bidder.store
        turn = await store.read_turn(0)
        said = next(each.state for each in turn.replicas if each.state is not None)
        assert await store.publish_replica(turn.turn, one.turns.run, "one", said, one.turns.run, LIFE_S)
        assert not await store.publish_replica(turn.turn, two.turns.run, "two", said, two.turns.run, LIFE_S)
        assert (await store.read_turn(0)).pacer == one.turns.run

    play(url, tmp_path, scene)
