"""What a made-up consumer answers to each vertical's form: fields that hang together as real ones do, with gaps."""

from collections.abc import Callable
from math import exp

import msgspec

from app.mock_exchange.chance import Chance
from app.wire.ping import Value


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """What runs through all answers of one person; `means` and `credit` are standard normal, and related."""

    age: int
    means: float
    credit: float
    owns_home: bool


def traits_of(chance: Chance) -> Traits:
    """The traits of one person."""
    age = min(90, 18 + int(abs(chance.normal("age") + 0.9) * 20.0))
    means = chance.normal("means")
    credit = 0.55 * means + 0.25 * (age - 42) / 18.0 + 0.75 * chance.normal("credit")
    owns_home = chance.below("owns_home", _share(0.5 + 0.9 * means + 0.045 * (age - 42)))
    return Traits(age=age, means=means, credit=credit, owns_home=owns_home)


def circumstances(vertical: str, chance: Chance, traits: Traits) -> dict[str, Value]:
    """This person's answers to this vertical's form; a blank has no key, and a form not known here is all blank."""
    if vertical not in _FORMS:
        return {}
    answers = _FORMS[vertical](chance, traits)
    blank = _BLANKS[vertical]
    return {name: value for name, value in answers.items() if not chance.below(f"blank/{name}", blank.get(name, 0.0))}


def questions(vertical: str) -> tuple[str, ...]:
    """What this vertical's form asks, in its order; nothing for a form not known here."""
    anybody = Chance(b"")
    return tuple(_FORMS[vertical](anybody, traits_of(anybody))) if vertical in _FORMS else ()


def _auto_insurance(chance: Chance, traits: Traits) -> dict[str, Value]:
    insured = chance.below("insured", _share(1.1 + 0.8 * traits.credit))
    coverage = traits.means + 0.8 * chance.normal("coverage")
    married = chance.below("married", _share(-0.3 + 0.04 * (min(traits.age, 60) - 32)))
    return {
        "age": traits.age,
        "currently_insured": insured,
        "credit_tier": _tier(traits.credit),
        "homeowner": traits.owns_home,
        "vehicle_year": 2026 - min(30, int(abs(chance.normal("vehicle") * 6.0) + 5.0 * exp(-0.4 * traits.means))),
        "vehicle_count": 1 + min(4, int(abs(chance.normal("vehicles")) * (1.4 if married else 0.8))),
        "violations": min(6, int(abs(chance.normal("violations")) * (1.3 if traits.age < 28 else 0.8))),
        "coverage_type": "minimum" if coverage < -0.8 else "standard" if coverage < 0.6 else "full",
        "marital_status": "married" if married else _unmarried(chance, traits.age),
        "best_time_to_call": chance.one_of("best_time", ("morning", "afternoon", "evening")),
    }


def _solar(chance: Chance, traits: Traits) -> dict[str, Value]:
    # Most who ask for solar own their home; that some do not is the first thing a buyer filters.
    home = traits.owns_home or chance.below("claims_home", 0.6)
    return {
        "homeowner": home,
        "monthly_bill": float(round(min(1_200.0, 160.0 * exp(0.45 * chance.normal("bill") + 0.2 * traits.means)))),
        "roof_shade": chance.weighted("shade", {"none": 0.55, "some": 0.33, "heavy": 0.12}),
        "credit_tier": _tier(traits.credit),
        "property_type": _home(chance, traits),
        "roof_age": min(60, int(abs(chance.normal("roof_age")) * 12.0)),
        "time_frame": chance.weighted(
            "time_frame", {"now": 0.2, "within_3_months": 0.3, "within_6_months": 0.2, "researching": 0.3}
        ),
    }


def _mortgage(chance: Chance, traits: Traits) -> dict[str, Value]:
    purposes = {"purchase": 0.75, "refinance": 0.0, "cash_out": 0.0, "home_equity": 0.0}
    if traits.owns_home:
        purposes = {"purchase": 0.2, "refinance": 0.4, "cash_out": 0.22, "home_equity": 0.18}
    purpose = chance.weighted("purpose", purposes)
    value = 340_000.0 * exp(0.45 * traits.means + 0.35 * chance.normal("value"))
    loan_to_value = (
        0.15 + 0.75 * chance.uniform("loan") if purpose != "home_equity" else 0.05 + 0.25 * chance.uniform("loan")
    )
    retired = traits.age >= 66 and chance.below("retired", 0.75)
    work = chance.weighted("work", {"employed": 0.76, "self_employed": 0.18, "unemployed": 0.06})
    return {
        "loan_purpose": purpose,
        "loan_amount": _rounded(min(4_000_000.0, max(15_000.0, value * loan_to_value))),
        "home_value": _rounded(min(8_000_000.0, max(40_000.0, value))),
        "credit_tier": _tier(traits.credit),
        "property_type": "multi_family" if chance.below("multi", 0.06) else _home(chance, traits),
        "property_use": chance.weighted("use", {"primary": 0.82, "second_home": 0.07, "investment": 0.11}),
        "employment": "retired" if retired else work,
        "annual_income": _rounded(
            min(3_000_000.0, 78_000.0 * exp(0.55 * traits.means + 0.3 * chance.normal("income")))
        ),
        "veteran": chance.below("veteran", 0.05 + 0.002 * max(0, traits.age - 30)),
    }


def _personal_injury(chance: Chance, _traits: Traits) -> dict[str, Value]:
    incident = chance.weighted("incident", _INCIDENTS)
    on_the_road = incident in ("auto_accident", "truck_accident", "motorcycle_accident")
    injured = chance.below("injured", 0.9 if incident != "other" else 0.6)
    care = {"hospital": 0.35, "doctor": 0.3, "planned": 0.15, "none": 0.2}
    if not injured:
        care = {"hospital": 0.03, "doctor": 0.12, "planned": 0.1, "none": 0.75}
    other = {"yes": 0.62, "no": 0.1, "unknown": 0.28} if on_the_road else {"yes": 0.25, "no": 0.15, "unknown": 0.6}
    return {
        "incident_type": incident,
        "months_since_incident": min(120, int(8.0 * exp(1.1 * chance.normal("months")))),
        "has_attorney": chance.below("attorney", 0.11),
        "injured": injured,
        "at_fault": chance.below("fault", 0.14 if on_the_road else 0.07),
        "treatment": chance.weighted("treatment", care),
        "other_party_insured": chance.weighted("other", other),
        "police_report": chance.below("police", 0.72 if on_the_road else 0.2),
    }


def _roofing(chance: Chance, traits: Traits) -> dict[str, Value]:
    roof_age = min(70, int(abs(chance.normal("roof_age") + 1.0) * 12.0))
    claim = chance.below("claim", 0.2)
    replace = _share(-0.7 + 0.06 * (roof_age - 15) + 1.2 * claim)
    others = {"repair": 0.6, "inspection": 0.28, "new_roof": 0.12}
    emergency = 0.35 if claim else 0.1
    return {
        "project_type": "replace" if chance.below("replace", replace) else chance.weighted("project", others),
        "roof_material": chance.weighted(
            "material", {"asphalt": 0.68, "metal": 0.12, "tile": 0.1, "wood": 0.04, "flat": 0.06}
        ),
        "roof_age": roof_age,
        "homeowner": traits.owns_home or chance.below("claims_home", 0.6),
        "insurance_claim": claim,
        "time_frame": chance.weighted(
            "time_frame",
            {"emergency": emergency, "within_1_month": 0.35, "within_3_months": 0.25, "researching": 0.2},
        ),
        "stories": 1 + (traits.means + chance.normal("stories") > 0.2) + chance.below("three", 0.05),
        "property_type": "commercial" if chance.below("commercial", 0.04) else _home(chance, traits),
    }


_FORMS: dict[str, Callable[[Chance, Traits], dict[str, Value]]] = {
    "auto_insurance": _auto_insurance,
    "solar": _solar,
    "mortgage": _mortgage,
    "personal_injury": _personal_injury,
    "roofing": _roofing,
}
VERTICALS = tuple(_FORMS)
"""The forms there are; consumer 1 fills in the first."""

# Which share leaves a question blank; what the forms demand has no entry.
_BLANKS: dict[str, dict[str, float]] = {
    "auto_insurance": {
        "age": 0.04,
        "credit_tier": 0.1,
        "homeowner": 0.05,
        "vehicle_year": 0.06,
        "vehicle_count": 0.04,
        "violations": 0.08,
        "coverage_type": 0.07,
        "marital_status": 0.06,
    },
    "solar": {
        "monthly_bill": 0.08,
        "roof_shade": 0.07,
        "credit_tier": 0.1,
        "property_type": 0.04,
        "roof_age": 0.2,
        "time_frame": 0.05,
    },
    "mortgage": {
        "home_value": 0.06,
        "credit_tier": 0.1,
        "property_type": 0.05,
        "property_use": 0.06,
        "employment": 0.07,
        "annual_income": 0.12,
        "veteran": 0.08,
    },
    "personal_injury": {
        "months_since_incident": 0.05,
        "injured": 0.04,
        "at_fault": 0.1,
        "treatment": 0.08,
        "other_party_insured": 0.1,
        "police_report": 0.12,
    },
    "roofing": {
        "roof_material": 0.1,
        "roof_age": 0.18,
        "homeowner": 0.04,
        "insurance_claim": 0.08,
        "time_frame": 0.05,
        "stories": 0.1,
        "property_type": 0.05,
    },
}

_INCIDENTS = {
    "auto_accident": 0.5,
    "truck_accident": 0.06,
    "motorcycle_accident": 0.06,
    "slip_and_fall": 0.14,
    "workplace": 0.1,
    "medical": 0.06,
    "other": 0.08,
}


def _unmarried(chance: Chance, age: int) -> str:
    if age > 65 and chance.below("widowed", 0.45):
        return "widowed"
    return "divorced" if age > 28 and chance.below("divorced", 0.4) else "single"


def _home(chance: Chance, traits: Traits) -> str:
    weights = {"single_family": 0.68, "townhouse": 0.13, "condo": 0.13, "mobile_home": 0.06}
    if traits.means < -0.8:
        weights = {"single_family": 0.5, "townhouse": 0.12, "condo": 0.13, "mobile_home": 0.25}
    return chance.weighted("home", weights)


def _tier(credit: float) -> str:
    return "excellent" if credit > 0.6 else "good" if credit > -0.1 else "fair" if credit > -0.9 else "poor"


def _rounded(dollars: float) -> float:
    """As people write it: to the thousand."""
    return float(round(dollars / 1_000.0) * 1_000)


def _share(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds))
