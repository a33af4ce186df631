"""What a seller is answered, made of decisions and refusals."""

from app.domain.answers import bids_answer, refused_ping, refused_post, refused_receipt, sale_answer, unsold_post
from app.domain.auction.weighing import Offer
from app.domain.reasons import Refusal
from app.wire.ping import Leg
from tests.build import seller
from tests.table import each_row

TOKEN = "C" + "Z" * 63


def offer(leg: Leg, price_cents: int) -> Offer:
    return Offer(campaign="solar-tx", brand="Sun", leg=leg, price_cents=price_cents, win_probability=0.5, surplus=100.0)


def test_a_bid_answer_names_each_bid_and_the_first_one_for_all() -> None:
    offers = (offer("exclusive", 1250), offer("shared", 600))
    answer = bids_answer(offers, ("one", "two"), 1_000.9, 1_120, ("zip: read from zip4",))
    assert [(bid.bid_id, bid.type, bid.price_cents) for bid in answer.bids] == [
        ("one", "exclusive", 1250),
        ("two", "shared", 600),
    ]
    assert (answer.status, answer.ping_id, answer.expires_in, answer.expires_at) == ("accepted", "one", 120, 1_120)
    assert answer.warnings == ("zip: read from zip4",)


@each_row(("disclosure", "code"), [("full", "filtered"), ("class", "policy"), ("opaque", "no_bid")])
def test_a_refusal_says_as_much_as_its_seller_is_told(disclosure: str, code: str) -> None:
    told = seller(disclosure=disclosure)
    assert refused_ping(Refusal("filtered", "credit"), told, "ff").reason_code == code
    assert refused_post(Refusal("filtered", "credit"), told, TOKEN).reason_code == code


def test_a_fault_of_ours_is_an_error_and_no_refusal() -> None:
    assert refused_ping(Refusal("internal"), None, "ff").status == "error"
    assert refused_post(Refusal("internal"), None, TOKEN).status == "error"
    assert refused_receipt(Refusal("internal")).status == "error"


def test_a_text_that_is_no_bid_of_ours_is_not_said_back() -> None:
    assert refused_post(Refusal("ping_unknown"), None, TOKEN).ping_id == TOKEN
    assert refused_post(Refusal("ping_unknown"), None, "accepted").ping_id == ""


def test_only_a_sale_has_a_lead_id() -> None:
    assert sale_answer(TOKEN, "9d41", 1250).lead_id == "9d41"
    assert refused_post(Refusal("duplicate"), None, TOKEN).lead_id == ""


def test_a_lead_without_a_bid_gets_its_pings_reason() -> None:
    pinged = refused_ping(Refusal("duplicate"), None, "ff", ("state: added",))
    answer = unsold_post(pinged)
    assert (answer.status, answer.reason_code, answer.warnings) == ("duplicate", "duplicate", ("state: added",))
    assert answer.ping_id == ""


def test_a_refused_receipt_says_why() -> None:
    receipt = refused_receipt(Refusal("missing_field", "result"))
    assert (receipt.status, receipt.reason_code) == ("rejected", "missing_field")
    assert "result" in receipt.reason
