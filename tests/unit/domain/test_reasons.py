"""The published table of reasons."""

import re
from itertools import product

from app.domain.reasons import ACCEPT_WORDS, NO_BID, RANK, REASONS, Disclosure, Refusal, disclosed, sentence
from tests.table import each_row

EVERY_DISCLOSURE = each_row("disclosure", ["full", "class", "opaque"])


def test_a_later_row_counts_for_more() -> None:
    assert sorted(RANK, key=RANK.__getitem__) == list(REASONS)
    assert RANK["paused"] < RANK["cap_reached"] < RANK["low_value"]


@EVERY_DISCLOSURE
def test_a_refusal_holds_no_word_that_a_crude_parser_takes_for_a_sale(disclosure: Disclosure) -> None:
    for code, detail in product(REASONS, ("", "monthly_bill")):
        told = " ".join(disclosed(Refusal(code, detail), disclosure)).lower()
        assert not [word for word in ACCEPT_WORDS if word in told], code
        assert not re.search(r"\bok\b", told), code


def test_no_brace_of_the_table_reaches_a_seller() -> None:
    assert [code for code in REASONS if set("{}") & set(sentence(Refusal(code)) + sentence(Refusal(code, "zip")))] == []


def test_a_sentence_names_its_detail_where_it_has_one() -> None:
    assert sentence(Refusal("closed_hours", "2026-11-23 08:00")) == "outside our hours, next opening 2026-11-23 08:00"
    assert sentence(Refusal("closed_hours")) == "outside our hours"
    assert sentence(Refusal("cap_reached", "daily")) == "cap reached: daily"


def test_a_reason_without_room_for_a_detail_does_not_tell_it() -> None:
    assert sentence(Refusal("suppressed", "list of litigators")) == "we may not contact this person"


@each_row(
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


@each_row("disclosure", ["full", "class", "opaque"])
def test_no_seller_can_tell_who_sues_from_who_opted_out(disclosure: Disclosure) -> None:
    assert disclosed(Refusal("litigator", "a list"), disclosure) == disclosed(Refusal("suppressed"), disclosure)
