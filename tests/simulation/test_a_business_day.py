"""A business day in stepped time: it adds up, it repeats, and prices move as the market and the caps do."""

import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.domain.auction.weighing import Offer
from app.domain.catalogue import Catalogue
from app.domain.pricing.demand import DemandStanding
from app.domain.pricing.pricing import Valuation
from app.journal.lines import PingLine
from app.journal.replay import redecide
from app.mock_exchange.market.audit import audit_lines
from tests.business_day import LEADS
from tests.simulation.conftest import Day, catalogue_of

PUSH_BEGINS = 1_795_212_000.0
"""Friday, 20 November 2026, 15:00 in Phoenix."""

SUNBELT, REFINANCE = "solar-sunbelt", "mortgage-refinance"
"""Two campaigns whose caps the day fills."""


def test_the_day_adds_up(day: Day) -> None:
    figures = day.figures
    assert figures["reconciled"] is True
    assert figures["pings"] >= LEADS
    assert figures["pings"] == figures["bids"] + figures["no_bids"]
    assert figures["no_bids"] == sum(figures["reasons"].values())
    assert figures["wins"] == figures["posts_accepted"] + figures["posts_refused"]
    assert figures["delivered"] == figures["posts_accepted"] > 100
    assert (figures["undelivered"], figures["cap_overruns"]) == (0, 0)
    assert figures["honoured_share"] >= 0.999
    assert figures["spend_cents"] > 0
    assert 0.0 < figures["ping_ms"]["p50"] <= figures["ping_ms"]["p99"]


def test_every_ping_is_decided_again_bit_for_bit(day: Day) -> None:
    assert {line.config for line in day.pings} == {day.catalogue.config_hash}
    again = [msgspec.json.encode(redecide(line, day.catalogue)) for line in day.pings]
    assert again == [msgspec.json.encode(line.decision) for line in day.pings]


@pytest.mark.long
def test_sellers_did_wrong_and_were_answered_as_the_contract_says(full_day: Day) -> None:
    tricks = Counter(
        (post.trick, post.outcome)
        for audited in audit_lines(full_day.data / "audit.jsonl")
        for post in audited.posts
        if post.buyer == "harbor"
    )
    assert tricks["late", "rejected"] > 0
    assert tricks["tampered", "rejected"] > 0
    assert tricks["lost answer", "accepted"] > 0
    assert tricks["sent again", "accepted"] > 0
    assert not tricks["late", "accepted"]
    assert not tricks["tampered", "accepted"]
    assert all(
        post.same_again
        for audited in audit_lines(full_day.data / "audit.jsonl")
        for post in audited.posts
        if post.buyer == "harbor" and post.trick == "sent again"
    )


def test_no_lead_was_posted_to_a_loser_or_sold_twice(day: Day) -> None:
    for audited in audit_lines(day.data / "audit.jsonl"):
        bidders = {ask.buyer for ask in audited.asks if ask.offers} | {"cornerstone"}
        assert {post.buyer for post in audited.posts} <= bidders
        exclusive = [post for post in audited.sold if post.leg == "exclusive"]
        assert len(exclusive) <= 1
        assert not (exclusive and len(audited.sold) > 1)
        assert len(audited.sold) <= 3


def test_the_crm_was_out_of_order_and_no_lead_was_lost_by_it(day: Day) -> None:
    with sqlite3.connect(day.data / "leadbid.db") as database:
        retried = database.execute("SELECT count(*) FROM attempt WHERE status = 'pending'").fetchone()[0]
        undelivered = database.execute("SELECT count(*) FROM delivery WHERE status <> 'delivered'").fetchone()[0]
    assert retried > 0
    assert undelivered == 0


@pytest.mark.long
def test_a_price_falls_while_a_cap_runs_ahead_of_its_plan_and_recovers_behind_it(full_day: Day) -> None:
    day = full_day
    offers = offers_of(day, SUNBELT)
    ahead = [(line, offer) for line, offer in offers if shadow_cents(offer) > 200.0]
    level = [(line, offer) for line, offer in offers if shadow_cents(offer) == 0.0]
    assert len(ahead) >= 3
    assert level
    # The very same lead at the same moment, had the caps been on plan.
    assert all(price_of(without_shadows(line), SUNBELT, day.catalogue) >= offer.price_cents for line, offer in ahead)
    dearer = [
        line for line, offer in ahead if price_of(without_shadows(line), SUNBELT, day.catalogue) > offer.price_cents
    ]
    assert len(dearer) >= 0.8 * len(ahead)
    # A budget that was spent too fast comes back towards its plan, and its price with it.
    budget = [valued(offer).budget for _, offer in offers_of(day, REFINANCE)]
    worst = budget.index(max(budget))
    assert budget[worst] > 0.2
    assert min(budget[worst:]) < 0.7 * budget[worst]


def test_a_boost_is_a_step_in_the_price(day: Day, tmp_path: Path) -> None:
    boosted = [(line, offer) for line, offer in offers_of(day, SUNBELT) if valued(offer).boosts]
    plain = [line for line, offer in offers_of(day, SUNBELT) if not valued(offer).boosts]
    assert len(boosted) >= 5
    assert {valued(offer).boosts for _, offer in boosted} == {(("weekend push begins", 600.0),)}
    assert max(line.at for line in plain) < PUSH_BEGINS <= min(line.at for line, _ in boosted)
    config = tmp_path / "config"
    shutil.copytree(day.data / "config", config)
    (config / "buyer.toml").write_text((config / "buyer.toml").read_text().replace("dollars = 6.00", "dollars = 0.01"))
    unpushed = catalogue_of(config / "buyer.toml")
    cheaper = [line for line, offer in boosted if price_of(line, SUNBELT, unpushed) < offer.price_cents]
    assert len(cheaper) >= 0.8 * len(boosted)


def test_a_signal_is_a_step_in_the_price_where_it_storms(day: Day) -> None:
    stormy = [
        (line, offer)
        for name in ("roofing-anywhere", "roofing-tampa-bay")
        for line, offer in offers_of(day, name)
        if valued(offer).signals
    ]
    assert len(stormy) >= 2
    assert {line.ping.state for line, _ in stormy} == {"FL"}
    assert {valued(offer).signals for _, offer in stormy} == {(("storm", 1_500.0),)}
    for line, offer in stormy:
        calm = replace(line, standing=replace(line.standing, signals=()))
        assert price_of(calm, offer.campaign, day.catalogue) < offer.price_cents


def test_a_lead_is_dearer_where_leads_are_owed_than_where_crews_are_booked_out(day: Day) -> None:
    owed = [(line, offer) for line, offer in offers_of(day, SUNBELT) if line.ping.state == "TX"]
    assert len(owed) >= 5
    assert all(shadow_of(offer, "TX") < 0.0 for _, offer in owed)
    booked_out = {SUNBELT: DemandStanding("TX", 12.0, 30.0)}
    there = [
        price_of(replace(line, standing=replace(line.standing, demand=booked_out)), SUNBELT, day.catalogue)
        for line, _ in owed
    ]
    assert all(price <= offer.price_cents for price, (_, offer) in zip(there, owed, strict=True))
    assert sum(price < offer.price_cents for price, (_, offer) in zip(there, owed, strict=True)) >= 0.8 * len(owed)


def offers_of(day: Day, campaign: str) -> list[tuple[PingLine, Offer]]:
    """The exclusive bids of a campaign with their lines, in their order."""
    return [
        (line, offer)
        for line in day.pings
        for offer in line.decision.bids
        if (offer.campaign, offer.leg) == (campaign, "exclusive") and offer.valuation is not None
    ]


def valued(offer: Offer) -> Valuation:
    """The terms of a bid that a model priced."""
    assert offer.valuation is not None
    return offer.valuation


def shadow_of(offer: Offer, name: str) -> float:
    """What one resource takes off a lead, in cents."""
    return dict(valued(offer).shadows).get(name, 0.0)


def shadow_cents(offer: Offer) -> float:
    """What the caps take off a lead; a territory's demand is named for the territory."""
    return sum(cents for name, cents in valued(offer).shadows if len(name) > 2)


def without_shadows(line: PingLine) -> PingLine:
    """The line as it would have been with every cap on its plan."""
    caps = {
        name: tuple([replace(standing, dual=0.0) for standing in standings])
        for name, standings in line.standing.caps.items()
    }
    return replace(line, standing=replace(line.standing, caps=caps))


def price_of(line: PingLine, campaign: str, catalogue: Catalogue) -> int:
    """What this campaign would have bid for an exclusive lead, 0 for nothing."""
    bids = redecide(line, catalogue).bids
    return next((bid.price_cents for bid in bids if (bid.campaign, bid.leg) == (campaign, "exclusive")), 0)
