"""What verdicts come to."""

import pytest

from app.domain.checks.verdict import CheckVerdict, Consultation, Unsettled, about, failures, price_cut, unsettled
from app.domain.reasons import Refusal


def consulted(*verdicts: CheckVerdict, campaigns: tuple[str, ...] = ()) -> Consultation:
    return Consultation(check="trustedform", verdicts=verdicts, campaigns=campaigns)


PASSED = CheckVerdict(question="certificate", outcome="pass")
NEEDED = CheckVerdict(question="certificate", outcome="unknown", on_unknown="refuse")
WELCOME = CheckVerdict(question="insights", outcome="unknown", on_unknown="accept", price_cut=0.2)
FAILED = CheckVerdict(question="line type", outcome="fail", code="invalid_contact", detail="no such line")


def test_a_question_must_refuse_with_a_code_of_the_contract() -> None:
    with pytest.raises(ValueError, match="`no_such_code` is not a reason code"):
        CheckVerdict(question="certificate", code="no_such_code", outcome="pass")


def test_only_what_failed_refuses() -> None:
    assert failures([consulted(PASSED, NEEDED), consulted(FAILED)]) == [Refusal("invalid_contact", "no such line")]


def test_only_an_unknown_that_is_needed_leaves_a_post_unsettled() -> None:
    assert unsettled([consulted(PASSED, WELCOME, FAILED)]) is None
    assert unsettled([consulted(PASSED, NEEDED)]) == Unsettled(refusal=Refusal("unverified", "certificate"))


def test_the_largest_reservation_cuts_the_bid() -> None:
    assert price_cut([consulted(PASSED)]) == 0.0
    reserved = CheckVerdict(question="insights", outcome="pass", price_cut=0.35)
    assert price_cut([consulted(WELCOME), consulted(reserved)]) == 0.35


def test_a_check_of_some_campaigns_speaks_of_no_others() -> None:
    everywhere, elsewhere = consulted(PASSED), consulted(FAILED, campaigns=("auto-tx",))
    assert about("solar-tx", [everywhere, elsewhere]) == (everywhere,)
    assert about("auto-tx", [everywhere, elsewhere]) == (everywhere, elsewhere)
