"""The book of a running bidder: promises, caps, and what operators ask for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.auction.snapshot import Standing
from app.domain.campaign import Campaign
from app.domain.caps.caps import CapStanding
from app.domain.pricing.demand import DemandStanding
from app.domain.seller import Seller
from app.store.shadow_prices import ShadowPrice
from app.usecases import book as module
from app.usecases.book import Book, LiveBid
from app.wire.feedback import Demand, Signal
from app.wire.ping import Ping
from tests.build import NOW, campaign, cap, ping, seller

LIFETIME_S = 120
ACME = seller()
BUDGET = cap(name="budget", measure="spend", limit=100_000)
BUYING = campaign(caps=(cap(limit=10), BUDGET))
COUNTER = "campaign/solar-tx/daily//2026-11-20"


def empty(used: int = 0) -> Book:
    return Book(LIFETIME_S, {COUNTER: used})


def promise(
    book: Book,
    nonce: bytes,
    now: float = NOW,
    price_cents: int = 1_000,
    lead: Ping | None = None,
    buying: Campaign = BUYING,
) -> None:
    lead = lead or ping()
    bid = LiveBid(
        seller=ACME.name, at=now, expires_at=int(now) + LIFETIME_S, terms=b"terms1", test=lead.test, text=b"{}"
    )
    counters = book.counters(buying, ACME, lead.zip, lead.state, now)
    book.open(nonce, bid, [] if bid.test else [(counters, price_cents)])


def sold(book: Book, nonce: bytes, now: float = NOW, price_cents: int = 1_000) -> None:
    book.sold(nonce, BUYING, ACME, "78701", "TX", price_cents, now)


def standing(book: Book, lead: Ping, now: float = NOW, buying: Campaign = BUYING, by: Seller = ACME) -> Standing:
    return book.standing({buying.name: book.counters(buying, by, lead.zip, lead.state, now)}, lead, now)


def caps(book: Book, now: float = NOW, buying: Campaign = BUYING, by: Seller = ACME) -> tuple[CapStanding, ...]:
    return standing(book, ping(), now, buying, by).caps[buying.name]


def leads(book: Book, now: float = NOW) -> tuple[int, float]:
    """Used and live of the daily cap."""
    return caps(book, now)[0].used, caps(book, now)[0].live


def asked(book: Book, lead: Ping | None = None, now: float = NOW, buying: Campaign = BUYING) -> DemandStanding | None:
    return standing(book, lead or ping(), now, buying).demand.get(buying.name)


def test_a_new_book_knows_what_the_database_counted() -> None:
    assert leads(empty(used=7)) == (7, 0.0)
    assert leads(empty()) == (0, 0.0)


def test_live_bids_take_room_of_every_cap_and_give_it_back_when_they_expire() -> None:
    book = empty()
    for number in range(4):
        promise(book, bytes([number]), price_cents=2_000)
    daily, budget = caps(book)
    assert (daily.live, daily.room) == (4.0, 6.0)
    assert (budget.live, budget.room) == (8_000.0, 92_000.0)
    assert book.live_bids == 4
    book.tick(NOW + LIFETIME_S)
    daily, budget = caps(book, NOW + LIFETIME_S)
    assert (daily.room, budget.room) == (10.0, 100_000.0)
    assert book.live_bids == 0


def test_a_bid_is_live_until_the_second_it_expires() -> None:
    book = empty()
    promise(book, b"a")
    assert book.live(b"a", NOW + LIFETIME_S - 0.1) is not None
    assert book.live(b"a", NOW + LIFETIME_S) is None
    assert book.live(b"b", NOW) is None


def test_a_sale_turns_a_promise_into_use() -> None:
    book = empty()
    promise(book, b"a", price_cents=2_000)
    promise(book, b"b", price_cents=3_000)
    sold(book, b"a", NOW + 1, 2_000)
    daily, budget = caps(book, NOW + 1)
    assert (daily.used, daily.live) == (1, 1.0)
    assert (budget.used, budget.live) == (2_000, 3_000.0)
    assert book.live(b"a", NOW + 1) is None


def test_a_sale_whose_promise_a_restart_lost_is_counted_too() -> None:
    book = empty()
    sold(book, b"unknown")
    assert leads(book) == (1, 0.0)


def test_a_lost_bid_gives_its_room_back_at_once() -> None:
    book = empty()
    promise(book, b"a")
    book.lost(b"a", NOW + 1)
    assert leads(book, NOW + 1) == (0, 0.0)


@pytest.mark.parametrize("first", ["sold", "lost", "expired"])
@pytest.mark.parametrize("then", ["sold", "lost", "expired"])
def test_a_bid_leaves_exactly_once_whatever_is_said_twice(first: str, then: str) -> None:
    book, sales = empty(), [first, then].count("sold")
    promise(book, b"a")
    promise(book, b"b", NOW + LIFETIME_S)
    for said in (first, then):
        if said == "sold":
            sold(book, b"a", NOW + LIFETIME_S)
        elif said == "lost":
            book.lost(b"a", NOW + LIFETIME_S)
        else:
            book.tick(NOW + LIFETIME_S)
    book.tick(NOW + LIFETIME_S)
    assert leads(book, NOW + LIFETIME_S) == (sales, 1.0)


def test_a_new_bid_for_a_lead_takes_the_room_of_the_former() -> None:
    book = empty()
    promise(book, b"a", NOW, 2_000)
    promise(book, b"a", NOW + 10, 3_000)
    book.tick(NOW + 11)
    daily, budget = caps(book, NOW + 11)
    assert (daily.live, budget.live) == (1.0, 3_000.0)
    book.tick(NOW + LIFETIME_S)
    assert book.live(b"a", NOW + LIFETIME_S) is not None
    assert leads(book, NOW + LIFETIME_S) == (0, 1.0)


def test_the_oldest_bid_falls_out_of_a_full_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIVE_MAX", 2)
    book = empty()
    for nonce in (b"a", b"b", b"b", b"c"):
        promise(book, nonce)
    assert [book.live(nonce, NOW) is not None for nonce in (b"a", b"b", b"c")] == [False, True, True]


def test_tests_are_remembered_and_see_and_use_nothing() -> None:
    book = empty()
    promise(book, b"a")
    promise(book, b"t", lead=ping(test=True))
    book.set_paused(["solar-tx"])
    book.set_signal("TX", Signal(premium_cents=500, cause="storm", until=NOW + 60))
    assert standing(book, ping(test=True)) == Standing()
    assert book.live(b"t", NOW) is not None
    assert leads(book) == (0, 1.0)


def test_tests_tell_nothing_of_a_sellers_habits() -> None:
    book = empty()
    for number in range(200):
        promise(book, number.to_bytes(2), lead=ping(test=True))
    book.tick(NOW + LIFETIME_S)
    promise(book, b"a", NOW + LIFETIME_S)
    assert leads(book, NOW + LIFETIME_S) == (0, 1.0)


def test_a_seller_that_rarely_posts_takes_less_room() -> None:
    book = empty()
    for number in range(200):
        promise(book, number.to_bytes(2))
    book.tick(NOW + LIFETIME_S)
    promise(book, b"a", NOW + LIFETIME_S)
    assert 0.0 < leads(book, NOW + LIFETIME_S)[1] < 0.1


def test_the_dual_rises_ahead_of_plan_and_returns_to_nothing_behind_it() -> None:
    book = empty()
    caps(book)
    for number in range(5):
        sold(book, bytes([number]), NOW + number)
        book.tick(NOW + number + 0.5)
    assert caps(book, NOW + 10)[0].dual > 0.1
    for minute in range(1, 13 * 60):
        book.tick(NOW + 60 * minute)
    assert caps(book, NOW + 13 * 3_600)[0].dual == 0.0


def test_tomorrow_is_a_new_window() -> None:
    book, tomorrow = empty(used=9), NOW + 86_400
    sold(book, b"a")
    assert leads(book) == (10, 0.0)
    book.tick(tomorrow)
    assert leads(book, tomorrow) == (0, 0.0)


def test_sellers_caps_stand_after_the_campaigns_and_are_shared_by_campaigns() -> None:
    limited = seller(caps=(cap(name="balance", owner="acme", scope="seller", limit=5),))
    book, other = empty(), campaign(name="other")
    book.sold(b"a", BUYING, limited, "78701", "TX", 1_000, NOW)
    assert [stand.used for stand in caps(book, by=limited)] == [1, 1_000, 1]
    assert [stand.used for stand in caps(book, buying=other, by=limited)] == [1]


def test_territories_and_sellers_have_counters_of_their_own() -> None:
    local = campaign(caps=(cap(scope="campaign_territory", unit="zip3"), cap(name="each", scope="campaign_seller")))
    book = empty()
    book.sold(b"a", local, ACME, "78701", "TX", 1_000, NOW)
    there = standing(book, ping(zip="75201"), NOW, local)
    assert [stand.used for stand in there.caps["solar-tx"]] == [0, 1]
    there = standing(book, ping(zip="78799"), NOW, local, seller(name="other"))
    assert [stand.used for stand in there.caps["solar-tx"]] == [1, 0]


def test_a_reloaded_cap_keeps_its_count_under_its_new_limit() -> None:
    book = empty()
    sold(book, b"a")
    reloaded = campaign(caps=(cap(limit=3), BUDGET))
    assert [(stand.limit, stand.used) for stand in caps(book, buying=reloaded)] == [(3, 1), (100_000, 1_000)]


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ([("TX", "")], "TX"),
        ([("TX", ""), ("787", "")], "787"),
        ([("787", ""), ("7", ""), ("78701", "")], "78701"),
        ([("TX", "solar-tx"), ("TX", "")], "TX"),
        ([("CA", ""), ("90001", ""), ("TX", "other")], None),
    ],
)
def test_the_narrowest_demand_that_covers_a_lead_is_heard(told: list[tuple[str, str]], heard: str | None) -> None:
    book = empty()
    for territory, whose in told:
        book.set_demand(territory, Demand(open=5, expected=10, campaign=whose), NOW, NOW + 3_600)
    found = asked(book)
    assert (found.name if found else None) == heard


def test_a_campaigns_own_demand_comes_before_that_of_all() -> None:
    book = empty()
    book.set_demand("TX", Demand(open=5, expected=10), NOW, NOW + 3_600)
    book.set_demand("TX", Demand(open=1, expected=10, campaign="solar-tx"), NOW, NOW + 3_600)
    assert asked(book) == DemandStanding("TX", 1.0, 10.0)
    assert asked(book, buying=campaign(name="other")) == DemandStanding("TX", 5.0, 10.0)


def test_demand_is_counted_down_by_sales_and_by_time_and_ends() -> None:
    book = empty()
    book.set_demand("TX", Demand(open=5, expected=10), NOW, NOW + 3_600)
    sold(book, b"a")
    assert asked(book) == DemandStanding("TX", 4.0, 10.0)
    assert asked(book, now=NOW + 1_800) == DemandStanding("TX", 4.0, 5.0)
    assert asked(book, now=NOW + 3_600) is None
    book.tick(NOW + 3_600)
    assert asked(book, now=NOW + 3_600) is None


@pytest.mark.parametrize(
    ("territory", "vertical", "lead", "heard"),
    [
        ("TX", "", {}, True),
        ("787", "", {}, True),
        ("78701", "solar", {}, True),
        ("CA", "", {}, False),
        ("900", "", {}, False),
        ("TX", "roofing", {}, False),
        ("TX", "", {"zip": "75201"}, True),
        ("787", "", {"zip": "75201"}, False),
    ],
)
def test_a_signal_covers_its_territory_and_vertical(
    territory: str, vertical: str, lead: dict[str, Any], heard: bool
) -> None:
    book = empty()
    book.set_signal(territory, Signal(premium_cents=500, cause="storm", until=NOW + 60, vertical=vertical))
    assert standing(book, ping(**lead)).signals == ((("storm", 500),) if heard else ())


def test_a_signal_is_replaced_by_its_cause_adds_to_others_and_ends() -> None:
    book = empty()
    book.set_signal("TX", Signal(premium_cents=500, cause="storm", until=NOW + 60))
    book.set_signal("TX", Signal(premium_cents=300, cause="storm", until=NOW + 60))
    book.set_signal("787", Signal(premium_cents=-100, cause="frost", until=NOW + 120))
    assert standing(book, ping()).signals == (("storm", 300), ("frost", -100))
    assert standing(book, ping(), NOW + 60).signals == (("frost", -100),)
    book.tick(NOW + 120)
    assert standing(book, ping(), NOW + 120).signals == ()


def test_what_an_operator_paused_is_in_every_standing() -> None:
    book = empty()
    book.set_paused(["solar-tx", "acme"])
    assert standing(book, ping()).paused == {"solar-tx", "acme"}
    book.set_paused([])
    assert standing(book, ping()).paused == frozenset()


EVENTS = st.lists(
    st.tuples(st.sampled_from(["open", "sold", "lost", "tick"]), st.integers(0, 5), st.integers(0, 90)), max_size=40
)


@given(EVENTS)
def test_counts_are_those_of_a_naive_book_and_never_negative(events: list[tuple[str, int, int]]) -> None:
    book, now, live, sales = empty(), NOW, dict[bytes, float](), 0
    for event, number, later in events:
        now, nonce = now + later, bytes([number])
        if event == "open":
            promise(book, nonce, now)
            live[nonce] = now
        elif event == "sold":
            sold(book, nonce, now)
            live.pop(nonce, None)
            sales += 1
        elif event == "lost":
            book.lost(nonce, now)
            live.pop(nonce, None)
        book.tick(now)
        live = {name: at for name, at in live.items() if now < at + LIFETIME_S}
        daily, budget = caps(book, now)
        assert (daily.used, daily.live) == (sales, float(len(live)))
        assert (budget.used, budget.live) == (sales * 1_000, len(live) * 1_000.0)
        assert book.live_bids == len(live)


def test_a_scarce_window_hands_its_shadow_price_to_the_next() -> None:
    book = empty(used=9)
    dual = caps(book)[0].dual
    assert dual > 0.0
    assert book.duals()["campaign/solar-tx/daily/"] == dual
    book.tick(NOW + 86_400.0)
    assert caps(book, NOW + 86_400.0)[0].dual >= dual


def test_after_a_restart_shadow_prices_stand_where_they_stood() -> None:
    book = Book(LIFETIME_S, {}, {"campaign/solar-tx/daily/": ShadowPrice(0.3, NOW - 60.0)})
    assert caps(book)[0].dual == 0.3
