"""What a campaign and a seller have between them for every ping."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.domain.auction.decide import decide
from app.domain.auction.snapshot import Snapshot, Standing
from app.domain.calendar import local_minute
from app.domain.campaign import Campaign
from app.domain.caps.caps import CapStanding
from app.domain.catalogue import PAIRINGS_MAX, Catalogue
from app.domain.pairing import lowest_bid
from app.domain.pricing.exploration import Draw
from app.domain.pricing.pricing import Worth
from app.domain.schedule import ALL_DAY, ALWAYS, Boost, Schedule, week_minutes
from app.domain.seller import Habits, Seller
from app.domain.territory import Territory
from app.wire.ping import Ping
from tests.build import NOW, campaign, cap, catalogue, model, ping, seller

DAILY, BUDGET = cap(), cap(name="budget", measure="spend", limit=50_000)
BALANCE = cap(name="balance", owner="acme", scope="seller", measure="spend", limit=9_000, window="total")
OFFICE = Schedule(minutes=week_minutes({day: [(8 * 60, 18 * 60)] for day in range(5)}))
PUSH = Schedule(minutes=ALWAYS, boosts=(Boost(name="push", cents=250, minutes=ALWAYS),))
MEASURED = {
    "acme": Habits(quality_factor=0.9, return_rate=0.05, sub_sources={"s1": 0.5}, sub_source_returns={"s1": 0.2})
}

TERRITORIES = st.sampled_from(
    [Territory(), Territory(states=frozenset({"TX"})), Territory(not_zips=frozenset({"78701"}))]
)
CAMPAIGNS = st.builds(
    campaign,
    legs=st.sampled_from([("exclusive",), ("shared",), ("exclusive", "shared")]),
    territory=TERRITORIES,
    schedule=st.sampled_from([ALL_DAY, OFFICE, PUSH]),
    caps=st.sampled_from([(), (DAILY,), (DAILY, BUDGET)]),
    floor_cents=st.sampled_from([0, 100, 900]),
    worth=st.sampled_from([Worth(base_cents=20_000), Worth(field="monthly_bill", rate=0.8)]),
    handling_cents=st.sampled_from([0, 75]),
    price_points=st.sampled_from([(), (500, 1_000, 2_000)]),
)
SELLERS = st.builds(
    seller,
    caps=st.sampled_from([(), (BALANCE,)]),
    price_points=st.sampled_from([(), (1_000, 1_500)]),
    habits=st.sampled_from([Habits(), Habits(quality_factor=1.2)]),
)
PINGS = st.builds(
    ping,
    zip=st.sampled_from(["78701", "10001"]),
    state=st.sampled_from(["TX", "NY"]),
    sub_id=st.sampled_from(["", "s1"]),
    lead_type=st.sampled_from(["any", "exclusive", "shared"]),
    min_price_cents=st.sampled_from([0, 800]),
)


def decided(whole: Catalogue, lead: Ping, now: float, used: int) -> Any:
    by, buying = whole.sellers["acme"], whole.campaigns["solar-tx"]
    stands = tuple(CapStanding(each.limit, used, dual=0.1 * used) for each in (*buying.caps, *by.caps))
    standing = Standing(caps={"solar-tx": stands}) if used else Standing()
    return decide(lead, Snapshot(catalogue=whole, seller=by, standing=standing), now, Draw(0.3, 0.7))


@given(CAMPAIGNS, SELLERS, st.lists(st.tuples(PINGS, st.integers(0, 168), st.integers(0, 2)), max_size=4))
def test_a_pairing_that_is_kept_decides_as_one_that_is_made_anew(
    buying: Campaign, by: Seller, asked: list[tuple[Ping, int, int]]
) -> None:
    def made() -> Catalogue:
        return catalogue([buying], [by], [model(habits=MEASURED)])

    kept = made()
    for lead, hour, used in asked:
        now = NOW + hour * 3_600.0
        assert decided(kept, msgspec.structs.replace(lead, created_at=now), now, used) == decided(
            made(), msgspec.structs.replace(lead, created_at=now), now, used
        )


@given(CAMPAIGNS, PINGS, st.integers(0, 10_080))
def test_what_asks_for_no_place_and_no_hour_would_refuse_none(buying: Campaign, lead: Ping, minute: int) -> None:
    pairing = catalogue([buying]).pair(buying, seller())
    assert not pairing.is_everywhere or buying.territory.covers(lead.zip, lead.state)
    assert not pairing.is_always_open or buying.schedule.is_open(local_minute(int(NOW // 60) + minute, buying.zone))


def test_the_least_bid_is_a_price_that_both_allow() -> None:
    by = seller(price_points=(400, 700, 1_000))
    assert lowest_bid(campaign(floor_cents=500), by) == 700
    assert lowest_bid(campaign(floor_cents=500, price_points=(700, 1_000)), by) == 700
    assert lowest_bid(campaign(floor_cents=0), seller()) == 1


def test_the_journal_has_every_amount_of_a_valuation_also_where_it_is_zero() -> None:
    plain = campaign(handling_cents=0)
    written = msgspec.json.decode(msgspec.json.encode(catalogue([plain]).pair(plain, seller()).valuation))
    assert written == {
        "probability": None,
        "worth": plain.worth.of({}),
        "predicted": 0.0,
        "quality_factor": 1.0,
        "handling": 0.0,
        "budget": 0.0,
        "return_rate": 0.0,
        "raise_max": 0.0,
    }


def test_another_seller_of_the_same_name_is_another() -> None:
    whole = catalogue([campaign()])
    first, second = seller(price_points=(500,)), seller(price_points=(700,))
    assert whole.pairing(campaign(), first).points == (500,)
    assert whole.pairing(campaign(), second).points == (700,)


def test_no_more_pairings_are_kept_than_fit() -> None:
    whole, buying = catalogue([campaign()]), campaign()
    first = whole.pairing(buying, by := seller(name="s0"))
    assert whole.pairing(buying, by) is first
    for number in range(1, PAIRINGS_MAX + 1):
        whole.pairing(buying, msgspec.structs.replace(by, name=f"s{number}"))
    assert whole.pairing(buying, by) is not first
