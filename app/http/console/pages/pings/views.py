"""Pings and leads: lists of them, one from its decision to its outcome, what if, and who it is of."""

import msgspec

from app.domain.reasons import REASONS
from app.http.console.fields import Unreadable
from app.http.console.pages.pings.charts import shading_charts
from app.http.console.pages.pings.queries import (
    NAMES_MAX,
    ChangeQuery,
    LeadName,
    LeadsQuery,
    PingQuery,
    PingsQuery,
    SoughtPersonForm,
    sought_pings,
)
from app.http.console.view import Attachment, ConsoleAct, ConsoleRequest, Done, Download, NotShown, Reveal, View
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports.people.lead_story import LeadStory
from app.reports.pings.page import PingPage
from app.reports.pings.rows import OUTCOMES, PingsFound
from app.reports.pings.what_if import ChangedDecision
from app.usecases.operators.requests import NotDone
from app.usecases.people.find import Sought, find_leads, found_act
from app.usecases.people.pack import RevealedPerson, pack_evidence, reveal_person
from app.usecases.people.who import NobodyNamed, read_email, read_phone
from app.usecases.pings.changed_terms import CannotChange
from app.usecases.pings.search import search_pings
from app.usecases.pings.show import RAN_OUT, recorded_ping, show_ping, stories_of
from app.usecases.pings.what_if import DecidesNow, what_if

_UNKNOWN = (
    "No ping, bid, lead, seller lead id or CRM record has this id, or its lines are gone: the journal keeps them as "
    "long as `retention` says. A ping reaches the journal within a second."
)


class PingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and what can be chosen: sellers and campaigns as declared, outcomes, and codes of reasons."""

    found: PingsFound
    sellers: tuple[str, ...]
    campaigns: tuple[str, ...]
    outcomes: tuple[str, ...]
    reasons: tuple[str, ...]


class LeadsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Leads and pings, the newest first; `note` says where the journal was not looked through to its end."""

    stories: tuple[LeadStory, ...]
    note: str = ""


async def _pings(asked: ConsoleRequest, query: PingsQuery) -> PingsPage:
    sought = sought_pings(query, asked.now, asked.zone)
    records, catalogue = asked.background.records, asked.bidder.catalogue
    found = await search_pings(asked.bidder.store, records.journal, sought, records.looking())
    return PingsPage(
        found=found,
        sellers=tuple(catalogue.sellers),
        campaigns=tuple(catalogue.campaigns),
        outcomes=OUTCOMES,
        reasons=tuple(REASONS),
    )


async def _ping(asked: ConsoleRequest, query: PingQuery) -> PingPage:
    records = asked.background.records
    shown = await show_ping(asked.bidder.store, records, query.id.strip(), asked.now, records.looking())
    if shown is None:
        raise NotShown(_UNKNOWN)
    return shown


async def _what_if(asked: ConsoleRequest, query: ChangeQuery) -> ChangedDecision:
    bidder, records = asked.bidder, asked.background.records
    line = await recorded_ping(bidder.store, records, query.id.strip(), asked.now, records.looking())
    if line is None:
        raise NotShown("There is no decision of this ping: it was refused before, or nobody knows it any more.")
    force = DecidesNow(catalogue=bidder.catalogue, records=records, standing=bidder.standing)
    try:
        return what_if(line, query.changes(), force)
    except CannotChange as fault:
        raise Unreadable(str(fault)) from None


async def _leads(asked: ConsoleRequest, query: LeadsQuery) -> LeadsPage:
    records, names = asked.background.records, query.names
    if len(names) > NAMES_MAX:
        raise Unreadable(f"ids: {len(names)} at once; at most {NAMES_MAX}")
    looking = records.looking()
    stories = await stories_of(asked.bidder.store, records, names, asked.now, looking)
    return LeadsPage(stories=stories, note=RAN_OUT if looking.ran_out else "")


async def _find_person(asked: ConsoleRequest, form: SoughtPersonForm) -> Done:
    """Audited as `leadbid leads find` is; the page that follows names leads and nobody."""
    bidder, records = asked.bidder, asked.background.records
    sought, looking = _person(form, bidder.keys.index), records.looking()
    try:
        found = await find_leads(bidder.store, records.journal, sought, bidder.keys.index, looking)
    except (ParquetError, OtherVersion, OSError) as error:
        raise NotDone(str(error)) from None
    await bidder.store.note(found_act(asked.by, sought, found), asked.now)
    more = "" if found.is_all else f" {RAN_OUT}"
    if not found.stories:
        return Done(f"Nothing is known by this {sought.by}.{more}")
    shown = found.stories[:NAMES_MAX]
    cut = f", of which these are the newest {NAMES_MAX}" if len(found.stories) > NAMES_MAX else ""
    ids = ",".join([story.name for story in shown])
    return Done(f"Found by {sought.by}: {len(found.stories)}{cut}.{more}", to=f"/console/leads?ids={ids}")


def _person(form: SoughtPersonForm, key: bytes) -> Sought:
    if bool(form.phone.strip()) == bool(form.email.strip()):
        raise NotDone("Write a phone number or an email address, one of them.")
    try:
        if form.phone.strip():
            return Sought(by="phone", who=read_phone(form.phone, key))
        return Sought(by="email", who=read_email(form.email, key))
    except NobodyNamed:
        # Its own words repeat what was written, and what this answers stands in a cookie.
        raise NotDone(
            "That names nobody: write ten digits of a phone, or name@example.com, or a hash of one."
        ) from None


async def _person_of(asked: ConsoleRequest, form: LeadName) -> RevealedPerson:
    bidder = asked.bidder
    person = await reveal_person(bidder.store, bidder.vault, form.lead_id, asked.by, asked.now)
    if person is None:
        raise NotShown("There is no such lead.")
    return person


async def _evidence(asked: ConsoleRequest, query: LeadName) -> Attachment:
    bidder, records, looking = asked.bidder, asked.background.records, asked.background.records.looking()
    seed = records.evidence_seed
    try:
        packed = await pack_evidence(
            bidder.store, records.journal, bidder.vault, seed, query.lead_id, asked.by, asked.now, looking
        )
    except (ParquetError, OtherVersion, OSError) as error:
        raise NotShown(str(error), 503) from None
    if packed is None:
        raise NotShown("There is no such lead.")
    return Attachment(name=f"evidence-{packed.lead_id}.zip", media_type="application/zip", body=packed.archive)


_FOLDER = "app/http/console/pages/pings"
VIEWS = (
    View(
        path="pings",
        title="Pings and leads",
        label="Pings",
        says="Pings, posts and leads by what is known of them, newest first",
        template=f"{_FOLDER}/pings.html",
        shows=PingsPage,
        show=_pings,
        query=PingsQuery,
    ),
    View(
        path="pings/{id}",
        title="Ping",
        says="One ping from its decision, term by term, to its outcome",
        template=f"{_FOLDER}/ping.html",
        shows=PingPage,
        show=_ping,
        query=PingQuery,
        draw=shading_charts,
    ),
    View(
        path="pings/{id}/what-if",
        title="What if",
        says="The same ping with other terms, decided by what decides now, beside what it got",
        template=f"{_FOLDER}/what_if.html",
        shows=ChangedDecision,
        show=_what_if,
        query=ChangeQuery,
    ),
    View(
        path="leads",
        title="Leads",
        says="The stories of leads and pings by their ids, from ping to outcome",
        template=f"{_FOLDER}/leads.html",
        shows=LeadsPage,
        show=_leads,
        query=LeadsQuery,
    ),
)
ACTS = (ConsoleAct(path="leads/find", form=SoughtPersonForm, do=_find_person),)
DOWNLOADS = (
    Download(
        path="leads/{lead_id}/evidence",
        says="All proof of one lead, as a signed archive",
        media_type="application/zip",
        make=_evidence,
        query=LeadName,
        role="operator",
    ),
)
REVEALS = (
    Reveal(
        path="leads/{lead_id}/person",
        title="Who it is",
        template=f"{_FOLDER}/person.html",
        form=LeadName,
        show=_person_of,
    ),
)
