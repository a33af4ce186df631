"""The published table of reasons."""

import re

import pytest

from app.domain.reasons import ACCEPT_WORDS, NO_BID, RANK, REASONS, Disclosure, Refusal, disclosed, sentence

NUMBERS = {
    "auth_failed": 7, "rate_limited": 511, "invalid_field": 2, "missing_field": 2, "unsupported_vertical": 509,
    "paused": 507, "outside_territory": 502, "closed_hours": 501, "filtered": 505, "consent_missing": 508,
    "consent_invalid": 508, "consent_expired": 508, "duplicate": 506, "cap_reached": 503, "budget_exhausted": 504,
    "model_unavailable": 512, "low_value": 505, "below_floor": 510, "deadline": 15, "ping_expired": None,
    "ping_unknown": None, "ping_used": None, "ping_mismatch": None, "certificate_mismatch": 508,
    "certificate_reused": 508, "invalid_contact": 4, "suppressed": 4, "brand_not_disclosed": 508, "internal": 1,
}  # fmt: skip
ORDER = list(NUMBERS)
EVERY_CODE = pytest.mark.parametrize("code", ORDER)
EVERY_DISCLOSURE = pytest.mark.parametrize("disclosure", ["full", "class", "opaque"])


def test_the_codes_stand_in_the_order_in_which_they_are_judged() -> None:
    assert list(REASONS) == ORDER
    assert sorted(RANK, key=RANK.__getitem__) == ORDER


def test_each_code_has_its_published_number() -> None:
    assert {code: reason.nbr for code, reason in REASONS.items()} == NUMBERS


@EVERY_DISCLOSURE
@EVERY_CODE
def test_a_refusal_holds_no_word_that_a_crude_parser_takes_for_a_sale(code: str, disclosure: Disclosure) -> None:
    for detail in ("", "monthly_bill"):
        told = " ".join(disclosed(Refusal(code, detail), disclosure)).lower()
        assert not [word for word in ACCEPT_WORDS if word in told]
        assert not re.search(r"\bok\b", told)


@EVERY_CODE
def test_no_brace_of_the_table_reaches_a_seller(code: str) -> None:
    assert not set("{}") & set(sentence(Refusal(code)) + sentence(Refusal(code, "zip")))


def test_a_sentence_names_its_detail_where_it_has_one() -> None:
    assert sentence(Refusal("closed_hours", "2026-11-23 08:00")) == "outside our hours, next opening 2026-11-23 08:00"
    assert sentence(Refusal("closed_hours")) == "outside our hours"
    assert sentence(Refusal("cap_reached", "daily")) == "cap reached: daily"


def test_a_reason_without_room_for_a_detail_does_not_tell_it() -> None:
    assert sentence(Refusal("suppressed", "list of litigators")) == "we may not contact this person"


@pytest.mark.parametrize(
    ("disclosure", "told"),
    [
        ("full", ("duplicate", "we have this person already")),
        ("class", ("policy", "refused for policy")),
        ("opaque", (NO_BID.code, NO_BID.text)),
    ],
)
def test_a_seller_is_told_as_much_as_it_is_trusted_with(disclosure: Disclosure, told: tuple[str, str]) -> None:
    assert disclosed(Refusal("duplicate"), disclosure) == told


@EVERY_DISCLOSURE
def test_what_is_wrong_with_the_request_itself_is_told_to_everybody(disclosure: Disclosure) -> None:
    assert disclosed(Refusal("missing_field", "zip"), disclosure) == (
        "missing_field",
        "a required field is missing: zip",
    )
