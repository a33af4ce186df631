"""A restart between two bids: what was promised before it is promised still, and counts as such."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.domain.caps.honouring import PostRate
from app.domain.catalogue import Catalogue
from app.journal.reader import lines
from app.store.operators.requested import Switch
from app.usecases.bidder import Bidder
from app.usecases.feedback import record_notice, record_outcome, set_demand, set_signal
from app.usecases.standing.changes import KnownRead, TimePassed
from app.usecases.standing.restore import noting_lost, restore_bids
from app.wire.feedback import Demand, Notice, Outcome, Signal
from app.wire.ping import PingAnswer
from tests.bidder import NOW, another, ask, at_bidder, bid_of, journaled, phone_digest, sell, somebody
from tests.build import campaign, cap, catalogue, keys, ping, seller

ONE = catalogue([campaign(caps=(cap(limit=1),))])
LATER = NOW + 20.0


def before(folder: Path, scene: Callable[[Bidder], Awaitable[Any]], declared: Catalogue | None = None) -> Any:
    """What happens until a process ends; its journal is on the disk."""

    async def play(bidder: Bidder) -> Any:
        result = await scene(bidder)
        journaled(bidder, folder)
        return result

    return at_bidder(folder, play, declared)


def restore(bidder: Bidder, folder: Path, now: float = LATER) -> int:
    recent = lines(folder / "journal", now - bidder.catalogue.buyer.bid_lifetime_s)
    return restore_bids(bidder.standing, bidder.catalogue, bidder.former, bidder.keys, recent, now)


async def one_bid(bidder: Bidder) -> PingAnswer:
    return ask(bidder)


def test_a_repeat_gets_the_bid_that_was_made_before(tmp_path: Path) -> None:
    made = before(tmp_path, one_bid)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 1
        assert ask(bidder, now=LATER) == made

    at_bidder(tmp_path, scene)


def test_a_restored_bid_counts_against_its_cap(tmp_path: Path) -> None:
    before(tmp_path, one_bid, ONE)

    async def scene(bidder: Bidder) -> None:
        restore(bidder, tmp_path)
        assert ask(bidder, now=LATER, **another(2)).reason_code == "cap_reached"
        bidder.standing.apply(TimePassed(at=NOW + 121.0))
        assert ask(bidder, now=NOW + 121.0, **another(2)).status == "accepted"

    at_bidder(tmp_path, scene, ONE)


def test_a_restored_bid_is_sold_with_its_decision_and_its_ping(tmp_path: Path) -> None:
    made = before(tmp_path, one_bid)

    async def scene(bidder: Bidder) -> None:
        restore(bidder, tmp_path)
        answer = await sell(bidder, made.ping_id, now=LATER)
        lead = await bidder.store.lead(answer.lead_id)
        assert lead is not None
        assert lead.decision is not None
        assert [kind for kind, _ in lead.evidence] == ["consent", "ping", "post"]

    at_bidder(tmp_path, scene)


def test_what_was_bought_or_lost_is_no_promise_any_more(tmp_path: Path) -> None:
    async def trade(bidder: Bidder) -> None:
        bids = [ask(bidder, **another(number)).ping_id for number in (1, 2, 3)]
        await sell(bidder, bids[0], **another(1))
        await record_notice(bidder, bidder.catalogue.sellers["acme"], Notice(ping_id=bids[1], result="lost"), NOW + 1.0)
        await sell(bidder, bids[2], contact={**somebody(3), "phone": "5125550100"}, **another(3))

    before(tmp_path, trade)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 1

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize("sold_elsewhere", [False, True])
def test_a_seller_is_known_by_what_it_posted_before_as_well_as_by_what_it_left(
    tmp_path: Path, *, sold_elsewhere: bool
) -> None:
    """Learned from those alone that were left, most bids would seem to be never posted."""
    buying = campaign(caps=(cap(limit=1_000),))

    async def trade(bidder: Bidder) -> None:
        made = [ask(bidder, **another(number)).ping_id for number in range(80)]
        if sold_elsewhere:
            journaled(bidder, tmp_path)
        for number, ping_id in enumerate(made[:60]):
            sold = await sell(bidder, ping_id, now=NOW + 5.0, contact=somebody(number), **another(number))
            assert sold.status == "accepted"
        if not sold_elsewhere:
            journaled(bidder, tmp_path)

    at_bidder(tmp_path, trade, catalogue([buying]))

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 20
        ended = NOW + 121.0
        bidder.standing.apply(TimePassed(at=ended))
        ask(bidder, now=ended, **another(90))
        (counter,) = bidder.standing.counters(buying, seller(), "78701", "TX", ended)
        assert 0.75 < counter.live < 0.9
        bidder.standing.apply(TimePassed(at=ended + 5.0))
        # Nobody knows here when another replica sold them: it was before the restart.
        delay_s = 20.0 if sold_elsewhere else 5.0
        assert counter.live == pytest.approx(PostRate(ended=80, posted=60, delay_s=60 * delay_s).share_at(5.0))

    at_bidder(tmp_path, scene, catalogue([buying]))


def test_a_withdrawn_bid_was_never_a_promise(tmp_path: Path) -> None:
    async def late(bidder: Bidder) -> None:
        ask(bidder, took_ms=900.0)
        ask(bidder, zip="90001", state="CA", **another(2))

    before(tmp_path, late)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 0

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize(("now", "left"), [(NOW + 119.9, 1), (NOW + 120.0, 0)])
def test_an_expired_bid_is_left_behind(tmp_path: Path, now: float, left: int) -> None:
    before(tmp_path, one_bid)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path, now) == left

    at_bidder(tmp_path, scene)


def test_a_bid_that_was_posted_to_another_replica_meanwhile_is_over(tmp_path: Path) -> None:
    made = before(tmp_path, one_bid)

    async def scene(bidder: Bidder) -> None:
        nonce = bid_of(bidder, made.ping_id).nonce
        bidder.standing.apply(KnownRead(leads=nonce))
        assert restore(bidder, tmp_path) == 0

    at_bidder(tmp_path, scene)


def test_a_test_bid_takes_no_room(tmp_path: Path) -> None:
    async def test_bid(bidder: Bidder) -> PingAnswer:
        return ask(bidder, test=True)

    made = before(tmp_path, test_bid, ONE)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 1
        assert ask(bidder, now=LATER, test=True) == made
        assert ask(bidder, now=LATER, **another(2)).status == "accepted"

    at_bidder(tmp_path, scene, ONE)


def test_the_bids_of_a_retired_key_or_a_seller_that_is_gone_are_left_behind(tmp_path: Path) -> None:
    before(tmp_path, one_bid)

    async def another_key(bidder: Bidder) -> None:
        bidder.keys = replace(keys(), signing={2: b"t" * 32}, signing_id=2)
        assert restore(bidder, tmp_path) == 0

    async def another_seller(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 0

    at_bidder(tmp_path, another_key)
    at_bidder(tmp_path, another_seller, catalogue(sellers=[seller(name="bluebird")]))


def test_a_bid_of_a_campaign_that_was_removed_meanwhile_is_still_remembered(tmp_path: Path) -> None:
    made = before(tmp_path, one_bid)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 1
        assert bidder.standing.live(bid_of(bidder, made.ping_id).nonce, LATER) is not None

    at_bidder(tmp_path, scene, catalogue([campaign(name="solar-new")]))


def test_what_the_database_knows_is_known_after_a_restart(tmp_path: Path) -> None:
    async def trade(bidder: Bidder) -> None:
        bid = ask(bidder)
        assert (await sell(bidder, bid.ping_id)).status == "accepted"
        await set_demand(bidder, "TX", Demand(open=5, expected=10), "ops", NOW)
        await set_signal(bidder, "TX", Signal(premium_cents=500, cause="storm", until=NOW + 600.0), "ops", NOW)
        await bidder.store.set_switch(Switch(kind="pause", target="bluebird", told_by="ops", told_at=NOW))
        await bidder.store.keep_shadow_prices({"campaign/solar-tx/daily/": 0.25}, NOW)

    before(tmp_path, trade, ONE)

    async def scene(bidder: Bidder) -> None:
        buying, by = bidder.catalogue.campaigns["solar-tx"], bidder.catalogue.sellers["acme"]
        counters = {"solar-tx": bidder.standing.counters(buying, by, "78701", "TX", LATER)}
        stands = bidder.standing.of_ping(counters, ping(), LATER)
        assert [(cap.used, cap.dual) for cap in stands.caps["solar-tx"]] == [(1, 0.25)]
        # The lead was sold after the territory had told.
        assert stands.demand["solar-tx"].open == 4.0
        assert stands.signals == (("storm", 500),)
        assert stands.paused == {"bluebird"}
        assert [seen.campaign for seen in bidder.standing.sightings([phone_digest()])] == ["solar-tx"]
        asking = ask(bidder, now=LATER, seller_lead_id="lead-2")
        assert asking.reason_code == "cap_reached"

    at_bidder(tmp_path, scene, ONE)


def test_people_and_certificates_are_known_after_a_restart(tmp_path: Path) -> None:
    async def trade(bidder: Bidder) -> None:
        bid = ask(bidder)
        lead_id = (await sell(bidder, bid.ping_id)).lead_id
        await record_outcome(bidder, Outcome(lead_id=lead_id, event="opted_out"), NOW + 2.0)

    before(tmp_path, trade)

    async def scene(bidder: Bidder) -> None:
        assert ask(bidder, now=LATER).reason_code == "duplicate"
        assert ask(bidder, now=LATER, seller_lead_id="lead-2").reason_code == "certificate_reused"
        assert ask(bidder, now=LATER, **another(2), phone_digest=phone_digest()).reason_code == "duplicate"
        assert bidder.standing.is_suppressed([phone_digest()])

    at_bidder(tmp_path, scene)


def test_bids_of_a_clock_that_was_set_back_live_as_long_as_they_said(tmp_path: Path) -> None:
    made = before(tmp_path, one_bid, ONE)
    back = NOW - 3_600.0

    async def scene(bidder: Bidder) -> None:
        recent = lines(tmp_path / "journal", back - 120.0)
        assert restore_bids(bidder.standing, ONE, bidder.former, bidder.keys, recent, back, 3_600, 120) == 1
        assert ask(bidder, now=back + 1.0).ping_id == made.ping_id
        assert ask(bidder, now=back + 119.0, **another(2)).reason_code == "cap_reached"
        answer = await sell(bidder, made.ping_id, now=back + 119.0)
        assert answer.status == "accepted"

    at_bidder(tmp_path, scene, ONE)


def test_bids_of_a_clock_that_was_set_back_expire_at_their_time(tmp_path: Path) -> None:
    made = before(tmp_path, one_bid, ONE)
    back = NOW - 3_600.0

    async def scene(bidder: Bidder) -> None:
        recent = lines(tmp_path / "journal", back - 120.0)
        restore_bids(bidder.standing, ONE, bidder.former, bidder.keys, recent, back, 3_600, 120)
        bidder.standing.apply(TimePassed(at=back + 121.0))
        assert (await sell(bidder, made.ping_id, now=back + 121.0)).reason_code == "ping_expired"
        assert ask(bidder, now=back + 121.0, **another(2)).status == "accepted"

    at_bidder(tmp_path, scene, ONE)


def test_lines_of_a_clock_that_was_wrong_long_ago_promise_nothing(tmp_path: Path) -> None:
    before(tmp_path, one_bid)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path, NOW - 86_400.0) == 0

    at_bidder(tmp_path, scene)


def test_a_sale_of_the_journal_that_the_database_lacks_is_noticed(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> str:
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        return (await sell(bidder, ask(bidder, **another(2)).ping_id, contact=somebody(2), **another(2))).lead_id

    last = before(tmp_path, scene)

    async def after(bidder: Bidder) -> None:
        lost: set[str] = set()
        assert list(noting_lost(bidder.standing, bidder.keys, lines(tmp_path / "journal"), lost))
        assert lost == expected

    expected: set[str] = set()
    at_bidder(tmp_path, after)
    with sqlite3.connect(tmp_path / "leadbid.db") as database:
        for table in ("delivery", "evidence", "lead"):
            database.execute(f"DELETE FROM {table} WHERE lead_id = ?", (last,))
    expected = {last}
    at_bidder(tmp_path, after)
