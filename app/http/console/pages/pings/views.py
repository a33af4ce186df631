"""Pings and leads: lists of them, one from its decision to its outcome, what if, and who it is of."""

import msgspec

from app.domain.reasons import REASONS
from app.http.console.fields import Unreadable
from app.http.console.pages.pings.charts import shading_charts
from app.http.console.pages.pings.find import SoughtForm, find
from app.http.console.pages.pings.people import find_person
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
from app.http.console.view import Attachment, ConsoleAct, ConsoleRequest, Download, NotShown, Reveal, View
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports.people.lead_story import LeadStory
from app.reports.pings.page import PingPage
from app.reports.pings.rows import OUTCOMES, PingsFound
from app.reports.pings.what_if import ChangedDecision
from app.usecases.people.pack import RevealedPerson, pack_evidence, reveal_person
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
        is_common=True,
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
ACTS = (
    ConsoleAct(path="leads/find", form=SoughtPersonForm, do=find_person),
    ConsoleAct(path="find", form=SoughtForm, do=find, role="viewer"),
)
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
