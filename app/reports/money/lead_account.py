"""What one lead cost and brought, and what a young one is expected to bring yet."""

from collections.abc import Iterator, Mapping
from typing import get_args

import msgspec

from app.domain.checks.check import post_costs
from app.domain.configuration import Configuration
from app.domain.post.disposition import Label, OutcomeEvent, label
from app.domain.pricing.disposition_value import EARLIER, DispositionTerm, EarlierDisposition, per_conversion
from app.reports.money.delay import ConversionDelay, still_to_come
from app.store.returns.accounts import LeadFacts
from app.wire.feedback import OutcomeKind
from app.wire.returns import ReturnState


class LeadAccount(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """`price_cents` is what was bid, of which an accepted return gives all back. `value_cents` is what came: of the
    conversion, as the CRM stated it or else as the lead was valued, and of the dispositions before.

    `predicted_cents` is what the bid expected of it, `None` where no rate or model said. `to_come_cents` and
    `conversions_to_come` are expectations of a lead that is not mature; of a mature one nothing is expected any more.
    """

    lead_id: str
    seller: str
    sub_id: str
    campaign: str
    state: str
    sold_at: float
    price_cents: int
    returned: ReturnState | None
    is_heard_of: bool
    contacted: bool
    converted: bool
    value_cents: int
    handling_cents: int
    checks_millicents: int
    is_mature: bool
    predicted_cents: float | None = None
    to_come_cents: float = 0.0
    conversions_to_come: float = 0.0

    @property
    def credited_cents(self) -> int:
        """What the seller gave back."""
        return self.price_cents if self.returned == "accepted" else 0


class _Terms(msgspec.Struct, frozen=True, gc=False):
    """What a decision says that matters here: see `domain.pricing.pricing.Valuation`."""

    probability: float
    worth: float
    quality_factor: float = 1.0
    handling: float = 0.0
    dispositions: tuple[DispositionTerm, ...] = ()
    checks: tuple[tuple[str, float], ...] = ()

    @property
    def conversion_cents(self) -> float:
        """What the conversion alone brings."""
        if not self.dispositions:
            return self.worth
        return self.worth - per_conversion(self.dispositions, self.probability)


class _Bid(msgspec.Struct, frozen=True, gc=False):
    valuation: _Terms | None = None


_BID = msgspec.json.Decoder(_Bid)
_KINDS = frozenset(get_args(OutcomeKind))


class Costs:
    """What a lead costs besides its price, and brings, where its own decision does not say: as declared last."""

    def __init__(self, declared: Configuration | None) -> None:
        self._campaigns = {each.name: each for each in declared.campaigns} if declared is not None else {}
        self._checks = declared.checks if declared is not None else ()
        self._millicents: dict[tuple[str, str, str], int] = {}

    def handling_cents(self, campaign: str) -> int:
        """Of working one lead."""
        return self._campaigns[campaign].handling_cents if campaign in self._campaigns else 0

    def conversion_cents(self, campaign: str) -> float:
        """What a conversion brings of which nobody stated it."""
        return self._campaigns[campaign].worth.of({}) if campaign in self._campaigns else 0.0

    def dispositions(self, campaign: str) -> Mapping[EarlierDisposition, int]:
        """What a lead brings by coming so far."""
        return self._campaigns[campaign].disposition_values if campaign in self._campaigns else {}

    def checks_millicents(self, campaign: str, vertical: str, seller: str) -> int:
        """Of the checks of one post."""
        key = campaign, vertical, seller
        if key not in self._millicents:
            self._millicents[key] = _millicents(post_costs(self._checks, *key))
        return self._millicents[key]


def lead_account(lead: LeadFacts, costs: Costs, delay: ConversionDelay, now: float) -> LeadAccount:
    """The account of a lead as of now."""
    terms, heard = _terms(lead.decision), label(_events(lead))
    converted, is_mature = heard.disposition == "sold", now - lead.sold_at >= delay.matures_s
    predicted, to_come, conversions = None, 0.0, 0.0
    if terms is not None:
        chance = min(terms.quality_factor * terms.probability, 1.0)
        predicted = terms.quality_factor * terms.probability * terms.worth
        # Who gave it back, or has no use for it, works it no further.
        if not (is_mature or heard.invalid or heard.opted_out or lead.returned == "accepted"):
            share = delay.share_by(now - lead.sold_at)
            conversions = 0.0 if converted else still_to_come(chance, share)
            to_come = conversions * terms.conversion_cents + _dispositions_to_come(terms, heard, share)
    return LeadAccount(
        lead_id=lead.lead_id,
        seller=lead.seller,
        sub_id=lead.sub_id,
        campaign=lead.campaign,
        state=lead.state,
        sold_at=lead.sold_at,
        price_cents=lead.price_cents,
        returned=lead.returned,
        is_heard_of=bool(lead.told),
        contacted=heard.is_at_least("contacted"),
        converted=converted,
        value_cents=_brought(lead, heard, terms, costs),
        handling_cents=round(terms.handling) if terms is not None else costs.handling_cents(lead.campaign),
        checks_millicents=_millicents(terms.checks)
        if terms is not None
        else costs.checks_millicents(lead.campaign, lead.vertical, lead.seller),
        is_mature=is_mature,
        predicted_cents=predicted,
        to_come_cents=to_come,
        conversions_to_come=conversions,
    )


def _terms(decision: str | None) -> _Terms | None:
    """None where no value was put on the lead, a restart lost it, or another version said it otherwise."""
    try:
        return _BID.decode(decision).valuation if decision is not None else None
    except msgspec.DecodeError:
        return None


def _events(lead: LeadFacts) -> Iterator[OutcomeEvent]:
    for event, occurred_at, received_at, value_cents in lead.told:
        # One of another version says nothing to this one.
        if event in _KINDS:
            kind: OutcomeKind = event  # type: ignore[assignment]
            yield OutcomeEvent(event=kind, occurred_at=occurred_at, received_at=received_at, value_cents=value_cents)


def _brought(lead: LeadFacts, heard: Label, terms: _Terms | None, costs: Costs) -> int:
    """What its conversion and its dispositions brought, in whole cents."""
    if not lead.told:
        return 0
    cents = 0.0
    if heard.disposition == "sold":
        if heard.value_cents is not None:
            cents = heard.value_cents
        else:
            cents = terms.conversion_cents if terms is not None else costs.conversion_cents(lead.campaign)
    declared = costs.dispositions(lead.campaign)
    valued = {term.name: term.cents for term in terms.dispositions} if terms is not None else {}
    reached = [name for name in EARLIER if heard.is_at_least(name)]
    return round(cents) + sum(valued.get(name, declared.get(name, 0)) for name in reached)


def _dispositions_to_come(terms: _Terms, heard: Label, share: float) -> float:
    """What those that it has not reached are expected to bring, taken to come as conversions do."""
    total = 0.0
    for term in terms.dispositions:
        if not heard.is_at_least(_disposition(term)):
            total += term.cents * still_to_come(min(terms.quality_factor * term.probability, 1.0), share)
    return total


def _disposition(term: DispositionTerm) -> EarlierDisposition:
    return next(name for name in EARLIER if name == term.name)


def _millicents(costs: tuple[tuple[str, float], ...]) -> int:
    return sum(round(1000.0 * cents) for _, cents in costs)
