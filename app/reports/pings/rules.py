"""The rules that a lead passes on its way to a bid, in the order in which they are judged, and which one refused it."""

from collections.abc import Iterable

import msgspec

from app.domain.checks.verdict import Consultation
from app.domain.reasons import Refusal


class JudgedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the judgment: what it asks in words, and the codes with which it refuses."""

    name: str
    codes: tuple[str, ...]


RULES = (
    JudgedRule(name="buying is on", codes=("paused",)),
    JudgedRule(name="inside the territory", codes=("outside_territory",)),
    JudgedRule(name="within our hours", codes=("closed_hours",)),
    JudgedRule(name="the campaign's filters", codes=("filtered",)),
    JudgedRule(name="proof of consent", codes=("consent_missing", "consent_invalid", "consent_expired")),
    JudgedRule(name="not bought before", codes=("duplicate",)),
    JudgedRule(name="room under every cap", codes=("cap_reached", "budget_exhausted")),
    JudgedRule(name="a certificate of its own", codes=("certificate_reused",)),
    JudgedRule(name="not suppressed", codes=("suppressed",)),
    JudgedRule(name="what providers say", codes=("suspected_fraud", "litigator", "unverified")),
    JudgedRule(name="a model can price it", codes=("model_unavailable",)),
    JudgedRule(name="a price that pays", codes=("low_value",)),
    JudgedRule(name="the seller's minimum", codes=("below_floor",)),
)
"""In the order of `weigh`; a refusal of another code came before any of them."""

PROVIDERS = next(rule for rule in RULES if "unverified" in rule.codes)


def rules_passed(refusal: Refusal | None, consultations: Iterable[Consultation] = ()) -> tuple[tuple[str, ...], str]:
    """The names of the rules that were passed, and of the one that refused; all were where nothing did.

    Providers refuse with whatever code the buyer chose for a question.
    """
    if refusal is None:
        return tuple([rule.name for rule in RULES]), ""
    said = {each.code for one in consultations for each in one.verdicts if each.outcome == "fail"}
    stopping = next((rule for rule in RULES if refusal.code in rule.codes), None)
    if refusal.code in said and (stopping is None or RULES.index(stopping) <= RULES.index(PROVIDERS)):
        stopping = PROVIDERS
    if stopping is None:
        return (), ""
    return tuple([rule.name for rule in RULES[: RULES.index(stopping)]]), stopping.name
