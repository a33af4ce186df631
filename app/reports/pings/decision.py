"""One decision to read: what was asked, which rules each campaign's legs passed, and how each price came about."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from app.domain.auction.decide import Decision
from app.domain.auction.features import PREDICTED_VALUE, facts_of
from app.domain.auction.snapshot import Standing
from app.domain.auction.weighing import CampaignRefusal, Offer, curve_of
from app.domain.calendar import local_minute
from app.domain.catalogue import Model
from app.domain.checks.verdict import Consultation
from app.domain.configuration import Configuration
from app.domain.reasons import Refusal, sentence
from app.domain.seller import Seller
from app.journal.lines import PingLine
from app.reports.pings.curve import ShadingCurve, shading_curve
from app.reports.pings.derivation import FALLBACK, Term, derivation, valued
from app.reports.pings.rules import rules_passed
from app.scoring.contributions import Contributions
from app.wire.ping import Ping, Value


class Backing(msgspec.Struct, frozen=True, kw_only=True):
    """What a line is read with: the configuration and model that decided it, and what its fields add.

    Where one is gone, it is the sentence that says so; there is no model where none decided.
    """

    configuration: Configuration | str
    model: Model | str | None
    contributions: Contributions | str


class FieldAdded(msgspec.Struct, frozen=True, kw_only=True):
    """What one field adds to the log-odds of a conversion, compared with usual leads."""

    name: str
    value: str
    added: float


class FieldsAdded(msgspec.Struct, frozen=True, kw_only=True):
    """`usual` with what every field adds is `score`, which is calibrated to `probability`; the largest first."""

    usual: float
    fields: tuple[FieldAdded, ...]
    score: float
    probability: float


class LegDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What one campaign said on one leg; `leg` is empty where it refused them all.

    `result` is "outbid" where another campaign's bid had more surplus. `passed` names the rules that the lead passed,
    `stopped_by` the one that refused, with `reason_code` and `why` in words. `price_cents` and `surplus_cents` are of
    bids, sent or outbid.
    """

    campaign: str
    leg: str
    result: Literal["bid", "outbid", "refused"]
    brand: str = ""
    price_cents: int | None = None
    win_probability: float | None = None
    surplus_cents: float | None = None
    passed: tuple[str, ...] = ()
    stopped_by: str = ""
    reason_code: str = ""
    why: str = ""
    terms: tuple[Term, ...] = ()
    note: str = ""
    curve: ShadingCurve | None = None


class CapThen(msgspec.Struct, frozen=True, kw_only=True):
    """Where a cap stood: `used` of `limit`, what `live` bids of all replicas would probably take, and what was kept
    `apart` for what others may promise unseen; all in leads or cents.

    `dual` is its shadow price: of the campaign's ceiling for a count of leads, of the price itself for spend.
    """

    campaign: str
    cap: str
    measure: str
    used: int
    limit: int
    live: float
    apart: float
    dual: float


class PingDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A ping as it was decided. `at` is UTC epoch seconds, `zone` the buyer's, in which times are shown.

    `reason_code` and `why` are of a ping without a bid, also of one whose bid was `withdrawn`. `lacking` says what of
    it cannot be shown any more. `shadow` is what the other model of a trial would have done.
    """

    id: str
    bid_ids: tuple[str, ...]
    at: float
    zone: str
    seller: str
    ping: Ping
    config: str
    model: str
    took_ms: float
    reason_code: str = ""
    why: str = ""
    withdrawn: bool = False
    legs: tuple[LegDecision, ...] = ()
    added: FieldsAdded | None = None
    caps: tuple[CapThen, ...] = ()
    checks: tuple[Consultation, ...] = ()
    shadow: str = ""
    lacking: tuple[str, ...] = ()


def ping_decision(line: PingLine, backing: Backing, shadow: str = "") -> PingDecision:
    """The decision of this line."""
    configuration, contributions = backing.configuration, backing.contributions
    refusal = line.withdrawn or line.decision.refusal
    is_bid = bool(line.decision.bids)
    lacking = [each for each in (configuration, backing.model) if isinstance(each, str) and each]
    if is_bid and isinstance(contributions, str) and contributions and contributions not in lacking:
        lacking.append(contributions)
    return PingDecision(
        id=line.id,
        bid_ids=line.bid_ids,
        at=line.at,
        zone=configuration.buyer.zone if isinstance(configuration, Configuration) else "UTC",
        seller=line.seller,
        ping=line.ping,
        config=line.config,
        model=line.model,
        took_ms=line.took_ms,
        reason_code=refusal.code if refusal is not None else "",
        why=sentence(refusal) if refusal is not None else "",
        withdrawn=line.withdrawn is not None,
        legs=tuple(legs_of(line.decision, line.known.consultations, _curves(line, backing))),
        added=_added(contributions, line) if is_bid and isinstance(contributions, Contributions) else None,
        caps=tuple(_caps(line.standing, configuration, line.seller)),
        checks=line.known.consultations,
        shadow=shadow,
        lacking=tuple(dict.fromkeys(lacking)),
    )


class LeadCurves(msgspec.Struct, frozen=True, kw_only=True):
    """What the curves of a ping's bids are made from: the model that decided, the seller, the facts of the lead."""

    model: Model | None
    seller: Seller
    facts: dict[str, Value]

    def of(self, offer: Offer) -> ShadingCurve | None:
        """That of a bid; a fallback price has none."""
        if offer.valuation is None:
            return None
        worth_cents = offer.valuation.probability * offer.valuation.worth
        return shading_curve(offer, curve_of(self.model, self.seller, offer.leg, self.facts, worth_cents))


def _curves(line: PingLine, backing: Backing) -> LeadCurves | None:
    """Those of a line, where what decided it is still there."""
    configuration, model = backing.configuration, backing.model
    if isinstance(configuration, str) or isinstance(model, str):
        return None
    seller = configuration.seller(line.seller)
    if seller is None:
        return None
    return LeadCurves(model=model, seller=seller, facts=line_facts(line, configuration.buyer.zone, model))


def line_facts(line: PingLine, zone: str, model: Model | None = None) -> dict[str, Value]:
    """The facts of a line's ping at its time, as `decide` had them."""
    facts = facts_of(line.ping, local_minute(int(line.at // 60), zone), line.known.consultations)
    if model is not None and model.value is not None:
        facts[PREDICTED_VALUE] = model.value(facts)
    return facts


def legs_of(
    decision: Decision, consultations: Iterable[Consultation], curves: LeadCurves | None = None
) -> Iterator[LegDecision]:
    """Every campaign's say: bids first, then those that were outbid, then refusals."""
    for offer in decision.bids:
        yield _offered(offer, "bid", curves)
    for offer in decision.outbid:
        yield _offered(offer, "outbid", curves)
    for refusal in decision.refused:
        yield _refused(refusal, consultations)


def _offered(offer: Offer, result: Literal["bid", "outbid"], curves: LeadCurves | None) -> LegDecision:
    terms = derivation(offer)
    return LegDecision(
        campaign=offer.campaign,
        leg=offer.leg,
        result=result,
        brand=offer.brand,
        price_cents=offer.price_cents,
        win_probability=offer.win_probability,
        surplus_cents=offer.surplus,
        passed=rules_passed(None)[0],
        terms=terms,
        note="" if terms else FALLBACK,
        curve=curves.of(offer) if curves is not None else None,
    )


def _refused(refused: CampaignRefusal, consultations: Iterable[Consultation]) -> LegDecision:
    passed, stopped_by = rules_passed(refused.refusal, consultations)
    return LegDecision(
        campaign=refused.campaign,
        leg=refused.leg,
        result="refused",
        passed=passed,
        stopped_by=stopped_by,
        reason_code=refused.refusal.code,
        why=sentence(refused.refusal),
        terms=valued(refused.valuation) if refused.valuation is not None else (),
    )


def refusal_words(refusal: Refusal | None) -> str:
    """Why there was no bid, with its code."""
    return f"{sentence(refusal)} [{refusal.code}]" if refusal is not None else ""


def _added(found: Contributions, line: PingLine) -> FieldsAdded:
    fields = line.ping.fields
    return FieldsAdded(
        usual=found.usual,
        fields=tuple(
            [
                FieldAdded(name=name, value=str(fields.get(name, getattr(line.ping, name, ""))), added=added)
                for name, added in found.largest_first
            ]
        ),
        score=found.score,
        probability=found.probability,
    )


def _caps(standing: Standing, configuration: Configuration | str, seller: str) -> Iterator[CapThen]:
    """Where the caps stood that a sale would have used, by the configuration of its day."""
    if isinstance(configuration, str):
        return
    sellers = configuration.seller(seller)
    for name, standings in standing.caps.items():
        campaign = configuration.campaign(name)
        caps = (*(campaign.caps if campaign is not None else ()), *(sellers.caps if sellers is not None else ()))
        for cap, stood in zip(caps, standings, strict=False):
            yield CapThen(
                campaign=name,
                cap=cap.title,
                measure=cap.measure,
                used=stood.used,
                limit=stood.limit,
                live=stood.live,
                apart=stood.apart,
                dual=stood.dual,
            )
