"""Webhooks as CRMs send them, and the outcomes that they tell."""

from typing import Any

import msgspec

from app.dialects.body.batch import Batch, read_batch
from app.dialects.body.read import read_body
from app.dialects.feedback import IgnoredEvent, read_outcome
from app.dialects.outcomes.crm_reports import REPORT_PRESETS, outcome_reports
from app.domain.reasons import Refusal
from app.wire.feedback import Outcome
from tests.table import each_row

AT = 1_790_000_000.0
AT_MS = 1_790_000_000_000


def told(name: str, body: dict[str, Any] | list[Any], **events: Any) -> list[Outcome | IgnoredEvent | Refusal]:
    preset, content = REPORT_PRESETS[name], msgspec.json.encode(body)
    own = {**preset.plain_words, **events}
    batch = read_batch(content, "application/json")
    flat = read_body(content, "application/json")
    reports = batch.reports if isinstance(batch, Batch) else [flat if isinstance(flat, dict) else None]
    found = [
        one for each in reports if each for one in outcome_reports(preset, each, msgspec.json.decode(content), own)
    ]
    return [read_outcome(one, own).value for one in found]


def hubspot(**changes: Any) -> dict[str, Any]:
    return {
        "eventId": 3181526809,
        "subscriptionId": 3123,
        "portalId": 62515,
        "appId": 54321,
        "occurredAt": AT_MS,
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": 30601,
        "propertyName": "lifecyclestage",
        "propertyValue": "customer",
        "changeSource": "CRM_UI",
        **changes,
    }


@each_row(
    ("name", "value", "event"),
    [
        ("lifecyclestage", "customer", "sold"),
        ("lifecyclestage", "salesqualifiedlead", "qualified"),
        ("hs_lead_status", "ATTEMPTED_TO_CONTACT", "not_contacted"),
        ("hs_lead_status", "CONNECTED", "contacted"),
        ("dealstage", "closedwon", "sold"),
        ("dealstage", "contractsent", "quoted"),
    ],
)
def test_hubspots_states_are_known(name: str, value: str, event: Any) -> None:
    told_of = told("hubspot", [hubspot(propertyName=name, propertyValue=value)])
    assert told_of == [Outcome(crm_id="30601", event=event, occurred_at=AT)]


def test_a_batch_of_hubspot_tells_what_is_an_outcome_and_nothing_else() -> None:
    found = told(
        "hubspot",
        [
            hubspot(subscriptionType="contact.deletion", propertyName="", propertyValue=""),
            hubspot(subscriptionType="contact.creation"),
            hubspot(propertyName="email", propertyValue="sold"),
            hubspot(propertyValue="lead"),
            hubspot(propertyValue="a stage of ours", objectId=2),
            hubspot(objectId=3, occurredAt=AT_MS + 5_000),
        ],
    )
    assert isinstance(found[0], Refusal)
    assert found[0].detail.startswith("event")
    assert found[1:] == [Outcome(crm_id="3", event="sold", occurred_at=AT + 5)]


def test_the_buyers_words_stand_over_the_presets() -> None:
    found = told("hubspot", [hubspot(propertyName="dealstage", propertyValue="1349583")], **{"1349583": "quoted"})
    assert found == [Outcome(crm_id="30601", event="quoted", occurred_at=AT)]


@each_row(
    ("deal", "expected"),
    [
        ({"status": "won", "value": 1250.5}, Outcome(crm_id="77", event="sold", value_cents=125_050)),
        ({"status": "won", "origin_id": "lead-9"}, Outcome(lead_id="lead-9", event="sold")),
        ({"status": "open", "stage_id": 5}, Outcome(crm_id="77", event="qualified")),
    ],
)
def test_pipedrives_deals(deal: dict[str, Any], expected: Outcome) -> None:
    body = {
        "data": {"id": 12, "person_id": 77, **deal},
        "previous": {"status": "open"},
        "meta": {
            "action": "change",
            "entity": "deal",
            "entity_id": "12",
            "id": "0f4c",
            "timestamp": "2026-09-21T14:13:20.000Z",
            "version": "2.0",
        },
    }
    wanted = msgspec.structs.replace(expected, event_id="0f4c", occurred_at=AT)
    assert told("pipedrive", body, **{"5": "qualified"}) == [wanted]
    body["meta"] = {**body["meta"], "action": "delete"}
    assert told("pipedrive", body) == []


def test_a_stage_of_pipedrive_that_nobody_declared_says_no_more_than_that_the_deal_is_open() -> None:
    body = {"data": {"id": 12, "stage_id": 4, "status": "open"}, "meta": {"action": "change"}}
    assert told("pipedrive", body) == []


def test_follow_up_boss_names_several_people_of_one_stage() -> None:
    body = {
        "eventId": "152d60c0-79e2-4f4a-8d9d-0f4c5b3c8a51",
        "eventCreated": "2026-09-21T14:13:20+00:00",
        "event": "peopleStageUpdated",
        "resourceIds": [1234, 1235],
        "uri": "https://api.followupboss.com/v1/people?id=1234,1235",
        "data": {"stage": "Closed"},
    }
    assert told("followupboss", body) == [
        Outcome(crm_id=person, event="sold", occurred_at=AT) for person in ("1234", "1235")
    ]
    assert told("followupboss", {**body, "event": "peopleDeleted"}) == []


def test_zohos_notification_holds_the_values_of_each_record() -> None:
    body = {
        "server_time": AT_MS,
        "module": "Leads",
        "ids": ["36", "37"],
        "operation": "update",
        "channel_id": "1000000068001",
        "token": "TOKEN",
        "affected_values": [
            {"record_id": "36", "values": {"Lead_Status": "Junk Lead"}},
            {"record_id": "37", "values": {"Lead_Status": "Contacted"}},
            {"record_id": "38", "values": {"Email": "x"}},
        ],
    }
    assert told("zoho", body) == [
        Outcome(crm_id="36", event="invalid", occurred_at=AT),
        Outcome(crm_id="37", event="contacted", occurred_at=AT),
    ]
    assert told("zoho", {**body, "operation": "delete"}) == []


@each_row(
    ("body", "expected"),
    [
        (
            {"contact_id": "c1", "status": "won", "pipleline_stage": "Sold", "lead_value": "99.50"},
            [Outcome(crm_id="c1", event="sold", value_cents=9_950)],
        ),
        (
            {"contact_id": "c1", "status": "open", "customData": {"lead_id": "l-1", "event": "quoted"}},
            [Outcome(lead_id="l-1", event="quoted")],
        ),
        (
            {"type": "OpportunityStatusUpdate", "id": "opp", "contactId": "c2", "status": "won", "webhookId": "w1"},
            [Outcome(crm_id="c2", event="sold", event_id="w1")],
        ),
        ({"type": "ContactDelete", "id": "c2"}, []),
    ],
)
def test_what_gohighlevel_sends(body: dict[str, Any], expected: list[Outcome]) -> None:
    assert [each for each in told("gohighlevel", body) if isinstance(each, Outcome)] == expected


@each_row(
    ("status", "event"),
    [("SALE", "sold"), ("NA", "not_contacted"), ("DNC", "opted_out"), ("DC", "invalid"), ("XFER", "qualified")],
)
def test_convosos_own_id_is_not_ours(status: str, event: Any) -> None:
    assert told("convoso", {"lead_id": "55", "status": status}) == [Outcome(crm_id="55", event=event)]
    found = told("convoso", {"lead_id": "55", "lead_id_external": "l-1", "status": status})
    assert found == [Outcome(lead_id="l-1", event=event)]


def test_what_has_none_of_a_presets_fields_is_read_as_anybodys() -> None:
    assert told("zoho", {"operation": "update", "lead_id": "l-1", "status": "Closed Won"}) == [
        Outcome(lead_id="l-1", event="sold")
    ]


@each_row("name", list(REPORT_PRESETS))
def test_every_word_of_a_preset_is_heard(name: str) -> None:
    preset = REPORT_PRESETS[name]
    assert set(preset.plain_words.values()) <= {
        *("contacted", "not_contacted", "qualified", "quoted", "sold", "invalid", "opted_out", "ignore")
    }
    assert preset.about.endswith(".")
