"""Measures sellers' quality factors and return rates, shrunk toward 1 and 0 where leads are few."""

from collections.abc import Callable, Iterable

import msgspec

from app.domain.seller import Habits
from app.scoring.habits import QUALITY_FACTOR, RETURN_RATE_MAX
from training.histories.leads import Lead

CONVERSIONS_PRIOR = 20.0
"""A record of so many expected conversions counts as much as the belief before it.

With conversions as a Poisson number and a gamma belief around it this is its posterior mean; the belief then has a
deviation of 1 / sqrt(20) = .22, about what winning the auctions of others' choosing costs.
"""

LEADS_PRIOR = 50.0
"""The same of returns, in leads: a beta belief."""

LEADS_MIN = 30
"""A seller with fewer matured leads keeps what is declared of it."""

Ratio = Callable[[Lead], float]


class Record(msgspec.Struct, kw_only=True):
    """Sums over one seller's matured leads; money in cents."""

    leads: int = 0
    returned: int = 0
    expected: float = 0.0
    conversions: int = 0
    predicted_cents: float = 0.0
    realised_cents: float = 0.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One seller's habits with the record they come from."""

    record: Record
    habits: Habits


def measured(leads: Iterable[Lead], ratio: Ratio = lambda _: 1.0) -> dict[str, Measured]:
    """The habits of every seller with enough leads.

    quality factor is realized over predicted value, a seller's shrunk to that of all, and that of all to 1; returns
    likewise to none. `ratio` is what a newer model says of a lead over what was said when it was bid for.
    """
    records: dict[str, Record] = {}
    for lead in leads:
        if lead.converted is not None:
            _add(records.setdefault(lead.seller, Record()), lead, ratio)
    everyone = _sum(records.values())
    quality_factor = _quality_factor(everyone, 1.0, everyone)
    rate = everyone.returned / (everyone.leads + LEADS_PRIOR)
    return {
        seller: Measured(
            record=record,
            habits=Habits(
                quality_factor=min(
                    max(_quality_factor(record, quality_factor, everyone), QUALITY_FACTOR[0]), QUALITY_FACTOR[1]
                ),
                return_rate=min((record.returned + LEADS_PRIOR * rate) / (record.leads + LEADS_PRIOR), RETURN_RATE_MAX),
            ),
        )
        for seller, record in sorted(records.items())
        if record.leads >= LEADS_MIN
    }


def _add(record: Record, lead: Lead, ratio: Ratio) -> None:
    record.leads += 1
    record.returned += lead.returned
    if lead.probability is None or lead.worth is None:
        return
    probability = lead.probability * ratio(lead)
    record.expected += probability
    record.predicted_cents += probability * lead.worth
    record.conversions += bool(lead.converted)
    record.realised_cents += float(lead.value_cents or 0) if lead.converted else 0.0


def _quality_factor(record: Record, belief: float, everyone: Record) -> float:
    """The belief counts as so many conversions of the usual predicted value."""
    if everyone.expected <= 0.0:
        return belief
    prior_cents = CONVERSIONS_PRIOR * everyone.predicted_cents / everyone.expected
    return (prior_cents * belief + record.realised_cents) / (prior_cents + record.predicted_cents)


def _sum(records: Iterable[Record]) -> Record:
    columns = zip(*map(msgspec.structs.astuple, records), strict=True)
    return Record(**dict(zip(Record.__struct_fields__, map(sum, columns), strict=False)))
