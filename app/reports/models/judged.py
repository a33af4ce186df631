"""What became of a lead that a model priced, once it has had its time."""

from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

import msgspec

from app.domain.post.disposition import OutcomeEvent, label
from app.store.exports import OutcomeRow
from app.store.feedback import ModelSale
from app.wire.feedback import OutcomeKind


class JudgedLead(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """`converted` is None while it is too young; `cents` is what it brought in its time, less its price.

    `probability` is P(conversion) as the model said it, None where the lead was not priced by a model or a restart lost
    what it was priced by.
    """

    sold_at: float
    price_cents: int
    probability: float | None
    converted: bool | None
    cents: float


class _Priced(msgspec.Struct, frozen=True, gc=False):
    probability: float
    worth: float
    expected: bool = False


class _OfferTerms(msgspec.Struct, frozen=True, gc=False):
    """Of an offer: what it was made of."""

    valuation: _Priced | None = None


_OFFER = msgspec.json.Decoder(_OfferTerms)


def judged(sale: ModelSale, matures_s: float, worths: Mapping[str, float], now: float) -> JudgedLead:
    """A lead that came back cost nothing. `worths` are cents of a conversion, by campaign, if nothing else says it."""
    priced = _OFFER.decode(sale.decision).valuation if sale.decision is not None else None
    is_scored = priced is not None and not priced.expected and sale.model_version != ""
    events = list(_events(sale.events))
    in_time = label(each for each in events if each.occurred_at <= sale.sold_at + matures_s)
    converted = in_time.is_at_least("sold")
    worth = priced.worth if priced is not None else worths.get(sale.campaign, 0.0)
    brought = (in_time.value_cents if in_time.value_cents is not None else worth) if converted else 0.0
    return JudgedLead(
        sold_at=sale.sold_at,
        price_cents=sale.price_cents,
        probability=priced.probability if priced is not None and is_scored else None,
        converted=converted if sale.sold_at + matures_s <= now else None,
        cents=0.0 if label(events).invalid else brought - sale.price_cents,
    )


def _events(rows: Iterable[OutcomeRow]) -> Iterator[OutcomeEvent]:
    for row in rows:
        # One of another version says nothing to this one.
        if row.event in get_args(OutcomeKind):
            event = msgspec.convert(row.event, type=OutcomeKind)
            yield OutcomeEvent(
                event=event, occurred_at=row.occurred_at, received_at=row.recorded_at, value_cents=row.value_cents
            )
