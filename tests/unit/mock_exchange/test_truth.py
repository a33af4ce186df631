"""The hidden truth: plausible on average, drifting, and not to be had from what a ping shows."""

from math import log
from statistics import fmean, pstdev
from typing import Any

import msgspec
import pytest

from app.mock_exchange import truth
from app.mock_exchange.chance import chance_of
from app.mock_exchange.circumstances import VERTICALS
from app.mock_exchange.consumers import Consumer, consumer
from tests.table import each_row

SPRING, AUTUMN = 1_777_939_200.0, 1_793_491_200.0
CONVERTED = {"auto_insurance": 0.12, "solar": 0.08, "mortgage": 0.06, "personal_injury": 0.10, "roofing": 0.15}


def chance(who: Consumer, *, seller: str = "acme", at: float = SPRING, call_delay_s: float = 300.0) -> float:
    return truth.probability(who, seller=seller, at=at, call_delay_s=call_delay_s)


def altered(who: Consumer, **fields: Any) -> Consumer:
    return msgspec.structs.replace(who, fields={**who.fields, **fields})


@each_row("vertical", VERTICALS)
def test_as_many_convert_as_a_buyer_of_this_vertical_knows(vertical: str) -> None:
    drawn = []
    for number in range(1, 1_001):
        luck = chance_of(3, "truth", number)
        seller = luck.weighted("seller", {"acme": 0.45, "bluebird": 0.35, "cascade": 0.2})
        at = SPRING + luck.uniform("at") * (AUTUMN - SPRING)
        drawn.append(chance(consumer(3, number, vertical), seller=seller, at=at, call_delay_s=truth.call_delay_s(luck)))
    assert fmean(drawn) == pytest.approx(CONVERTED[vertical], rel=0.1)
    assert min(drawn) > 0.0
    assert max(drawn) < 1.0
    assert pstdev(drawn) > 0.3 * fmean(drawn)


@each_row("vertical", VERTICALS)
def test_who_means_it_buys_more_often_and_no_ping_shows_it(vertical: str) -> None:
    who = consumer(1, 1, vertical)
    keen = msgspec.structs.replace(who, intent=1.0)
    cool = msgspec.structs.replace(who, intent=-1.0)
    assert chance(keen) > 2.0 * chance(cool)


def test_a_late_call_finds_nobody() -> None:
    who = consumer(1, 1)
    assert chance(who, call_delay_s=30.0) > chance(who) > chance(who, call_delay_s=7_200.0)


def test_call_delays_are_minutes_mostly() -> None:
    delays = sorted(truth.call_delay_s(chance_of(1, number)) for number in range(2_000))
    assert delays[1_000] == pytest.approx(300.0, rel=0.15)
    assert delays[1_900] < 3_600.0


def test_sellers_differ_in_what_their_leads_are_worth() -> None:
    who = consumer(1, 1)
    assert len({chance(who, seller=seller) for seller in ("acme", "bluebird", "cascade")}) == 3


def test_the_neighbourhood_counts_beyond_the_state() -> None:
    who = next(one for number in range(1, 999) if (one := consumer(1, number)).state == "TX" and one.city == "Houston")
    elsewhere = msgspec.structs.replace(who, city="Dallas", zip="75204")
    assert chance(who) != chance(elsewhere)


def test_the_world_drifts() -> None:
    who = consumer(1, 1)
    assert chance(who, at=AUTUMN) > chance(who, at=SPRING)


def test_two_fields_may_say_more_together_than_each_alone() -> None:
    who = altered(consumer(1, 1, "solar"), homeowner=True, monthly_bill=200.0, roof_shade="heavy")
    sunny = altered(who, roof_shade="none")

    def gain(where: Consumer) -> float:
        return odds(chance(altered(where, monthly_bill=300.0))) - odds(chance(where))

    assert gain(sunny) > gain(who) + 0.3


@each_row("vertical", VERTICALS)
def test_a_lead_that_tells_next_to_nothing_still_has_a_chance(vertical: str) -> None:
    required = {
        "auto_insurance": {"currently_insured": True},
        "solar": {"homeowner": True},
        "mortgage": {"loan_purpose": "purchase", "loan_amount": 200_000.0},
        "personal_injury": {"incident_type": "other", "has_attorney": False},
        "roofing": {"project_type": "repair"},
    }
    terse = msgspec.structs.replace(consumer(1, 1, vertical), fields=required[vertical])
    assert 0.005 < chance(terse) < 0.5


@each_row("vertical", VERTICALS)
def test_what_a_ping_shows_tells_who_buys_more_often(vertical: str) -> None:
    people = [consumer(3, number, vertical) for number in range(1, 601)]
    people.sort(key=lambda who: truth.visible_probability(vertical, who.fields))
    assert fmean(map(chance, people[300:])) > 1.3 * fmean(map(chance, people[:300]))


def test_what_no_ping_shows_is_not_visible() -> None:
    who = consumer(1, 1)
    keen = msgspec.structs.replace(who, intent=3.0, city="Dallas", zip="75204")
    seen = {truth.visible_probability(one.vertical, one.fields) for one in (who, keen)}
    assert len(seen) == 1


@each_row("vertical", VERTICALS)
def test_a_ping_that_shows_nothing_has_a_visible_chance(vertical: str) -> None:
    assert 0.005 < truth.visible_probability(vertical, {}) < 0.5


def odds(probability: float) -> float:
    return log(probability / (1.0 - probability))
