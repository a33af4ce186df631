"""The list says of no lead what its ping is not answered, whatever closes or opens a campaign."""

import asyncio
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.auction.decide import decide
from app.domain.auction.reach import buying_area
from app.domain.auction.snapshot import Snapshot
from app.domain.calendar import moment
from app.domain.campaign import Campaign
from app.domain.catalogue import Catalogue
from app.domain.consent.consent import ConsentPolicy
from app.domain.filters import Filter
from app.domain.pricing.expected_conversion import ExpectedConversion
from app.domain.pricing.exploration import Draw
from app.domain.pricing.pricing import Worth
from app.domain.schedule import ALL_DAY, Schedule, week_hours
from app.domain.seller import Habits, Seller
from app.domain.territory import Territory
from app.journal.writer import KeptLine
from app.usecases.appetite.tell_appetite import appetite_rows
from app.usecases.standing.changes import BidMade, DemandSet, Requests, TimePassed, UsageRead, WritesFailed
from app.usecases.standing.standing import LiveStanding
from app.wire.appetite import AppetiteRow
from app.wire.feedback import Demand
from app.wire.ping import Leg, Ping, Value
from tests import build
from tests.build import NOW
from tests.table import each_row

ZIPS = {"78701": ("TX",), "78702": ("TX",), "75201": ("TX",), "90001": ("CA",), "42223": ("KY", "TN")}
ZIP_STATES = ZIPS | {"787": ("TX",), "752": ("TX",), "900": ("CA",), "422": ("KY", "TN")}
PLACES = [(zip_code, state) for zip_code, states in ZIPS.items() for state in states]
PLACES += [("78799", "TX"), ("75299", "TX"), ("90099", "CA"), ("42299", "KY"), ("42299", "TN")]
"""Where something was bought: in every ZIP of the table, and in one that is newer for each prefix."""
UNTOUCHED = [("78798", "TX"), ("75298", "TX"), ("90098", "CA")]
UNTOUCHED += [(zip_code, state) for zip_code in ("42298", "42228") for state in ("KY", "TN")]
"""Where nothing was; pings come from there as well."""

OFFICE = Schedule(hours=week_hours({day: [(8 * 60, 18 * 60)] for day in range(5)}))
EVENINGS = Schedule(hours=week_hours({day: [(17 * 60, 21 * 60 + 30)] for day in range(7)}))
HOLIDAY = Schedule(hours=OFFICE.hours, blackout_dates=frozenset({"2026-11-20", "2026-11-23"}))
MOMENTS = (NOW, NOW + 7.5 * 3_600.0, NOW + 9 * 3_600.0, NOW + 40 * 3_600.0, NOW - 19_830_000.0)
LEGS: tuple[Leg, ...] = ("exclusive", "shared")


def rows(catalogue: Catalogue, standing: LiveStanding, seller: Seller, now: float) -> list[AppetiteRow]:
    async def told() -> list[AppetiteRow]:
        return [row async for row in appetite_rows(buying_area(catalogue), standing, seller, now)]

    return asyncio.run(told())


def bids(
    catalogue: Catalogue, standing: LiveStanding, seller: Seller, now: float, leads: Iterator[Ping]
) -> Iterator[tuple[Ping, int]]:
    """Every lead that is bid on, as a ping is decided, with the price."""
    for lead in leads:
        there = catalogue.index.candidates(lead.vertical, lead.zip, lead.state)
        counters = standing.counters_by(there, seller, lead.zip, lead.state, now)
        met = standing.of_ping(counters, lead, now, standing.targets.standings(there, seller.name, now))
        decision = decide(lead, Snapshot(catalogue=catalogue, seller=seller, standing=met), now, Draw(0.3, 0.6))
        for bid in decision.bids:
            yield lead, bid.price_cents


def leads(now: float) -> Iterator[Ping]:
    """A lead for every place, leg and roof."""
    for vertical, (zip_code, state), leg, roof in product(
        ("solar", "auto"), PLACES + UNTOUCHED, LEGS, ("tile", "flat")
    ):
        yield Ping(
            vertical=vertical,
            zip=zip_code,
            state=state,
            lead_type=leg,
            created_at=now - 60.0,
            tcpa_consent=True,
            trustedform_cert_url=build.CERTIFICATE_URL,
            landing_page="https://quotes.example.com/",
            fields={"roof": roof, "monthly_bill": 5_000.0},
        )


TERRITORIES = (
    Territory(),
    Territory(states=frozenset({"TX"})),
    Territory(states=frozenset({"TX", "KY"}), not_zips=frozenset({"78701"})),
    Territory(zips=frozenset({"78702", "90001"})),
    Territory(prefixes=("752", "4222")),
    Territory(not_states=frozenset({"TX"})),
)
FILTERS = (
    Filter(field="roof", op="is", value="tile"),
    Filter(field="state", op="in", values=frozenset({"TX", "TN"})),
    Filter(field="zip", op="not_in", values=frozenset({"78701", "78702", "78799"})),
    Filter(field="zip3", op="in", values=frozenset({"787", "422"})),
    Filter(field="local_hour", op="at_least", value=12),
    Filter(field="weekday", op="in", values=frozenset({0, 5})),
)


@st.composite
def caps(draw: st.DrawFn, owner: str, scope: str = "") -> Any:
    measure = draw(st.sampled_from(("count", "spend")))
    scope = scope or draw(st.sampled_from(("campaign", "campaign_seller", "campaign_territory")))
    window = draw(st.sampled_from(("hour", "day", "week", "total")))
    unit = draw(st.sampled_from(("state", "zip3", "zip")))
    limit = draw(st.sampled_from((0, 1, 2, 50))) * (1 if measure == "count" else 900)
    name = f"{scope}-{measure}-{window}-{unit}"
    return build.cap(name=name, owner=owner, scope=scope, measure=measure, window=window, unit=unit, limit=limit)


@st.composite
def campaigns(draw: st.DrawFn, name: str) -> Campaign:
    priced: dict[str, Any] = draw(
        st.sampled_from(
            (
                {"expected_conversion": ExpectedConversion(rate=0.1, by_state={"CA": 0.001, "TN": 0.5})},
                {"expected_conversion": ExpectedConversion(rate=0.0126)},
                {"fallback_cents": 700},
                {},
            )
        )
    )
    return build.campaign(
        name=name,
        vertical=draw(st.sampled_from(("solar", "solar", "auto"))),
        legs=draw(st.sampled_from((LEGS, ("exclusive",), ("shared",)))),
        zone=draw(st.sampled_from(("America/Chicago", "America/New_York"))),
        territory=draw(st.sampled_from(TERRITORIES)),
        schedule=draw(st.sampled_from((ALL_DAY, ALL_DAY, OFFICE, EVENINGS, HOLIDAY))),
        caps=tuple(draw(st.lists(caps(name), max_size=2, unique_by=lambda cap: cap.name))),
        filters=tuple(draw(st.lists(st.sampled_from(FILTERS), max_size=2, unique_by=lambda rule: rule.field))),
        worth=draw(
            st.sampled_from(
                (Worth(base_cents=40_000), Worth(base_cents=30_000, field="monthly_bill", rate=0.02, high_cents=40_000))
            )
        ),
        consent=ConsentPolicy(at_ping=True, landing_domains=frozenset({"quotes.example.com"})),
        price_points=draw(st.sampled_from(((), (), (400, 600, 6_500)))),
        paused=draw(st.sampled_from((False, False, False, True))),
        **priced,
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Catalogue, LiveStanding, Seller, float]:
    """A catalogue with a seller, something bought, bid on, paused and demanded, and a moment."""
    now = draw(st.sampled_from(MOMENTS))
    bought = [draw(campaigns(name)) for name in draw(st.sampled_from((("a",), ("a", "b"), ("a", "b", "c"))))]
    seller = build.seller(
        caps=tuple(draw(st.lists(caps("acme", "seller"), max_size=1))),
        paused=draw(st.sampled_from((False, False, False, False, True))),
        price_points=draw(st.sampled_from(((), (), (600, 6_500)))),
        habits=draw(st.sampled_from((Habits(), Habits(return_rate=0.2)))),
    )

    def by_roof(facts: Mapping[str, Value]) -> float:
        return 0.9 if facts.get("roof") == "tile" else 0.0001

    models = [replace(build.model(), probability=by_roof)] if draw(st.booleans()) else []
    verticals = [build.vertical(), build.vertical(name="auto")]
    catalogue = build.catalogue(bought, [seller], models, verticals, zip_states=ZIP_STATES)
    standing = LiveStanding()
    standing.apply(_used(draw, catalogue, seller, now))
    _promise(draw, catalogue, standing, seller, now)
    standing.apply(_requests(draw, now))
    return catalogue, standing, seller, now


def _used(draw: st.DrawFn, catalogue: Catalogue, seller: Seller, now: float) -> UsageRead:
    met = LiveStanding()
    keys = {
        counter.key
        for campaign in catalogue.campaigns.values()
        for zip_code, state in PLACES
        for counter in met.counters(campaign, seller, zip_code, state, now)
    }
    most = draw(st.sampled_from((0, 2, 1_800)))
    return UsageRead(used={key: draw(st.sampled_from((most, most, 0))) for key in sorted(keys)})


def _promise(draw: st.DrawFn, catalogue: Catalogue, standing: LiveStanding, seller: Seller, now: float) -> None:
    """Some bids that live, made in this window or the one before."""
    for number, (zip_code, state) in enumerate(draw(st.lists(st.sampled_from(PLACES), max_size=2))):
        at = now - draw(st.sampled_from((0.0, 100.0)))
        there = catalogue.index.candidates("solar", zip_code, state)
        takes = {
            counter.key: counter.cap.uses(700)
            for each in there
            for counter in standing.counters(each, seller, zip_code, state, at)
        }
        nonce = bytes([number]) * 8
        made = BidMade(
            nonce=nonce, seller="acme", at=at, expires_at=int(at) + 120, terms=b"", test=False, kept=KeptLine(b""),
            takes=tuple(takes.items()),
        )  # fmt: skip
        standing.apply(made)


def _requests(draw: st.DrawFn, now: float) -> Requests:
    names = draw(st.lists(st.sampled_from(("a", "b", "acme")), max_size=1))
    demands = draw(st.lists(st.sampled_from(("TX", "787", "78702", "9")), max_size=2, unique=True))
    return Requests(
        pauses=tuple([(name, draw(st.sampled_from((None, now + 5_000.0)))) for name in names]),
        demands=tuple(
            [
                DemandSet(
                    territory=name,
                    demand=Demand(open=draw(st.sampled_from((0, 4))), expected=4, limit=True),
                    told_at=now - 10.0,
                    ends_at=now + 9_000.0,
                )
                for name in demands
            ]
        ),
    )


# Both are tried in one world: to think of it takes longer than to look at its list.
@settings(max_examples=60, deadline=None)
@given(worlds())
def test_the_list_says_what_is_bid_on_and_when_that_turns(
    world: tuple[Catalogue, LiveStanding, Seller, float],
) -> None:
    assert_what_is_closed_or_not_listed_is_bid_on_by_no_ping_and_what_is_open_by_some(*world)
    assert_a_row_turns_when_it_says_and_a_closed_one_not_before(*world)


def assert_what_is_closed_or_not_listed_is_bid_on_by_no_ping_and_what_is_open_by_some(
    catalogue: Catalogue, standing: LiveStanding, seller: Seller, now: float
) -> None:
    listed: dict[tuple[str, str, str], AppetiteRow] = {
        (row.vertical, row.state, row.leg): row for row in rows(catalogue, standing, seller, now)
    }
    bid_on: dict[tuple[str, str, str], list[int]] = {}
    for lead, price_cents in bids(catalogue, standing, seller, now, leads(now)):
        bid_on.setdefault((lead.vertical, lead.state, lead.lead_type), []).append(price_cents)
    assert {key for key, row in listed.items() if row.open} == bid_on.keys()
    assert all(listed[key].floor_cents <= min(prices) for key, prices in bid_on.items())


def assert_a_row_turns_when_it_says_and_a_closed_one_not_before(
    catalogue: Catalogue, standing: LiveStanding, seller: Seller, now: float
) -> None:
    told = rows(catalogue, standing, seller, now)
    for row in sorted([row for row in told if row.until is not None], key=lambda row: row.until or 0.0):
        until = row.until or 0.0
        assert until > now
        for at in (now + 0.5 * (until - now), until - 1.0, until):
            standing.apply(TimePassed(at=at))
            then = {(each.vertical, each.state, each.leg): each for each in rows(catalogue, standing, seller, at)}
            again = then[row.vertical, row.state, row.leg]
            if row.open and at == until:
                assert not again.open
            if not row.open and at < until:
                assert not again.open
        break


def test_looking_at_every_place_meets_no_counter_and_changes_nothing() -> None:
    buying = build.campaign(caps=(build.cap(scope="campaign_territory", unit="zip", limit=1),), territory=Territory())
    catalogue, standing = build.catalogue([buying], zip_states=ZIP_STATES), LiveStanding()
    assert [row.state for row in rows(catalogue, standing, build.seller(), NOW) if row.leg == "shared"] == [
        "CA", "KY", "TN", "TX",
    ]  # fmt: skip
    assert standing.cap_uses() == []


@each_row(
    ("changes", "until"),
    [
        ({"schedule": OFFICE}, "2026-11-21T00:00:00Z"),
        ({"schedule": EVENINGS}, "2026-11-20T23:00:00Z"),
        ({"schedule": HOLIDAY}, "2026-11-24T14:00:00Z"),
        ({"caps": (build.cap(limit=0),)}, "2026-11-21T06:00:00Z"),
        ({"caps": (build.cap(limit=0),), "schedule": OFFICE}, "2026-11-23T14:00:00Z"),
        ({"filters": (Filter(field="weekday", op="is", value=2),)}, "2026-11-25T06:00:00Z"),
        ({"paused": True}, None),
        ({}, None),
    ],
)
def test_until_is_when_hours_and_limits_turn_it(changes: dict[str, Any], until: str | None) -> None:
    buying = build.campaign(**{"legs": ("exclusive",), **changes})
    row = rows(build.catalogue([buying]), LiveStanding(), build.seller(), NOW)[0]
    expected = None if until is None else moment(until, NOW)
    assert row.until == expected


def test_a_service_that_cannot_record_a_sale_has_no_appetite() -> None:
    standing = LiveStanding()
    standing.apply(WritesFailed(seconds=60.0))
    told = rows(build.catalogue(), standing, build.seller(), NOW)
    assert told
    assert not any(row.open or row.until for row in told)


def test_a_lead_that_only_a_good_sub_source_is_worth_keeps_a_row_open_until_it_is_blocked() -> None:
    habits = Habits(quality_factor=0.01, sub_sources={"good": 1.0})
    buying = build.campaign(expected_conversion=ExpectedConversion(rate=0.1), legs=("exclusive",))
    catalogue = build.catalogue([buying], models=[])
    seller = build.seller(habits=habits)
    assert [row.open for row in rows(catalogue, LiveStanding(), seller, NOW)] == [True]
    blocked = replace(seller, blocked_sub_sources=("good",))
    assert [row.open for row in rows(catalogue, LiveStanding(), blocked, NOW)] == [False]


def by_zip(*full: str) -> bool:
    """Whether Texas is open to a campaign of one lead a day for each ZIP, where these have had theirs."""
    cap = build.cap(scope="campaign_territory", unit="zip", limit=1)
    buying = build.campaign(caps=(cap,), legs=("exclusive",), territory=Territory(states=frozenset({"TX"})))
    standing = LiveStanding()
    standing.apply(UsageRead(used={f"campaign_territory/solar-tx/daily/{each}/2026-11-20": 1 for each in full}))
    (row,) = rows(build.catalogue([buying], zip_states=ZIP_STATES), standing, build.seller(), NOW)
    return row.open


def test_a_state_is_open_until_its_last_place_is_full_that_a_ping_may_name() -> None:
    newer = [f"{prefix}{number:02d}" for prefix in ("752", "787") for number in range(100)]
    assert by_zip("75201")
    assert by_zip("75201", "78701", "78702")
    assert by_zip(*newer[:-1])
    assert not by_zip(*newer)


def test_what_a_model_cannot_price_is_bid_on_at_the_price_for_that() -> None:
    buying = build.campaign(worth=Worth(base_cents=1), fallback_cents=700, legs=("exclusive",))
    seller = build.seller()
    assert [row.open for row in rows(build.catalogue([buying]), LiveStanding(), seller, NOW)] == [True]
    unpriced = replace(buying, fallback_cents=None)
    assert [row.open for row in rows(build.catalogue([unpriced]), LiveStanding(), seller, NOW)] == [False]
