"""Notices, outcomes, demand and signals are read with the same care as leads."""

from collections.abc import Callable
from typing import Any

import pytest

from app.dialects.feedback import read_demand, read_notice, read_outcome, read_signal, read_territory
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.wire.feedback import Demand, Notice, Outcome, Signal

TOKEN = "Ab_-" * 16


@pytest.mark.parametrize("word", ["won", "WON", "win", "Winner"])
def test_a_won_bid_is_a_won_bid(seller: Seller, word: str) -> None:
    raw: dict[str, Scalar] = {"pingId": TOKEN, "Status": word, "sold_price": "12.50"}
    assert read_notice(raw, seller).value == Notice(ping_id=TOKEN, result="won", price_cents=1250)


def test_a_lost_bid_may_keep_its_price_secret(seller: Seller) -> None:
    assert read_notice({"ping_id": TOKEN, "result": "outbid"}, seller).value == Notice(ping_id=TOKEN, result="lost")


def test_an_outcome_is_read_whole() -> None:
    raw: dict[str, Scalar] = {
        "data.lead_id": "ab12",
        "data.event": "Opted Out",
        "event_id": 7,
        "source": "crm",
        "value": "$1,200.00",
        "occurred_at": 1_795_262_400_000,
    }
    assert read_outcome(raw).value == Outcome(
        lead_id="ab12",
        event="opted_out",
        event_id="7",
        source="crm",
        value_cents=120_000,
        occurred_at=1_795_262_400.0,
    )


def test_a_demand_is_read_whole() -> None:
    raw: dict[str, Scalar] = {"open": "12", "expected": 30, "campaign": "solar-tx", "until": "2026-11-21T12:00:00Z"}
    assert read_demand(raw).value == Demand(open=12, expected=30, campaign="solar-tx", until=1_795_262_400.0)
    assert read_demand({"open": 0, "expected": 0}).value == Demand(open=0, expected=0)


@pytest.mark.parametrize(("premium", "cents"), [("4", 400), (-2.5, -250), ("-0.05", -5), ("$3.10", 310)])
def test_a_signal_may_raise_or_lower_the_price(premium: Scalar, cents: int) -> None:
    raw: dict[str, Scalar] = {"premium": premium, "cause": "storm", "until": "2026-11-21T12:00:00Z"}
    assert read_signal(raw).value == Signal(premium_cents=cents, cause="storm", until=1_795_262_400.0)


@pytest.mark.parametrize(
    ("read", "raw", "refusal"),
    [
        (read_outcome, {}, Refusal("missing_field", "lead_id")),
        (read_outcome, {"lead_id": "a"}, Refusal("missing_field", "event")),
        (
            read_outcome,
            {"lead_id": "a", "event": "maybe"},
            Refusal(
                "invalid_field",
                "event: contacted, not_contacted, qualified, quoted, sold, invalid or opted_out",
            ),
        ),
        (
            read_outcome,
            {"lead_id": "a", "event": "sold", "value": "much"},
            Refusal("invalid_field", "value: dollars, as in 12.50"),
        ),
        (read_demand, {"open": -1, "expected": 1}, Refusal("invalid_field", "open: from 0 to 1000000")),
        (read_demand, {"open": 1}, Refusal("missing_field", "expected")),
        (read_signal, {"premium": "x"}, Refusal("invalid_field", "premium: dollars, as in 4.00 or -2.50")),
        (read_signal, {"premium": 1, "cause": "frost"}, Refusal("missing_field", "until")),
        (read_signal, {"premium": 1, "until": 1_795_262_400}, Refusal("missing_field", "cause")),
    ],
)
def test_what_is_wrong_is_named(
    read: Callable[[dict[str, Scalar]], Reading[Any]], raw: dict[str, Scalar], refusal: Refusal
) -> None:
    assert read(raw).value == refusal


def test_a_notice_without_a_bid_or_a_result_is_refused(seller: Seller) -> None:
    assert read_notice({"result": "won"}, seller).value == Refusal("missing_field", "ping_id")
    assert read_notice({"ping_id": TOKEN}, seller).value == Refusal("missing_field", "result")
    assert read_notice({"ping_id": TOKEN, "result": "perhaps"}, seller).value == Refusal(
        "invalid_field", "result: won or lost"
    )


@pytest.mark.parametrize(
    ("text", "territory"),
    [("TX", "TX"), ("tx", "TX"), ("Texas", "TX"), ("787", "787"), ("7", "7"), ("02139", "02139"), ("US-NY", "NY")],
)
def test_a_territory_is_a_state_a_zip_or_a_prefix(text: str, territory: str) -> None:
    assert read_territory(text) == territory


@pytest.mark.parametrize("text", ["2139", "7001"])
def test_four_digits_are_asked_whether_they_are_a_zip(text: str) -> None:
    """A spreadsheet ate the zero: as a prefix it would meet no territory, or another one."""
    remedy = f"territory: 0{text} if it is a ZIP; a prefix has 1 to 3 digits"
    assert read_territory(text) == Refusal("invalid_field", remedy)


@pytest.mark.parametrize("text", ["XX", "787012", "", "TX\n", "٠٢١٣٩", "787*"])
def test_what_is_no_territory_is_refused(text: str) -> None:
    assert read_territory(text) == Refusal("invalid_field", "territory: a state, a ZIP prefix or a ZIP")
