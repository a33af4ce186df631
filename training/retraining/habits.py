"""Measures sellers' quality factors and return rates, shrunk toward 1 and 0 where leads are few."""

from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from app.domain.seller import Habits
from app.scoring.habits import QUALITY_FACTOR, RETURN_RATE_MAX, SUB_SOURCE_FACTOR
from training.histories.bids import Lead

CONVERSIONS_PRIOR = 20.0
"""A record of so many expected conversions counts as much as the belief before it.

With conversions as a Poisson number and a gamma belief around it this is its posterior mean; the belief then has a
deviation of 1 / sqrt(20) = .22, about what winning the auctions of others' choosing costs.
"""

LEADS_PRIOR = 50.0
"""The same of returns, in leads: a beta belief."""

CONVERSIONS_PRIOR_SOURCE = 8.0
"""The same of one sub-source, around its seller's: they differ more, by a deviation of about .35.

Of 200 leads of which 20 should have converted and none did, .29 of the seller's is left.
"""

LEADS_MIN = 30
"""A seller with fewer matured leads keeps what is declared of it; a sub-source, what its seller has."""

SOURCES_MAX = 2_000
"""So many sub-sources of one seller, those with most leads: some make up a new one for each campaign and day."""

Ratio = Callable[[Lead], float]


class Record(msgspec.Struct, kw_only=True):
    """Sums over one seller's matured leads; money in cents."""

    leads: int = 0
    returned: int = 0
    expected: float = 0.0
    conversions: int = 0
    predicted_cents: float = 0.0
    realised_cents: float = 0.0

    def add(self, lead: Lead, ratio: float) -> None:
        """One more lead, of which a newer model says `ratio` times what was said when it was bid for."""
        self.leads += 1
        self.returned += lead.returned
        if lead.probability is not None and lead.worth is not None:
            self.expected += lead.probability * ratio
            self.predicted_cents += lead.probability * ratio * lead.worth
            self.conversions += bool(lead.converted)
            self.realised_cents += float(lead.value_cents or 0) if lead.converted else 0.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One seller's habits with the record they come from."""

    record: Record
    habits: Habits


def measured(leads: Iterable[Lead], ratio: Ratio = lambda _: 1.0) -> dict[str, Measured]:
    """The habits of every seller with enough leads.

    quality factor is realized over predicted value, a sub-source's shrunk to that of its seller, a seller's to that of
    all, and that of all to 1; the shares returned likewise, that of all to none. `ratio` is what a newer model says of
    a lead over what was said when it was bid for.
    """
    everyone, records = Record(), defaultdict[str, Record](Record)
    sources = defaultdict[str, dict[str, Record]](dict)
    for lead in leads:
        if lead.converted is not None:
            said = ratio(lead)
            everyone.add(lead, said)
            records[lead.seller].add(lead, said)
            if source := str(lead.facts.get("sub_id", "")):
                sources[lead.seller].setdefault(source, Record()).add(lead, said)
    # The belief counts as so many conversions of the usual predicted value.
    one_cents = everyone.predicted_cents / (everyone.expected or 1.0)

    def quality_factor(record: Record, belief: float, conversions: float = CONVERSIONS_PRIOR) -> float:
        prior_cents = conversions * one_cents
        worth_cents = prior_cents + record.predicted_cents
        return (prior_cents * belief + record.realised_cents) / worth_cents if worth_cents > 0.0 else belief

    def of_sources(known: dict[str, Record], belief: float) -> dict[str, float]:
        least, most = SUB_SOURCE_FACTOR
        found = {name: quality_factor(each, belief, CONVERSIONS_PRIOR_SOURCE) for name, each in known.items()}
        return {name: min(max(factor, least), most) for name, factor in found.items()}

    (low, high), usual = QUALITY_FACTOR, quality_factor(everyone, 1.0)
    rate = everyone.returned / (everyone.leads + LEADS_PRIOR)
    found = {}
    for seller, record in sorted(records.items()):
        if record.leads >= LEADS_MIN:
            factor = min(max(quality_factor(record, usual), low), high)
            returned, known = _return_rate(record, rate), _large(sources[seller])
            found[seller] = Measured(
                record=record,
                habits=Habits(
                    quality_factor=factor,
                    return_rate=returned,
                    sub_sources=of_sources(known, factor),
                    sub_source_returns={name: _return_rate(each, returned) for name, each in known.items()},
                ),
            )
    return found


def _large(sources: dict[str, Record]) -> dict[str, Record]:
    """The sub-sources with enough leads, those with most first."""
    enough = sorted((-each.leads, name) for name, each in sources.items() if each.leads >= LEADS_MIN)
    return {name: sources[name] for _, name in enough[:SOURCES_MAX]}


def _return_rate(record: Record, belief: float) -> float:
    return min((record.returned + LEADS_PRIOR * belief) / (record.leads + LEADS_PRIOR), RETURN_RATE_MAX)
