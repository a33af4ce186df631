"""An answer is the bytes that were promised: key by key, price by price, in JSON and in XML."""

import json
from xml.etree import ElementTree

from app.dialects.answers import write_ping_answer, write_post_answer, write_receipt, write_receipts
from app.dialects.written import CONTENT_TYPES, Format
from app.wire.feedback import Receipt
from app.wire.ping import Bid, PingAnswer
from app.wire.post import PostAnswer
from tests.table import each_row

ACCEPTED = PingAnswer(
    status="accepted",
    ping_id="p1",
    bids=(
        Bid(bid_id="p1", type="exclusive", price_cents=1250, brand="Harbor & Sons"),
        Bid(bid_id="p2", type="shared", price_cents=805, brand="Harbor"),
    ),
    expires_in=120,
    expires_at=1_790_000_000,
    warnings=("zip: too few digits; leading zeros were added",),
)
REFUSED = PingAnswer(status="rejected", ping_id="0f" * 12, reason="cap reached: day", reason_code="cap_reached")
SOLD = PostAnswer(
    status="accepted", ping_id="p1", lead_id="0a", price_cents=1200, redirect_url="https://b.example/?a=1&b=2"
)


def test_a_bid_is_written_to_the_letter() -> None:
    assert write_ping_answer(ACCEPTED, "json").decode() == (
        '{"status":"accepted","outcome":"success","ping_id":"p1","price":12.50,"currency":"USD","expires_in":120,'
        '"expires_at":"2026-09-21T14:13:20Z","reason":"","reason_code":"","bids":['
        '{"bid_id":"p1","type":"exclusive","price":12.50,"brand":"Harbor & Sons"},'
        '{"bid_id":"p2","type":"shared","price":8.05,"brand":"Harbor"}],'
        '"warnings":["zip: too few digits; leading zeros were added"]}'
    )


def test_a_refusal_is_written_to_the_letter() -> None:
    assert write_ping_answer(REFUSED, "json").decode() == (
        '{"status":"rejected","outcome":"failure","ping_id":"' + "0f" * 12 + '","price":0,"currency":"USD",'
        '"expires_in":0,"expires_at":"","reason":"cap reached: day","reason_code":"cap_reached",'
        '"bids":[],"warnings":[]}'
    )


def test_an_error_is_told_apart_from_a_refusal() -> None:
    answer = PingAnswer(status="error", ping_id="", reason="we could not answer, try again", reason_code="internal")
    assert json.loads(write_ping_answer(answer, "json"))["outcome"] == "error"


def test_a_sale_is_written_to_the_letter() -> None:
    assert write_post_answer(SOLD, "json").decode() == (
        '{"status":"accepted","outcome":"success","lead_id":"0a","ping_id":"p1","price":12.00,"reason":"","reason_code":"",'
        '"redirect_url":"https://b.example/?a=1&b=2","warnings":[]}'
    )


@each_row("status", ["duplicate", "rejected", "reping", "error"])
def test_what_is_not_sold_has_no_price(status: str) -> None:
    answer = PostAnswer(status=status, ping_id="p1", price_cents=1200, reason="r", reason_code="c")  # type: ignore[arg-type]
    written = json.loads(write_post_answer(answer, "json"))
    assert (written["status"], written["price"]) == (status, 0)
    assert written["outcome"] == ("error" if status == "error" else "failure")
    assert "lead_id" not in written


def test_a_receipt_is_written_to_the_letter() -> None:
    assert write_receipt(Receipt(status="recorded"), "json") == b'{"status":"recorded","reason":"","reason_code":""}'
    assert write_receipt(Receipt(status="repeated"), "xml").decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>'
        "<result><status>repeated</status><reason></reason><reason_code></reason_code></result>"
    )


def test_the_xml_twin_has_the_same_names_and_values() -> None:
    root = ElementTree.fromstring(write_ping_answer(ACCEPTED, "xml"))
    twin = json.loads(write_ping_answer(ACCEPTED, "json"))
    assert root.tag == "result"
    assert [child.tag for child in root] == list(twin)
    assert root.findtext("price") == "12.50"
    assert [bid.findtext("brand") for bid in root.findall("bids/bid")] == ["Harbor & Sons", "Harbor"]
    assert [bid.findtext("price") for bid in root.findall("bids/bid")] == ["12.50", "8.05"]
    assert [warning.text for warning in root.findall("warnings/warning")] == list(ACCEPTED.warnings)


@each_row("form", ["json", "xml"])
def test_text_that_cannot_be_written_is_written_without_what_is_wrong_with_it(form: Format) -> None:
    answer = PingAnswer(status="rejected", ping_id="", reason="a\x00b\ud800c <&> \ufffe", reason_code="x")
    written = write_ping_answer(answer, form)
    reason = json.loads(written)["reason"] if form == "json" else ElementTree.fromstring(written).findtext("reason")
    assert reason == "a b c <&>  "


@each_row("form", ["json", "xml"])
def test_an_id_that_spells_an_accept_word_by_chance_is_left_out_of_a_refusal(form: Format) -> None:
    answer = PostAnswer(status="rejected", ping_id="xTrUEx" + "a" * 58, reason="paused", reason_code="paused")
    assert b"TrUE" not in write_post_answer(answer, form)
    assert b"paused" in write_post_answer(answer, form)
    sold = PostAnswer(status="accepted", ping_id=answer.ping_id, lead_id="0a", price_cents=1)
    assert b"TrUE" in write_post_answer(sold, form)


def test_a_warning_that_spells_an_accept_word_is_left_out_alone() -> None:
    answer = PingAnswer(
        status="rejected", ping_id="", reason="r", reason_code="c", warnings=("is OK: fine", "tokens: fine")
    )
    assert json.loads(write_ping_answer(answer, "json"))["warnings"] == ["tokens: fine"]


def test_each_format_has_its_content_type() -> None:
    assert CONTENT_TYPES == {"json": "application/json", "xml": "application/xml", "text": "text/plain"}


def test_an_operator_reads_a_reason_whole_whatever_it_spells() -> None:
    receipt = Receipt(status="rejected", reason="status is true, success or ok", reason_code="invalid_field")
    assert b'"reason":""' in write_receipt(receipt, "json")
    assert receipt.reason in write_receipt(receipt, "json", to_operator=True).decode()
    assert receipt.reason in write_receipts([receipt], "json", to_operator=True).decode()
