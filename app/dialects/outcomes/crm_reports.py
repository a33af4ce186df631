"""What the webhooks of CRMs say of their records, as outcomes: which fields tell, and what their words mean."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from app.dialects.outcomes.outcome_words import IGNORED, event_of, event_word, is_of_a_state
from app.dialects.text import Scalar, is_absent, text_of
from app.wire.feedback import EventWord

ReportSignature = Literal["", "hubspot", "followupboss", "zoho", "salesforce", "gohighlevel", "standard_webhooks"]
"""How a CRM shows that a report is its own; empty where nothing but our key does."""

Report = dict[str, Scalar]


class ReportPreset(msgspec.Struct, frozen=True, kw_only=True):
    """One CRM. A path is one of a report's flat keys, in which `*` is each item of the list `each` names.

    Of several paths the first counts that says something, of events the first that says something known. A report in
    which a key of `only` has none of its values is no outcome; nor is one whose changed property, named at
    `changed`, is of no state. Where a report has none of the paths, it is read as anybody's.
    """

    title: str
    about: str
    signature: ReportSignature = ""
    each: str = ""
    lead_id: tuple[str, ...] = ()
    crm_id: tuple[str, ...] = ()
    event: tuple[str, ...] = ()
    event_id: tuple[str, ...] = ()
    occurred_at: tuple[str, ...] = ()
    value: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = {}
    changed: str = ""
    words: Mapping[str, EventWord] = {}

    @property
    def plain_words(self) -> dict[str, EventWord]:
        """Its words as endpoints compare them."""
        return {event_word(word): event for word, event in self.words.items()}


def _words(**words: str) -> Mapping[str, EventWord]:
    """Event -> its words, turned around."""
    return {word.strip(): event for event, listed in words.items() for word in listed.split(",")}  # type: ignore[misc]


REPORT_PRESETS: Mapping[str, ReportPreset] = {
    "hubspot": ReportPreset(
        title="HubSpot, webhooks of an app",
        about="Subscribe to changes of `lifecyclestage`, `hs_lead_status` or `dealstage`.",
        signature="hubspot",
        crm_id=("objectId",),
        event=("propertyValue",),
        occurred_at=("occurredAt",),
        only={
            "subscriptionType": (
                "contact.propertyChange",
                "deal.propertyChange",
                "lead.propertyChange",
                "object.propertyChange",
            )
        },
        changed="propertyName",
        words=_words(
            contacted="CONNECTED,IN_PROGRESS,BAD_TIMING,Connected,In Progress,Bad Timing",
            not_contacted="ATTEMPTED_TO_CONTACT",
            qualified="salesqualifiedlead,opportunity,OPEN_DEAL,appointmentscheduled,qualifiedtobuy,presentationscheduled",
            quoted="decisionmakerboughtin,contractsent",
            sold="customer,closedwon",
            ignore="subscriber,lead,marketingqualifiedlead,evangelist,other,NEW,OPEN,UNQUALIFIED,closedlost",
        ),
    ),
    "salesforce": ReportPreset(
        title="Salesforce, outbound message",
        about="A flow or workflow sends `Id` or your lead id field, and `Status` or `StageName`. `secret` is the "
        "organization's id, as Salesforce signs nothing.",
        signature="salesforce",
        words=_words(
            not_contacted="Open - Not Contacted",
            contacted="Working - Contacted",
            qualified="Closed - Converted,Qualified,Qualification,Needs Analysis,Value Proposition,"
            "Id. Decision Makers,Perception Analysis",
            quoted="Proposal/Price Quote,Negotiation/Review",
            sold="Closed Won",
            ignore="New,Prospecting,Closed - Not Converted,Closed Lost,Unqualified,Nurturing",
        ),
    ),
    "gohighlevel": ReportPreset(
        title="GoHighLevel, workflow webhook or app",
        about="Pass `lead_id` in the custom data of the webhook, or let the contact's id name the lead. Only apps "
        "sign: with `secret`, the id of your location or agency, what is not signed by GoHighLevel for it is refused.",
        signature="gohighlevel",
        lead_id=("customData.lead_id", "lead_id", "leadbid_id"),
        crm_id=("contactId", "contact_id", "contact.id"),
        event=(
            *("customData.event", "pipleline_stage", "pipeline_stage", "pipelineStageName", "pipelineStageId"),
            *("opportunity.status", "status"),
        ),
        event_id=("webhookId", "customData.event_id"),
        occurred_at=("timestamp", "dateUpdated"),
        value=("lead_value", "monetaryValue", "opportunity.monetaryValue"),
        words=_words(sold="won", contacted="Contacted", ignore="open,lost,abandoned,New Lead,New,Closed Lost,all"),
    ),
    "pipedrive": ReportPreset(
        title="Pipedrive, webhooks version 2",
        about="The user and password of the webhook are anything and our key. Put our `lead_id` into a deal's "
        "`origin_id`, and the numbers of your stages into `events`.",
        lead_id=("data.origin_id",),
        crm_id=("data.person_id", "data.id"),
        event=("data.stage_id", "data.status"),
        event_id=("meta.id",),
        occurred_at=("meta.timestamp",),
        value=("data.value",),
        only={"meta.action": ("change", "create")},
        words=_words(sold="won", ignore="open,lost,deleted"),
    ),
    "convoso": ReportPreset(
        title="Convoso Connect",
        about="A workflow on dispositions sends the lead with its `status`.",
        lead_id=("lead_id_external", "external_id"),
        crm_id=("lead_id",),
        event=("status", "disposition", "status_name", "call_disposition"),
        event_id=("call_id", "call_log_id"),
        occurred_at=("call_date", "last_modified_date", "updated_at"),
        words=_words(
            not_contacted="NA,A,AA,AM,B,ADC,N,DROP,PDROP,No Answer,Answering Machine,Busy",
            contacted="NI,CALLBK,CALLBACK,DEC,Not Interested,Call Back",
            qualified="XFER,TRANSFER,APPT,Appointment",
            sold="SALE",
            invalid="DC,WRONG,WN,Disconnected,Wrong Number",
            opted_out="DNC,DNCL",
            ignore="NEW,QUEUE,INCALL,PU",
        ),
    ),
    "followupboss": ReportPreset(
        title="Follow Up Boss, webhook `peopleStageUpdated`",
        about="`secret` is the key of your system. People are named by the ids that the deliveries were answered with.",
        signature="followupboss",
        each="resourceIds",
        crm_id=("resourceIds.*",),
        event=("data.stage",),
        occurred_at=("eventCreated",),
        only={"event": ("peopleStageUpdated",)},
        words=_words(
            contacted="Contacted,Nurture,Attempted contact made",
            not_contacted="Attempted Contact",
            qualified="Hot Prospect,Active Client,Appointment Set,Met with Customer,Showing Homes",
            quoted="Submitting Offers,Under Contract,Pending",
            sold="Closed,Sold,Past Client",
            invalid="Trash",
            opted_out="Unsubscribed",
            ignore="Lead,Sphere,Unresponsive,Archived,Not Interested,Real Estate Agent,Vendor/Partner",
        ),
    ),
    "zoho": ReportPreset(
        title="Zoho CRM, notifications",
        about="Watch `Leads.edit` with `return_affected_field_values`. `secret` is the `token` of the channel.",
        signature="zoho",
        each="affected_values",
        crm_id=("affected_values.*.record_id", "record_id"),
        event=(
            *("affected_values.*.values.Lead_Status", "affected_values.*.values.Stage"),
            *("values.Lead_Status", "values.Stage"),
        ),
        occurred_at=("server_time",),
        value=("affected_values.*.values.Amount", "values.Amount"),
        only={"operation": ("update", "insert")},
        words=_words(
            contacted="Contacted,Contact in Future",
            not_contacted="Attempted to Contact,Not Contacted",
            qualified="Pre-Qualified,Qualification,Needs Analysis,Value Proposition,Identify Decision Makers",
            quoted="Proposal/Price Quote,Negotiation/Review",
            sold="Closed Won",
            invalid="Junk Lead",
            ignore="Lost Lead,Not Qualified,Closed Lost,Closed-Lost to Competition,-None-",
        ),
    ),
    "webhook": ReportPreset(
        title="A system of your own",
        about="Our own names, signed by Standard Webhooks with `secret`.",
        signature="standard_webhooks",
    ),
}


def outcome_reports(
    preset: ReportPreset, report: Mapping[str, Scalar], tree: Any, own: Mapping[str, EventWord]
) -> list[Report]:
    """The outcomes that a report tells, in our names; none where it tells of something else.

    `tree` is the whole body where it was JSON, and `own` the words of the buyer and of the preset.
    """
    if any(text_of(report.get(key, "")) not in values for key, values in preset.only.items()):
        return []
    if preset.changed and not is_of_a_state(text_of(report.get(preset.changed, ""))):
        return []
    if not preset.event:
        return [dict(report)]
    full = {**report, **dict(_items(preset.each, tree))} if preset.each else report
    numbers = sorted({key.split(".")[1] for key in full if preset.each and key.startswith(f"{preset.each}.")})
    found = [_one(preset, full, number, own) for number in numbers or [""]]
    if not any(found):
        return [dict(report)]
    # What has no state, as a record that was deleted, is no outcome.
    return [one for one in found if one.get("event", IGNORED) != IGNORED]


def _one(preset: ReportPreset, report: Mapping[str, Scalar], number: str, own: Mapping[str, EventWord]) -> Report:
    names = ("lead_id", "crm_id", "event_id", "occurred_at", "value")
    one = {name: next(_said(getattr(preset, name), report, number), "") for name in names}
    words = [text for path in preset.event if (text := text_of(report.get(path.replace("*", number), "")))]
    known = (event for word in words if (event := event_of(word, own)))
    one["event"] = next(known, words[0] if words else "")
    if not is_absent(text_of(one["lead_id"])):
        # The buyer passed our own id on; the CRM's is that of whatever changed.
        one["crm_id"] = ""
    return {name: value for name, value in one.items() if not is_absent(text_of(value))}


def _said(paths: Sequence[str], report: Mapping[str, Scalar], number: str) -> Iterator[Scalar]:
    for path in paths:
        value = report.get(path.replace("*", number), "")
        if not is_absent(text_of(value)):
            yield value


def _items(name: str, tree: Any) -> Iterator[tuple[str, Scalar]]:
    """The items of a list of plain values, which a flat report does not keep apart."""
    items = tree.get(name) if isinstance(tree, dict) else None
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, str | int):
            yield f"{name}.{number}", item
