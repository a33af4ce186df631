"""Notices, outcomes, demand and signals are read with the same care as leads."""

from collections.abc import Callable
from typing import Any

from app.dialects.feedback import (
    IgnoredEvent,
    read_demand,
    read_notice,
    read_outcome,
    read_signal,
    read_territory,
)
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.wire.feedback import Demand, EventWord, Notice, Outcome, Signal
from tests.table import each_row

TOKEN = "Cb_-" * 16


@each_row("word", ["won", "WON", "win", "Winner"])
def test_a_won_bid_is_a_won_bid(seller: Seller, word: str) -> None:
    raw: dict[str, Scalar] = {"pingId": TOKEN, "Status": word, "sold_price": "12.50"}
    assert read_notice(raw, seller).value == Notice(ping_id=TOKEN, result="won", price_cents=1250)


@each_row(
    ("raw", "result"),
    [
        ({"won": True}, "won"),
        ({"won": "true"}, "won"),
        ({"won": 1}, "won"),
        ({"won": "no"}, "lost"),
        ({"lost": True}, "lost"),
        ({"lost": "0"}, "won"),
        ({"is_winner": "Y"}, "won"),
        ({"won": True, "result": "WON"}, "won"),
        ({"won": None, "result": "not won"}, "lost"),
    ],
)
def test_a_notice_may_say_yes_or_no(seller: Seller, raw: dict[str, Scalar], result: Any) -> None:
    assert read_notice({"ping_id": TOKEN, **raw}, seller).value == Notice(ping_id=TOKEN, result=result)


def test_a_notice_that_says_both_is_refused(seller: Seller) -> None:
    contradictions: list[dict[str, Scalar]] = [{"won": True, "result": "lost"}, {"won": True, "lost": True}]
    for raw in contradictions:
        assert read_notice({"ping_id": TOKEN, **raw}, seller).value == Refusal(
            "invalid_field", "result: says both, won and lost"
        )
    assert read_notice({"ping_id": TOKEN, "won": "perhaps"}, seller).value == Refusal("invalid_field", "won: yes or no")


def test_a_lost_bid_may_keep_its_price_secret(seller: Seller) -> None:
    assert read_notice({"ping_id": TOKEN, "result": "outbid"}, seller).value == Notice(ping_id=TOKEN, result="lost")


@each_row(
    ("raw", "named"),
    [
        ({"value.amount": 1250, "value.currency": "USD"}, "value"),
        ({"occurred_at.date": "2026-11-20 10:00:00.000000", "occurred_at.timezone": "UTC"}, "occurred_at"),
    ],
)
def test_an_amount_or_a_time_that_is_an_object_is_never_none_or_now(raw: dict[str, Scalar], named: str) -> None:
    refused = Refusal("invalid_field", f"{named}: one value, no object")
    assert read_outcome({"lead_id": "L1", "event": "sold", **raw}).value == refused


def test_a_price_that_is_an_object_is_refused(seller: Seller) -> None:
    refused = Refusal("invalid_field", "price: one value, no object")
    assert read_notice({"ping_id": TOKEN, "result": "lost", "price.amount": 31}, seller).value == refused


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


SOLD = Outcome(lead_id="ab12", event="sold", value_cents=125_050)
OURS: dict[str, Scalar] = {"lead_id": "ab12", "event": "sold"}
HUBSPOT: dict[str, Scalar] = {
    "eventId": 4217,
    "subscriptionId": 8,
    "portalId": 62,
    "occurredAt": 1_795_262_400_000,
    "subscriptionType": "deal.propertyChange",
    "attemptNumber": 0,
    "objectId": 12_345_678_901,
    "propertyName": "dealstage",
    "propertyValue": "closedwon",
    "changeSource": "CRM_UI",
}
NOON = 1_795_262_400.0


@each_row(
    ("raw", "outcome"),
    [
        (HUBSPOT, Outcome(crm_id="12345678901", event="sold", event_id="4217", occurred_at=NOON)),
        (
            {
                "properties.leadbid_lead_id.value": "ab12",
                "properties.hs_lead_status.value": "OPEN",
                "properties.lead_status.value": "CONNECTED",
                "vid": 7,
            },
            Outcome(lead_id="ab12", event="contacted"),
        ),
        (
            {
                "type": "OpportunityStatusUpdate",
                "locationId": "x",
                "id": "op-1",
                "contact_id": "ocQHyuzHvysMo5N5VsXc",
                "status": "won",
                "monetaryValue": 1250.5,
                "pipleline_stage": "Closed",
                "contact.id": "other",
            },
            Outcome(crm_id="ocQHyuzHvysMo5N5VsXc", event="sold", event_id="op-1", value_cents=125_050),
        ),
        (
            {"customData.lead_id": "ab12", "customData.event": "Opt Out", "first_name": "Ada", "contact_type": "lead"},
            Outcome(lead_id="ab12", event="opted_out"),
        ),
        (
            {
                "event": "updated.deal",
                "current.id": 77,
                "current.status": "won",
                "meta.id": 77,
                "previous.status": "open",
            },
            Outcome(crm_id="77", event="sold"),
        ),
        (
            {
                "Id": "04l1",
                "sObject.type": "sf:Lead",
                "sObject.Id": "00Q5g00000aBCdEEAW",
                "sObject.Status": "Closed Won",
            },
            Outcome(crm_id="00Q5g00000aBCdEEAW", event="sold", event_id="04l1"),
        ),
        ({"ping_id": TOKEN, "event": "sold"}, Outcome(lead_id=TOKEN, event="sold")),
        ({"LeadId": "", "crm_id": 12.0, "disposition": "Sale"}, Outcome(crm_id="12", event="sold")),
        ({**OURS, "value": "USD 1,250.50"}, SOLD),
        ({**OURS, "value": "1250.50 usd"}, SOLD),
        ({**OURS, "occurred_at": 46347.5}, Outcome(lead_id="ab12", event="sold", occurred_at=NOON)),
        ({**OURS, "occurred_at": "11/21/26 12:00"}, Outcome(lead_id="ab12", event="sold", occurred_at=NOON)),
    ],
)
def test_what_crms_send_is_read(raw: dict[str, Scalar], outcome: Outcome) -> None:
    assert read_outcome(raw).value == outcome


def test_a_record_that_is_called_like_an_event_is_none() -> None:
    assert read_outcome({**HUBSPOT, "propertyName": "lastname", "propertyValue": "Won"}).value == Refusal(
        "missing_field", "event"
    )
    assert isinstance(read_outcome({"event": "lead.deleted", "status": "sold", "lead_id": "ab12"}).value, Refusal)
    # One id for all events of a contact would be one event.
    assert read_outcome({"contact.id": "7", **OURS}).value == Outcome(lead_id="ab12", crm_id="7", event="sold")


def test_an_id_in_braces_is_one_and_a_variable_is_none() -> None:
    for named in ("{e209a429}", "{6F9619FF-8B86-D011-B42D-00C04FC964FF}"):
        assert read_outcome({"lead_id": named, "event": "sold"}).value == Outcome(lead_id=named, event="sold")
    for unfilled in ("{{lead_id}}", "{lead_id}", "${lead.id}"):
        refusal = Refusal("missing_field", "lead_id")
        assert read_outcome({"lead_id": unfilled, "event": "sold"}).value == refusal


def test_a_buyers_own_words_count_before_ours() -> None:
    own: dict[str, EventWord] = {"closedwon": "quoted", "new": "ignore"}
    assert read_outcome({**OURS, "event": "Closed/Won"}, own).value == Outcome(lead_id="ab12", event="quoted")
    assert read_outcome({**OURS, "event": "NEW"}, own).value == IgnoredEvent()
    assert read_outcome({**OURS, "event": "contact.propertyChange", "status": "new"}, own).value == IgnoredEvent()


def test_a_demand_is_read_whole() -> None:
    raw: dict[str, Scalar] = {"open": "12", "expected": 30, "campaign": "solar-tx", "until": "2026-11-21T12:00:00Z"}
    assert read_demand(raw).value == Demand(open=12, expected=30, campaign="solar-tx", until=1_795_262_400.0)
    assert read_demand({"open": 0, "expected": 0}).value == Demand(open=0, expected=0)
    assert read_demand({"open": 2, "limit": "yes"}).value == Demand(open=2, expected=2, limit=True)


@each_row(("premium", "cents"), [("4", 400), (-2.5, -250), ("-0.05", -5), ("$3.10", 310)])
def test_a_signal_may_raise_or_lower_the_price(premium: Scalar, cents: int) -> None:
    raw: dict[str, Scalar] = {"premium": premium, "cause": "storm", "until": "2026-11-21T12:00:00Z"}
    assert read_signal(raw).value == Signal(premium_cents=cents, cause="storm", until=1_795_262_400.0)


@each_row(
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


@each_row("until", ["n/a", "0", "none", "{until}", "tomorrow", "6pm", "2026-13-01", "9999-12-31T23:59:59-12:00", True])
def test_an_end_that_cannot_be_read_is_refused_and_never_the_end_of_the_day(until: Scalar) -> None:
    for value in (
        read_demand({"open": 1, "expected": 1, "until": until}).value,
        read_signal({"premium": 1, "cause": "storm", "until": until}).value,
    ):
        assert isinstance(value, Refusal)
        assert (value.code, value.detail.partition(":")[0]) == ("invalid_field", "until")


def test_a_misspelled_key_is_warned_of_and_a_key_of_access_is_not_shown() -> None:
    reading = read_demand({"open": 1, "expected": 1, "limits": True, "api_key": "abc", "request.campaign": "solar-tx"})
    assert reading.value == Demand(open=1, expected=1, campaign="solar-tx")
    assert reading.warnings == ("limits: not known here, and ignored",)


@each_row(
    ("text", "territory"),
    [("TX", "TX"), ("tx", "TX"), ("Texas", "TX"), ("787", "787"), ("7", "7"), ("02139", "02139"), ("US-NY", "NY")],
)
def test_a_territory_is_a_state_a_zip_or_a_prefix(text: str, territory: str) -> None:
    assert read_territory(text) == territory


@each_row("text", ["2139", "7001"])
def test_four_digits_are_asked_whether_they_are_a_zip(text: str) -> None:
    """A spreadsheet ate the zero: as a prefix it would meet no territory, or another one."""
    remedy = f"territory: 0{text} if it is a ZIP; a prefix has 1 to 3 digits"
    assert read_territory(text) == Refusal("invalid_field", remedy)


@each_row("text", ["XX", "787012", "", "TX\n", "٠٢١٣٩", "787*"])
def test_what_is_no_territory_is_refused(text: str) -> None:
    assert read_territory(text) == Refusal("invalid_field", "territory: a state, a ZIP prefix or a ZIP")
