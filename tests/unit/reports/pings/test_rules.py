"""The rules stand in the order in which `weigh` judges: what fails at two of them is stopped at the first."""

from itertools import combinations
from typing import Any

from app.domain.auction.decide import decide
from app.domain.auction.snapshot import Known, Snapshot, Standing
from app.domain.caps.caps import CapStanding
from app.domain.checks.verdict import CheckVerdict, Consultation
from app.domain.filters import Filter
from app.domain.pricing.exploration import Draw
from app.domain.reasons import REASONS, Refusal
from app.domain.schedule import Schedule, week_hours
from app.domain.territory import Territory
from app.reports.pings.rules import PROVIDERS, RULES, rules_passed
from tests.build import NOW, campaign, cap, catalogue, model, ping, seller
from tests.table import each_row

FAILS: dict[str, dict[str, dict[str, Any]]] = {
    "buying is on": {"campaign": {"paused": True}},
    "inside the territory": {
        "campaign": {"territory": Territory(states=frozenset({"TX"}), not_zips=frozenset({"78701"}))}
    },
    "within our hours": {"campaign": {"schedule": Schedule(hours=week_hours({0: [(0, 60)]}))}},
    "the campaign's filters": {"campaign": {"filters": (Filter(field="roof", op="is", value="flat"),)}},
    "proof of consent": {"ping": {"tcpa_consent": False}},
    "not bought before": {"known": {"bought": True}},
    "room under every cap": {"standing": {"caps": {"solar-tx": (CapStanding(0),)}}, "campaign": {"caps": (cap(),)}},
    "a certificate of its own": {"known": {"certificate_used": True}},
    "not suppressed": {"known": {"suppressed": True}},
    "what providers say": {
        "known": {
            "consultations": (
                Consultation(check="c", verdicts=(CheckVerdict(question="q", outcome="fail", code="suspected_fraud"),)),
            )
        }
    },
    "a model can price it": {"model": {"probability": 7.0}},
    "a price that pays": {"model": {"probability": 0.001}},
    "the seller's minimum": {"ping": {"min_price_cents": 5_999_00}},
}


def refusal_of(*names: str) -> tuple[Refusal, tuple[Consultation, ...]]:
    """What the only campaign says to a ping that fails at these rules, and at no other."""
    changes: dict[str, dict[str, Any]] = {"campaign": {}, "ping": {}, "known": {}, "standing": {}, "model": {}}
    for name in names:
        for what, values in FAILS[name].items():
            changes[what] |= values
    known = Known(**changes["known"])
    snapshot = Snapshot(
        catalogue=catalogue([campaign(**changes["campaign"])], models=[model(**changes["model"])]),
        seller=seller(),
        known=known,
        standing=Standing(**changes["standing"]),
    )
    decision = decide(ping(lead_type="exclusive", **changes["ping"]), snapshot, NOW, Draw(0.5, 0.5))
    assert decision.refusal is not None, names
    return decision.refusal, known.consultations


@each_row("names", [*combinations(FAILS, 1), *combinations(FAILS, 2)], ids=lambda names: " and ".join(names))
def test_a_lead_is_stopped_by_the_first_rule_that_it_fails(names: tuple[str, ...]) -> None:
    if names == ("a model can price it", "a price that pays"):
        return
    passed, stopped_by = rules_passed(*refusal_of(*names))
    order = [rule.name for rule in RULES]
    assert stopped_by == min(names, key=order.index)
    assert passed == tuple(order[: order.index(stopped_by)])


def test_each_rule_fails_here_and_a_bid_passed_all() -> None:
    assert [rule.name for rule in RULES] == list(FAILS)
    assert rules_passed(None) == (tuple(rule.name for rule in RULES), "")


def test_codes_are_reasons_and_belong_to_one_rule_each() -> None:
    codes = [code for rule in RULES for code in rule.codes]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(REASONS)
    assert rules_passed(Refusal("deadline")) == ((), "")


def test_a_provider_may_refuse_with_any_code() -> None:
    verdict = CheckVerdict(question="q", outcome="fail", code="consent_invalid")
    said = (Consultation(check="c", verdicts=(verdict,)),)
    assert rules_passed(Refusal("consent_invalid"), said)[1] == PROVIDERS.name
    assert rules_passed(Refusal("consent_invalid"))[1] == "proof of consent"
