"""The hidden truth: how likely a consumer really buys. What learns and what bids for us must never import it.

It reads what a ping shows, and four things that no ping does: the consumer's intent, how soon the call comes, how well
the seller's leads are made, and the place beyond its state. And it drifts, so that yesterday's model is a little wrong.
"""

from collections.abc import Callable, Mapping
from math import exp, log

from app.mock_exchange.chance import Chance, chance_of
from app.mock_exchange.consumers import Consumer
from app.wire.ping import Value

DRIFT_A_YEAR = 0.30
"""Log-odds: half of it, .15, over the half year of a history."""

_DRIFTS_FROM = 1_777_939_200.0  # 2026-05-05 in UTC, where a synthetic history begins.
_YEAR_S = 365.25 * 86_400.0
_INTENT = 0.6
_CITY = 0.30
_REGION = 0.25
_SELLER = 0.20
_USUAL_CALL_DELAY_S = 300.0
_CALL = 0.22
_SHARED = 0.6

Facts = Mapping[str, Value]


def probability(who: Consumer, *, seller: str, at: float, call_delay_s: float, shared: bool = False) -> float:
    """P(this consumer buys), bought from this seller at this time (UTC epoch seconds) and called after this delay.

    Where others call as well (`shared`) some of those who buy buy from them.
    """
    log_odds = _BASES[who.vertical] + _SHOWN[who.vertical](who.fields)
    log_odds += _CITY * chance_of(0, "city", who.vertical, who.city, who.state).normal("effect")
    log_odds += _REGION * chance_of(0, "region", who.vertical, who.zip[:3]).normal("effect")
    log_odds += _SELLER * chance_of(0, "seller", seller).normal("effect")
    log_odds += _INTENT * who.intent
    log_odds -= _CALL * log(max(call_delay_s, 20.0) / _USUAL_CALL_DELAY_S)
    log_odds += DRIFT_A_YEAR * (at - _DRIFTS_FROM) / _YEAR_S
    return _sigmoid(log_odds) * (_SHARED if shared else 1.0)


def visible_probability(vertical: str, fields: Facts) -> float:
    """P(a consumer who answers so buys), with all that no ping shows as it usually is: what a rival of long experience
    knows. `vertical` is one of the forms'.
    """
    return _sigmoid(_BASES[vertical] + _SHOWN[vertical](fields))


def call_delay_s(chance: Chance) -> float:
    """How long a call centre lets this lead wait: five minutes are usual, an hour happens."""
    return _USUAL_CALL_DELAY_S * exp(1.1 * chance.normal("call_delay"))


def _auto_insurance(facts: Facts) -> float:
    age, violations = _number(facts, "age", 42), _number(facts, "violations", 0.5)
    insured = facts.get("currently_insured") is True
    effect = _of(facts, "credit_tier", {"excellent": 0.25, "good": 0.15, "fair": -0.05, "poor": -0.35})
    effect += 0.45 * insured + 0.22 * (facts.get("homeowner") is True)
    effect += -0.5 * ((age - 45) / 25) ** 2 - 0.16 * violations
    effect += 0.12 * _number(facts, "vehicle_count", 1.6) + 0.02 * (_number(facts, "vehicle_year", 2016) - 2016)
    effect += _of(facts, "coverage_type", {"minimum": -0.15, "standard": 0.05, "full": 0.1})
    # The young with tickets have nowhere else to go; an insured homeowner bundles.
    effect += 0.45 * (age < 28 and violations >= 1) + 0.25 * (insured and facts.get("homeowner") is True)
    return effect + 0.12 * (facts.get("marital_status") == "married")


def _solar(facts: Facts) -> float:
    bill, home = _number(facts, "monthly_bill", 160), facts.get("homeowner") is True
    effect = 0.75 * home + 0.55 * log(max(bill, 30.0) / 160.0)
    effect += _of(facts, "roof_shade", {"none": 0.2, "some": -0.1, "heavy": -0.65})
    effect += _of(facts, "credit_tier", {"excellent": 0.3, "good": 0.15, "fair": -0.2, "poor": -0.6})
    effect += _of(
        facts, "property_type", {"single_family": 0.15, "townhouse": -0.2, "condo": -0.6, "mobile_home": -0.5}
    )
    effect += _of(
        facts, "time_frame", {"now": 0.4, "within_3_months": 0.2, "within_6_months": -0.1, "researching": -0.4}
    )
    # A high bill persuades only under an open sky; an old roof must be replaced first.
    effect += 0.4 * (bill > 220 and facts.get("roof_shade") == "none")
    return effect - 0.35 * (_number(facts, "roof_age", 10) > 20)


def _mortgage(facts: Facts) -> float:
    loan, income = _number(facts, "loan_amount", 200_000), _number(facts, "annual_income", 80_000)
    to_value = loan / max(_number(facts, "home_value", loan / 0.55), 1.0)
    refinances = facts.get("loan_purpose") in ("refinance", "cash_out")
    tier = facts.get("credit_tier")
    effect = _of(facts, "credit_tier", {"excellent": 0.45, "good": 0.2, "fair": -0.25, "poor": -0.8})
    effect += _of(facts, "loan_purpose", {"purchase": -0.1, "refinance": 0.15, "cash_out": 0.25, "home_equity": 0.05})
    effect += _of(facts, "employment", {"employed": 0.15, "self_employed": -0.15, "retired": 0.0, "unemployed": -0.9})
    effect += _of(facts, "property_use", {"primary": 0.08, "second_home": -0.1, "investment": -0.25})
    effect += _of(facts, "property_type", {"condo": -0.1, "mobile_home": -0.45, "multi_family": -0.15})
    effect -= 0.5 * max(0.0, loan / max(income, 10_000.0) - 3.0) / 2.0 + 0.8 * max(0.0, to_value - 0.75)
    # Cash is taken out by those who owe little; veterans borrow without a down payment.
    effect += 0.35 * (facts.get("loan_purpose") == "cash_out" and to_value < 0.5)
    effect += 0.4 * (facts.get("veteran") is True and not refinances)
    return effect - 0.3 * (refinances and tier == "poor")


def _personal_injury(facts: Facts) -> float:
    months = _number(facts, "months_since_incident", 8)
    hurt = facts.get("treatment") in ("hospital", "doctor")
    effect = _of(
        facts,
        "incident_type",
        {"auto_accident": 0.25, "truck_accident": 0.6, "motorcycle_accident": 0.35, "workplace": 0.0, "other": -0.6},
    )
    effect += _of(facts, "treatment", {"hospital": 0.55, "doctor": 0.3, "planned": 0.05, "none": -0.6})
    effect += _of(facts, "other_party_insured", {"yes": 0.25, "no": -0.4, "unknown": 0.0})
    effect += -1.1 * (facts.get("has_attorney") is True) - 0.6 * (facts.get("at_fault") is True)
    effect += 0.3 * (facts.get("injured") is True) + 0.15 * (facts.get("police_report") is True)
    effect -= 0.2 * log(1.0 + months) + 0.5 * (months > 24)
    # Fresh and treated is a case; treated long ago has been settled.
    return effect + 0.35 * (hurt and months <= 3) - 0.25 * (hurt and months > 18)


def _roofing(facts: Facts) -> float:
    age, claim = _number(facts, "roof_age", 14), facts.get("insurance_claim") is True
    effect = _of(facts, "project_type", {"replace": 0.4, "new_roof": 0.1, "repair": 0.0, "inspection": -0.4})
    effect += _of(facts, "roof_material", {"asphalt": 0.05, "metal": -0.1, "tile": -0.15, "wood": 0.1, "flat": -0.1})
    effect += _of(
        facts, "time_frame", {"emergency": 0.35, "within_1_month": 0.25, "within_3_months": -0.05, "researching": -0.55}
    )
    effect += 0.55 * (facts.get("homeowner") is True) + 0.25 * claim + 0.35 * min(age, 30) / 15.0
    effect += _of(facts, "property_type", {"condo": -0.5, "mobile_home": -0.35, "commercial": -0.3})
    # The insurer pays for a roof that is old enough to leak and young enough to be covered.
    effect += 0.45 * (claim and 10 <= age <= 25)
    return effect - 0.12 * (_number(facts, "stories", 1.4) >= 3)


_SHOWN: dict[str, Callable[[Facts], float]] = {
    "auto_insurance": _auto_insurance,
    "solar": _solar,
    "mortgage": _mortgage,
    "personal_injury": _personal_injury,
    "roofing": _roofing,
}

# Set so that a history converts at .12, .08, .06, .10 and .15.
_BASES = {"auto_insurance": -2.83, "solar": -3.56, "mortgage": -3.15, "personal_injury": -2.78, "roofing": -2.95}


def _number(facts: Facts, name: str, usual: float) -> float:
    """The number in the form, or the usual one."""
    value = facts.get(name)
    return usual if value is None or isinstance(value, str) else float(value)


def _of(facts: Facts, name: str, effects: dict[str, float]) -> float:
    value = facts.get(name)
    return effects.get(value, 0.0) if isinstance(value, str) else 0.0


def _sigmoid(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds))
