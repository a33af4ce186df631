"""Samples of pings as reports of campaigns read them, made by hand.

sample = sampled([sampled_ping(price_cents=2_000, won=True)])
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from app.domain.auction.weighing import Offer
from app.domain.pricing.landscape import OrtbCurve
from app.domain.pricing.pricing import Curve, Quote, Valuation
from app.reports.campaigns.facts import CampaignFacts
from app.reports.campaigns.sample import Sample, SampledBid, SampledPing
from app.store.operators.requested import RequestRows
from tests.build import NOW, ZIP_STATES, campaign, catalogue

DAY_S = 86_400.0
VALUE = Valuation(probability=0.2, worth=40_000.0)


def offered(price_cents: int = 2_000, valuation: Valuation = VALUE, **other: Any) -> Offer:
    """A bid for `solar-tx` on an exclusive lead worth $80."""
    quoted = Quote(bid_value=valuation.bid_value, low=500.0, high=6_000.0, best=float(price_cents) + 0.5)
    plain = Offer(
        campaign="solar-tx",
        brand="Bright Roofs",
        leg="exclusive",
        price_cents=price_cents,
        win_probability=0.5,
        surplus=0.0,
        valuation=valuation,
        quote=quoted,
    )
    return replace(plain, **other)


def sampled_ping(
    number: int = 0, *offers: Offer, curve: Curve | None = None, by_demand: bool = False, **other: Any
) -> SampledPing:
    """A ping of Acme's from Texas with a bid of $20, or these; they have the ids `NUMBER-LEG`."""
    known = curve or OrtbCurve(half_cents=2_000)
    plain = SampledPing(
        at=NOW,
        seller="acme",
        vertical="solar",
        state="TX",
        source="",
        bids=tuple(
            [
                SampledBid(id=f"{number}-{each.leg}", offer=each, curve=known, by_demand=by_demand)
                for each in offers or (offered(),)
            ]
        ),
        refusal="",
        refused=(),
    )
    return replace(plain, **other)


def sampled(pings: Iterable[SampledPing], posted: Iterable[str] = (), days: float = 1.0) -> Sample:
    """The sample of the days until a minute from now."""
    until = NOW + 60.0
    return Sample(since=until - days * DAY_S, until=until, pings=tuple(pings), posted=frozenset(posted))


def campaign_facts(sample: Sample | None = None, **other: Any) -> CampaignFacts:
    """The campaign `solar-tx` at NOW, of which nothing is used or asked for."""
    whole = catalogue([campaign()])
    plain = CampaignFacts(
        now=NOW,
        configuration=whole.configuration,
        campaigns=tuple(whole.campaigns.values()),
        models=whole.models,
        requests=RequestRows(demands=[], signals=[], switches=[]),
        used={},
        duals={},
        today=(),
        sample=sample or sampled([]),
        zip_states=ZIP_STATES,
    )
    return replace(plain, **other)
