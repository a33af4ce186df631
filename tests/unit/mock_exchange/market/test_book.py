"""A rival's word: honoured once, repeated when asked again, and forgotten after two minutes."""

from typing import Any

import msgspec
import pytest

from app.mock_exchange.consumers import consumer, ping_of, post_of
from app.mock_exchange.market.book import HELD_S, Book, Counts
from app.mock_exchange.market.rival import Rival
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer
from tests.build import NOW
from tests.table import each_row


def book(**changed: Any) -> Book:
    return Book(Rival(**{"name": "summit", "kind": "fixed", "verticals": {"solar": 40.0}} | changed), seed=1)


def bid(rival: Book, number: int = 1, now: float = NOW) -> PingAnswer:
    answer = rival.ping(ping_of(consumer(1, number, "solar"), now), now).answer
    assert answer is not None
    return answer


def sale(rival: Book, bid_id: str, number: int = 1, now: float = NOW) -> PostAnswer:
    return rival.post(post_of(consumer(1, number, "solar"), bid_id, now), now).answer


def direct(rival: Book, price: object, number: int = 1) -> PostAnswer:
    post = post_of(consumer(1, number, "solar"), "", NOW) | {"price": price}
    return rival.post(post, NOW).answer  # type: ignore[arg-type]


def test_a_bid_is_honoured_at_its_price() -> None:
    rival = book()
    answer = bid(rival)
    assert [(each.type, each.price_cents) for each in answer.bids] == [("exclusive", 4_000), ("shared", 2_000)]
    sold = sale(rival, answer.bids[1].bid_id)
    assert (sold.status, sold.price_cents, sold.ping_id) == ("accepted", 2_000, answer.bids[1].bid_id)
    assert rival.counts == Counts(pings=1, bids=1, posts=1, sold=1, spend_cents=2_000)


def test_the_same_post_gets_the_same_answer_and_is_one_sale() -> None:
    rival = book()
    ping_id = bid(rival).ping_id
    first = sale(rival, ping_id)
    assert sale(rival, ping_id, now=NOW + 10 * HELD_S) == first == rival.kept(ping_id)
    assert rival.counts == Counts(pings=1, bids=1, posts=2, sold=1, spend_cents=4_000)


def test_a_lead_is_bought_once_whatever_the_leg() -> None:
    rival = book()
    exclusive, shared = bid(rival).bids
    sale(rival, exclusive.bid_id)
    assert sale(rival, shared.bid_id).reason_code == "ping_used"
    assert bid(rival).reason_code == "duplicate"
    assert rival.counts.sold == 1


@each_row("forged", ["0" * 24, "0" * 24 + "-exclusive", "-", "p" * 64])
def test_a_bid_that_it_did_not_make_is_unknown(forged: str) -> None:
    rival = book()
    bid(rival)
    assert sale(rival, forged).reason_code == "ping_unknown"
    assert rival.kept(forged) is None


def test_a_leg_that_it_did_not_bid_on_is_unknown() -> None:
    rival = book(shared_share=0.0)
    mark = bid(rival).ping_id.partition("-")[0]
    assert sale(rival, f"{mark}-shared").reason_code == "ping_unknown"


def test_a_bid_stands_two_minutes_and_can_be_asked_for_again() -> None:
    rival = book()
    ping_id = bid(rival).ping_id
    late = NOW + HELD_S + 1
    assert sale(rival, ping_id, now=late).reason_code == "ping_expired"
    assert bid(rival, now=late).ping_id == ping_id
    assert sale(rival, ping_id, now=late + HELD_S).status == "accepted"


def test_a_bid_of_its_own_may_be_refused_for_good() -> None:
    rival = book(refuses_own_bid_share=1.0)
    ping_id = bid(rival).ping_id
    refused = sale(rival, ping_id)
    assert (refused.status, refused.price_cents) == ("rejected", 0)
    assert sale(rival, ping_id) == refused
    assert rival.counts.sold == 0


def test_a_lost_answer_is_still_a_sale_and_can_be_heard_later() -> None:
    rival = book(drops_post_share=1.0)
    ping_id = bid(rival).ping_id
    post = post_of(consumer(1, 1, "solar"), ping_id, NOW)
    lost, again = rival.post(post, NOW), rival.post(post, NOW)
    assert (lost.is_lost, again.is_lost) == (True, False)
    assert lost.answer == again.answer == rival.kept(ping_id)


def test_a_refusal_is_never_lost() -> None:
    rival = book(drops_post_share=1.0)
    assert not rival.post({"ping_id": "unknown"}, NOW).is_lost


def test_the_cap_of_a_day_ends_its_bids_until_the_next() -> None:
    rival = book(daily_cap=2)
    for number in (1, 2):
        sale(rival, bid(rival, number).ping_id, number)
    assert bid(rival, 3).reason_code == "cap_reached"
    assert bid(rival, 3, NOW + 86_400).status == "accepted"


@each_row(("price", "status"), [(40, "accepted"), ("25.50", "accepted"), (40.01, "rejected")])
def test_a_direct_post_is_bought_at_its_price_if_that_is_not_too_high(price: object, status: str) -> None:
    rival = book()
    answer = direct(rival, price)
    assert answer.status == status
    assert direct(rival, price) == answer
    assert rival.counts.sold == (status == "accepted")
    assert rival.counts.spend_cents == answer.price_cents == (float(str(price)) * 100 if answer.price_cents else 0)


@each_row("price", ["", 0, "free", -1])
def test_a_direct_post_must_name_a_price(price: object) -> None:
    assert direct(book(), price).reason_code == "missing_field"


def test_a_direct_post_meets_the_same_rules() -> None:
    assert direct(book(states=("ZZ",)), 1).reason_code == "outside_territory"
    rival = book()
    sale(rival, bid(rival).ping_id)
    assert direct(rival, 1).reason_code == "duplicate"


def test_the_order_of_the_leads_changes_nothing() -> None:
    shares = {"takes": 0.7, "hang_share": 0.1, "error_share": 0.1, "slow_share": 0.3, "noise": 0.3, "kind": "model"}
    upwards, downwards = book(**shares), book(**shares)
    pings = [ping_of(consumer(1, number, "solar"), NOW) for number in range(1, 101)]
    first = [upwards.ping(ping, NOW) for ping in pings]
    second = [downwards.ping(ping, NOW) for ping in reversed(pings)]
    assert first == second[::-1]
    assert len({each.manner for each in first}) == 3
    assert upwards.counts == downwards.counts


def test_rivals_and_seeds_differ() -> None:
    ping = ping_of(consumer(1, 1, "solar"), NOW)
    rival = Rival(name="summit", kind="model", verticals={"solar": 800.0})
    named = msgspec.structs.replace(rival, name="crest")
    answers = [Book(one, seed).ping(ping, NOW).answer for one, seed in ((rival, 1), (rival, 2), (named, 1))]
    prices = {answer.bids[0].price_cents for answer in answers if answer is not None}
    assert len(prices) == 3


def test_a_lead_without_the_sellers_id_is_known_by_what_it_says() -> None:
    rival = book()
    ping = {name: value for name, value in ping_of(consumer(1, 1, "solar"), NOW).items() if name != "seller_lead_id"}
    answers = [rival.ping(one, NOW).answer for one in (ping, dict(reversed(ping.items())), ping | {"zip": "00501"})]
    ids = [answer.ping_id for answer in answers if answer is not None]
    assert ids[0] == ids[1] != ids[2]


def test_what_goes_wrong_comes_at_its_rate() -> None:
    rival = book(slow_share=0.2, slow_s=3.0, takes=0.6, refuses_own_bid_share=0.25, drops_post_share=0.3)
    late = accepted = refused = lost = 0
    for number in range(1, 2_001):
        pinged = rival.ping(ping_of(consumer(1, number, "solar"), NOW), NOW)
        late += pinged.late_s == 3.0
        if pinged.answer is not None and pinged.answer.bids:
            posted = rival.post(post_of(consumer(1, number, "solar"), pinged.answer.ping_id, NOW), NOW)
            accepted += posted.answer.status == "accepted"
            refused += posted.answer.status == "rejected"
            lost += posted.is_lost
    assert late / 2_000 == pytest.approx(0.2, abs=0.03)
    assert rival.counts.bids / 2_000 == pytest.approx(0.6, abs=0.04)
    assert refused / rival.counts.bids == pytest.approx(0.25, abs=0.04)
    assert lost / accepted == pytest.approx(0.3, abs=0.05)
    assert rival.counts.sold == accepted
