"""What verdicts come to."""

import pytest

from app.domain.post.checks import CheckVerdict, PostCheck, Unsettled, failures, unsettled
from app.domain.reasons import Refusal

NEEDED = PostCheck(name="certificate", code="consent_invalid", on_unknown="refuse")
WELCOME = PostCheck(name="line type", code="invalid_contact", on_unknown="accept")


def test_a_check_must_refuse_with_a_code_of_the_contract() -> None:
    with pytest.raises(ValueError, match="`no_such_code` is not a reason code"):
        PostCheck(name="certificate", code="no_such_code", on_unknown="accept")


def test_only_what_failed_refuses() -> None:
    verdicts = (
        CheckVerdict(check=NEEDED, outcome="pass"),
        CheckVerdict(check=NEEDED, outcome="unknown"),
        CheckVerdict(check=WELCOME, outcome="fail", detail="no such line"),
    )
    assert failures(verdicts) == [Refusal("invalid_contact", "no such line")]


def test_only_an_unknown_that_is_needed_leaves_a_post_unsettled() -> None:
    passed = CheckVerdict(check=NEEDED, outcome="pass")
    assert unsettled((passed, CheckVerdict(check=WELCOME, outcome="unknown"))) is None
    refusal = Refusal("consent_invalid", "certificate could not be checked")
    assert unsettled((passed, CheckVerdict(check=NEEDED, outcome="unknown"))) == Unsettled(refusal=refusal)
