"""A restart between two bids: what was promised before it is promised still, and counts as such."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.domain.catalogue import Catalogue
from app.journal.reader import lines
from app.usecases.bidder import Bidder
from app.usecases.feedback import record_notice
from app.usecases.restore import restore_bids
from app.wire.feedback import Notice
from app.wire.ping import PingAnswer
from tests.bidder import NOW, another, ask, at_bidder, bid_of, journaled, sell, somebody
from tests.build import campaign, cap, catalogue, keys, seller

ONE = catalogue([campaign(caps=(cap(limit=1),))])
LATER = NOW + 20.0


def before(folder: Path, scene: Callable[[Bidder], Awaitable[Any]], whole: Catalogue | None = None) -> Any:
    """What happens until a process ends; its journal is on the disk."""

    async def play(bidder: Bidder) -> Any:
        result = await scene(bidder)
        journaled(bidder, folder)
        return result

    return at_bidder(folder, play, whole)


def restore(bidder: Bidder, folder: Path, now: float = LATER) -> int:
    return restore_bids(bidder, lines(folder / "journal", now - bidder.catalogue.buyer.bid_lifetime_s), now)


async def one_bid(bidder: Bidder) -> PingAnswer:
    return ask(bidder)


def test_a_repeat_gets_the_bid_that_was_made_before(tmp_path: Path) -> None:
    told = before(tmp_path, one_bid)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 1
        assert ask(bidder, now=LATER) == told

    at_bidder(tmp_path, scene)


def test_a_restored_bid_counts_against_its_cap(tmp_path: Path) -> None:
    before(tmp_path, one_bid, ONE)

    async def scene(bidder: Bidder) -> None:
        restore(bidder, tmp_path)
        assert ask(bidder, now=LATER, **another(2)).reason_code == "cap_reached"
        bidder.book.tick(NOW + 121.0)
        assert ask(bidder, now=NOW + 121.0, **another(2)).status == "accepted"

    at_bidder(tmp_path, scene, ONE)


def test_a_restored_bid_is_sold_with_its_decision_and_its_ping(tmp_path: Path) -> None:
    told = before(tmp_path, one_bid)

    async def scene(bidder: Bidder) -> None:
        restore(bidder, tmp_path)
        answer = await sell(bidder, told.ping_id, now=LATER)
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


def test_a_test_bid_takes_no_room(tmp_path: Path) -> None:
    async def test_bid(bidder: Bidder) -> PingAnswer:
        return ask(bidder, test=True)

    told = before(tmp_path, test_bid, ONE)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 1
        assert ask(bidder, now=LATER, test=True) == told
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
    told = before(tmp_path, one_bid)

    async def scene(bidder: Bidder) -> None:
        assert restore(bidder, tmp_path) == 1
        assert bidder.book.live(bid_of(bidder, told.ping_id).nonce, LATER) is not None

    at_bidder(tmp_path, scene, catalogue([campaign(name="solar-new")]))
