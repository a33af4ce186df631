"""Auctions over real HTTP, with rivals who do what real buyers do wrong."""

import asyncio
import time

import pytest

from app.mock_exchange.market.audit import Audited
from app.mock_exchange.market.exchange import Exchange
from app.mock_exchange.market.rivals import Counts, Rival, RivalServers
from app.mock_exchange.market.selection import Seat
from app.mock_exchange.market.setup import Rates, Selling, Setup
from app.mock_exchange.market.time import WallTime
from app.mock_exchange.market.traffic import Visit
from tests.market import PATIENCE_MS
from tests.service import listening

SEED = 3


def rival(name: str, dollars: float, **manners: float) -> Rival:
    """A buyer who pays a fixed price for solar leads."""
    return Rival(name=name, kind="fixed", verticals={"solar": dollars}, **manners)  # type: ignore[arg-type]


def hold(setup: Setup, leads: int = 1, again: bool = False) -> tuple[list[Audited], dict[str, Counts]]:
    """Hold this market; its audit, and what its rivals counted themselves."""
    audits: list[Audited] = []
    rivals = RivalServers(setup.rivals, SEED, time.time)
    visits = [Visit(0.0, number) for number in range(1, leads + 1)]
    visits += [Visit(0.0, number, again=True) for number in range(1, leads + 1) if again]

    async def play(url: str) -> None:
        exchange = Exchange(setup, url, SEED, WallTime(time.time), time.perf_counter)
        try:
            await exchange.hold(visits, 4, audits.append)
        finally:
            await exchange.aclose()

    with listening(rivals, lifespan="off") as url:
        asyncio.run(play(url))
    return audits, dict(rivals.counts())


def market(*rivals: Rival, **selling: object) -> Setup:
    """One seller of solar leads, who is in no hurry, and these buyers."""
    seller = Selling(name="seller", **{"timeout_ms": PATIENCE_MS, **selling})  # type: ignore[arg-type]
    return Setup(sellers=(seller,), rivals=rivals, vertical="solar")


def fates(audited: Audited) -> dict[str, str]:
    """What became of each buyer's bid, or what it said instead."""
    return {ask.buyer: ask.fate or f"{ask.outcome} {ask.reason}".strip() for ask in audited.asks}


def test_the_highest_bid_has_the_lead_and_nobody_else_hears_of_it() -> None:
    (audited,), counts = hold(market(rival("ann", 38.0), rival("bob", 45.0), rival("cem", 42.0)))
    assert [(post.buyer, post.price_cents) for post in audited.sold] == [("bob", 4_500)]
    assert fates(audited) == {"ann": "outbid", "bob": "won", "cem": "outbid"}
    assert {name: count.posts for name, count in counts.items()} == {"ann": 0, "bob": 1, "cem": 0}


def test_the_top_n_share_a_lead_at_their_own_bids() -> None:
    setup = market(
        *[rival(name, dollars) for name, dollars in zip("abcde", (50.0, 20.0, 40.0, 30.0, 10.0), strict=True)],
        mode="multisell",
    )
    (audited,), _ = hold(setup)
    assert [(post.buyer, post.leg, post.price_cents) for post in audited.sold] == [
        ("a", "shared", 2_500), ("c", "shared", 2_000), ("d", "shared", 1_500),
    ]  # fmt: skip


@pytest.mark.parametrize(("floor", "sold"), [(44.0, [("a", "exclusive")]), (46.0, [("a", "shared"), ("b", "shared")])])
def test_hybrid_shares_only_what_nobody_takes_alone_above_its_floor(floor: float, sold: list[tuple[str, str]]) -> None:
    (audited,), _ = hold(market(rival("a", 45.0), rival("b", 40.0), mode="hybrid", exclusive_floor=floor))
    assert [(post.buyer, post.leg) for post in audited.sold] == sold


def test_a_winner_that_refuses_its_own_bid_loses_the_lead_to_the_next() -> None:
    (audited,), counts = hold(market(rival("liar", 60.0, refuses_own_bid_share=1.0), rival("next", 40.0)))
    assert fates(audited) == {"liar": "refused at the post", "next": "won"}
    assert [post.outcome for post in audited.posts] == ["rejected", "accepted"]
    assert counts["liar"].sold == 0


def test_a_buyer_that_takes_the_lead_and_never_says_so_is_asked_again_and_nobody_else_gets_it() -> None:
    (audited,), counts = hold(market(rival("silent", 60.0, drops_post_share=1.0), rival("next", 40.0)))
    assert [(post.buyer, post.outcome) for post in audited.posts] == [("silent", "accepted")]
    assert (counts["silent"].sold, counts["next"].posts) == (1, 0)


@pytest.mark.parametrize(
    ("manners", "said"),
    [
        ({"hang_share": 1.0}, "timeout"),
        ({"error_share": 1.0}, "error http 50"),
        ({"malformed_share": 1.0}, "malformed"),
    ],
)
def test_who_hangs_lies_or_fails_delays_nobody_and_shows_as_such(manners: dict[str, float], said: str) -> None:
    audits, _ = hold(market(rival("broken", 90.0, **manners), rival("sound", 40.0), timeout_ms=2_000), leads=4)
    assert len(audits) == 4
    for audited in audits:
        assert [post.buyer for post in audited.sold] == ["sound"]
        assert fates(audited)["broken"].startswith(said)
        # The seller's timeout, and not the buyer's patience, ends the asking.
        assert next(ask.ms for ask in audited.asks if ask.buyer == "broken") < 5_000.0


def test_below_the_reserve_nothing_is_sold_and_the_fallback_gets_it() -> None:
    seats = (Seat(buyer="ann"), Seat(buyer="house", price=5.0))
    setup = market(rival("ann", 20.0), rival("house", 5.0), reserve={"solar": 25.0}, seats=seats, fallback="house")
    (audited,), _ = hold(setup)
    assert [(post.buyer, post.price_cents, post.ping_id) for post in audited.sold] == [("house", 500, "")]


def test_a_waterfall_asks_the_next_tier_only_where_the_one_above_did_not_buy() -> None:
    seats = (
        Seat(buyer="first", tier=1, price=50.0),
        Seat(buyer="second", tier=2, price=30.0),
        Seat(buyer="third", tier=3, price=10.0),
    )
    (audited,), counts = hold(
        market(rival("first", 40.0), rival("second", 35.0), rival("third", 99.0), selection="waterfall", seats=seats)
    )
    assert [post.buyer for post in audited.sold] == ["second"]
    assert (counts["first"].pings, counts["second"].pings, counts["third"].pings) == (1, 1, 0)


def test_direct_post_goes_down_the_list_until_somebody_pays_the_price() -> None:
    seats = tuple([Seat(buyer=name, price=30.0, tier=tier) for tier, name in enumerate(("poor", "rich", "richer"))])
    (audited,), counts = hold(
        market(rival("poor", 20.0), rival("rich", 35.0), rival("richer", 90.0), mode="direct", seats=seats)
    )
    assert [(post.buyer, post.outcome) for post in audited.posts] == [("poor", "rejected"), ("rich", "accepted")]
    assert all(count.pings == 0 for count in counts.values())
    assert counts["richer"].posts == 0


def test_pre_ping_drops_who_came_before_and_asks_nobody() -> None:
    audits, counts = hold(market(rival("ann", 20.0), pre_ping=True), leads=5, again=True)
    assert sorted(audited.dropped for audited in audits) == [""] * 5 + ["duplicate"] * 5
    assert counts["ann"].pings == 5


@pytest.mark.parametrize(
    ("rates", "trick"), [(Rates(lost_answers=1.0), "lost answer"), (Rates(sent_again=1.0), "sent again")]
)
def test_a_seller_that_did_not_hear_or_sends_twice_still_sells_once(rates: Rates, trick: str) -> None:
    audits, counts = hold(market(rival("ann", 20.0), rates=rates), leads=5)
    assert all([(post.trick, post.outcome) for post in audited.posts] == [(trick, "accepted")] for audited in audits)
    assert counts["ann"].sold == 5
    if trick == "sent again":
        assert all(audited.posts[0].same_again for audited in audits)
