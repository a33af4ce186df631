"""Whatever we refuse, for whatever reason, no crude parser takes the refusal for a sale."""

import json
import re
from itertools import product
from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from app.dialects.answers import write_ping_answer, write_post_answer, write_receipt
from app.dialects.body.read import read_body
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.written import Format
from app.domain.reasons import ACCEPT_WORDS, REASONS, Disclosure, Refusal, disclosed, sentence
from app.wire.feedback import Receipt
from app.wire.ping import Bid, PingAnswer
from app.wire.post import PostAnswer

FORMATS: tuple[Format, ...] = ("json", "xml")
DISCLOSURES: tuple[Disclosure, ...] = ("full", "class", "opaque")

words = st.sampled_from([*ACCEPT_WORDS, "ok", "OK", "Matched", "TRUE", "o\x00k", "t\true", "\true", "ſuccess", "a\nok"])
any_text = st.lists(st.one_of(words, st.text(max_size=12)), max_size=4).map(" ".join)
# Each in both formats: to think of an example takes longer than to write it.
anyones_settings = settings(derandomize=True, deadline=None, max_examples=100)


def texts_of(written: bytes, form: Format) -> list[str]:
    """The whole body, and each text in it as a parser sees it."""
    if form == "xml":
        return [written.decode(), *ElementTree.fromstring(written).itertext()]
    return [written.decode(), *_leaves(json.loads(written))]


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for item in value.items() for each in item for leaf in _leaves(each)]
    return [leaf for each in value for leaf in _leaves(each)] if isinstance(value, list) else [str(value)]


def assert_harmless(written: bytes, form: Format) -> None:
    for text in texts_of(written, form):
        assert not [word for word in ACCEPT_WORDS if word in text.lower()], text
        assert not re.search(r"\bok\b", text, re.IGNORECASE)


def test_every_reason_as_it_is_told_is_harmless_and_survives_whole() -> None:
    details = ("", "zip: five digits", "day", "Mon 08:00")
    for code, form, disclosure, detail in product(REASONS, FORMATS, DISCLOSURES, details):
        told, text = disclosed(Refusal(code, detail), disclosure)
        ping = PingAnswer(status="rejected", ping_id="0f" * 12, reason=text, reason_code=told)
        post = PostAnswer(status="rejected", ping_id="", reason=text, reason_code=told)
        receipt = Receipt(status="rejected", reason=text, reason_code=told)
        for written in (write_ping_answer(ping, form), write_post_answer(post, form), write_receipt(receipt, form)):
            assert_harmless(written, form)
            assert {text, told} <= set(texts_of(written, form)), (code, disclosure)


@anyones_settings
@given(
    status=st.sampled_from(["rejected", "error"]),
    ping_id=any_text,
    code=st.one_of(st.sampled_from(list(REASONS)), any_text),
    reason=any_text,
    warnings=st.lists(any_text, max_size=3),
)
def test_no_refused_ping_spells_a_sale(status: Any, ping_id: str, code: str, reason: str, warnings: list[str]) -> None:
    answer = PingAnswer(status=status, ping_id=ping_id, reason=reason, reason_code=code, warnings=tuple(warnings))
    for form in FORMATS:
        assert_harmless(write_ping_answer(answer, form), form)


@anyones_settings
@given(
    status=st.sampled_from(["duplicate", "rejected", "reping", "error"]),
    texts=st.lists(any_text, min_size=5, max_size=5),
    warnings=st.lists(any_text, max_size=3),
)
def test_no_refused_post_spells_a_sale(status: Any, texts: list[str], warnings: list[str]) -> None:
    ping_id, lead_id, reason, code, url = texts
    answer = PostAnswer(
        status=status,
        ping_id=ping_id,
        lead_id=lead_id,
        price_cents=1250,
        reason=reason,
        reason_code=code,
        redirect_url=url,
        warnings=tuple(warnings),
    )
    for form in FORMATS:
        written = write_post_answer(answer, form)
        assert_harmless(written, form)
        assert b"12.50" not in written


@anyones_settings
@given(reason=any_text, code=any_text)
def test_no_rejected_report_spells_a_sale(reason: str, code: str) -> None:
    for form in FORMATS:
        assert_harmless(write_receipt(Receipt(status="rejected", reason=reason, reason_code=code), form), form)


@anyones_settings
@given(st.binary(max_size=200), st.sampled_from(["application/json", "text/xml", "image/png", ""]))
def test_what_is_said_of_an_unreadable_body_is_harmless(body: bytes, content_type: str) -> None:
    for start in (b"", b"{", b"<"):
        flat = read_body(start + body, content_type)
        if isinstance(flat, UnreadableBody):
            answer = PingAnswer(
                status="rejected", ping_id="", reason=sentence(flat.refusal), reason_code="invalid_field"
            )
            assert_harmless(write_ping_answer(answer, "json"), "json")
            assert sentence(flat.refusal) == json.loads(write_ping_answer(answer, "json"))["reason"]


ids = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=64)
prices = st.integers(min_value=0, max_value=1_000_000_000)


@anyones_settings
@given(bids=st.lists(st.tuples(ids, prices), min_size=1, max_size=3))
def test_prices_and_ids_of_bids_come_through_exactly(bids: list[tuple[str, int]]) -> None:
    made = tuple([Bid(bid_id=bid_id, type="shared", price_cents=price, brand="B") for bid_id, price in bids])
    answer = PingAnswer(status="accepted", ping_id=bids[0][0], bids=made, expires_in=1, expires_at=1)
    for form in FORMATS:
        written = write_ping_answer(answer, form)
        assert cents_in(written, form) == [bids[0][1], *[price for _, price in bids]]
        assert {bid_id for bid_id, _ in bids} <= set(texts_of(written, form))


@anyones_settings
@given(ping_id=ids, lead_id=ids, price=prices)
def test_prices_and_ids_of_sales_come_through_exactly(ping_id: str, lead_id: str, price: int) -> None:
    answer = PostAnswer(status="accepted", ping_id=ping_id, lead_id=lead_id, price_cents=price)
    for form in FORMATS:
        written = write_post_answer(answer, form)
        assert cents_in(written, form) == [price]
        assert {ping_id, lead_id} <= set(texts_of(written, form))


def cents_in(written: bytes, form: Format) -> list[int]:
    """Every price as it literally stands there, in cents."""
    pattern = r'"price":(\d+)\.(\d\d)[,}]' if form == "json" else r"<price>(\d+)\.(\d\d)</price>"
    return [int(dollars) * 100 + int(rest) for dollars, rest in re.findall(pattern, written.decode())]
