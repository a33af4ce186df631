"""Counts what became of the leads that each version of a model bought."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from app.reports.models.calibration import Calibration, ScoredLead, calibration
from app.reports.models.judged import JudgedLead, judged
from app.store.feedback import ModelSale

LUMP = 20
"""Leads counted in one go, before other threads get a turn."""


class JudgeTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How long a lead of a vertical has to convert, and since when something is tried there (UTC epoch seconds)."""

    matures_s: float
    tried_since: float = float("inf")


class BoughtLeads(msgspec.Struct, kw_only=True):
    """Leads and what they cost; of those that have `matured` how many converted, and what they brought less their
    price. Money in cents; `squares` adds up the squares of what each brought.
    """

    leads: int = 0
    spend_cents: int = 0
    matured: int = 0
    conversions: int = 0
    surplus_cents: float = 0.0
    squares: float = 0.0

    def take(self, lead: JudgedLead) -> None:
        """One lead more."""
        self.leads += 1
        self.spend_cents += lead.price_cents
        if lead.converted is not None:
            self.matured += 1
            self.conversions += lead.converted
            self.surplus_cents += lead.cents
            self.squares += lead.cents * lead.cents


class VersionOutcomes(msgspec.Struct, frozen=True, kw_only=True):
    """What one version bought, in all and since something is tried, and how its scores held."""

    bought: BoughtLeads
    in_trial: BoughtLeads
    calibration: Calibration


Outcomes = Mapping[tuple[str, str], VersionOutcomes]
"""By vertical and version."""


class _Version:
    """One version, as it is counted."""

    def __init__(self, terms: JudgeTerms) -> None:
        self._terms = terms
        self._bought, self._in_trial = BoughtLeads(), BoughtLeads()
        self._scored: list[ScoredLead] = []
        self._too_young = self._unscored = 0
        self._youngest_at: float | None = None

    def take(self, lead: JudgedLead) -> None:
        self._bought.take(lead)
        if lead.sold_at >= self._terms.tried_since:
            self._in_trial.take(lead)
        if lead.converted is None:
            self._too_young += 1
            # The oldest comes first.
            if self._youngest_at is None:
                self._youngest_at = lead.sold_at + self._terms.matures_s
        elif lead.probability is None:
            self._unscored += 1
        else:
            self._scored.append((lead.probability, lead.converted))

    def outcomes(self) -> VersionOutcomes:
        found = calibration(self._scored, too_young=self._too_young, next_at=self._youngest_at, unscored=self._unscored)
        return VersionOutcomes(bought=self._bought, in_trial=self._in_trial, calibration=found)


def outcomes_of(
    sales: Iterable[ModelSale],
    terms: Mapping[str, JudgeTerms],
    worths: Mapping[str, float],
    now: float,
    rest: Callable[[], None] = lambda: None,
) -> Outcomes:
    """What these sales, oldest first, came to. `rest` is called every now and then; verticals without terms are left
    out, and `worths` are what a conversion is worth by campaign, in cents, where nothing else says it.
    """
    found: dict[tuple[str, str], _Version] = {}
    for number, sale in enumerate(sales, 1):
        if number % LUMP == 0:
            rest()
        own = terms.get(sale.vertical)
        if own is None:
            continue
        key = sale.vertical, sale.model_version
        version = found.get(key)
        if version is None:
            version = found[key] = _Version(own)
        version.take(judged(sale, own.matures_s, worths, now))
    return {key: version.outcomes() for key, version in found.items()}
