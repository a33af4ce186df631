"""Finds a lead by whatever somebody has of it, and tells it from ping to outcome."""

import asyncio
import re
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import msgspec

from app.domain.delivery.record_id import plain_id, spelling_of
from app.domain.operators.audit import OperatorAct
from app.domain.token import looks_like_token
from app.journal.configurations import longest_bid_lifetime_s
from app.journal.lines import AnyLine, PingLine, PostLine
from app.journal.looking import Looking
from app.journal.reader import find_all, holding
from app.reports.people.lead_story import LeadStory, lead_stories
from app.store.people.named import IDS
from app.store.people.records import LeadRecord
from app.store.store import Store
from app.usecases.people.nonces import nonces_of
from app.usecases.people.who import Who

_CLOCK_S = 3_600.0
"""By so much the clock may have been moved between a ping and its post: one hour that is read in vain costs little."""

_GUID = re.compile(r"([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})")

SoughtBy = Literal["phone", "email", "lead", "ping", "crm_id", "seller_lead_id", "request"]


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for: an id, the person in `who`, or a post by digests of its body, with blanks between them."""

    by: SoughtBy
    text: str = ""
    who: Who = Who(kind="")


class LeadsFound(msgspec.Struct, frozen=True, kw_only=True):
    """The leads and pings that were meant, the newest first; `is_all` where the whole journal was looked through."""

    stories: tuple[LeadStory, ...]
    is_all: bool


async def find_leads(
    store: Store, journal: Path, sought: Sought, key: bytes = b"", looking: Looking | None = None
) -> LeadsFound:
    """All that is known of it; `key` is that of digests, where a person is sought. The journal is read in a thread.

    Raises StoreUnavailable, ParquetError, OtherVersion.
    """
    look = looking or Looking()
    records = await _records(store, sought)
    nonces = await nonces_of(store, sought.who.person, key) if sought.who.person.all else frozenset()
    lines = await asyncio.to_thread(_lines, journal, sought, records, nonces, look)
    bought = {record.lead.lead_id for record in records}
    more = {line.lead_id for line in lines if isinstance(line, PostLine) and line.lead_id} - bought
    records += [record for lead_id in sorted(more) if (record := await store.lead_record(lead_id)) is not None]
    return LeadsFound(stories=tuple(lead_stories(records, lines)), is_all=not look.ran_out)


def found_act(by: str, sought: Sought, found: LeadsFound) -> OperatorAct:
    """What the audit log has of a look at leads: by what it was, never by whom."""
    leads = " ".join([story.lead_id for story in found.stories if story.lead_id])
    detail = f"by {sought.by}: {len(found.stories)} found"
    return OperatorAct(by=by, action="find lead", target=leads or "nothing", detail=detail)


async def ping_ids_of(store: Store, text: str) -> frozenset[str]:
    """The bids of the leads that anybody calls by this id: we, a seller or a CRM."""
    ids = [lead_id for kind in IDS for lead_id in await store.leads_by_id(kind, text)]
    found = [await store.lead(lead_id) for lead_id in dict.fromkeys(ids)]
    return frozenset([each.ping_id for each in found if each is not None])


def lines_by_seller_lead_id(journal: Path, text: str, looking: Looking | None = None) -> list[AnyLine]:
    """Every line about the pings to which a seller gave this id, however it spelled it, bought or not."""
    spelling = spelling_of(text)
    written = msgspec.json.encode(spelling).decode()[1:-1]
    guid = re.sub(_GUID, r"\1-\2-\3-\4-\5", written)
    found = holding(journal, frozenset([written, guid]), looking, in_any_case=True) if spelling else []
    return all_about(
        journal,
        [line for line in found if isinstance(line, PingLine) and spelling_of(line.ping.seller_lead_id) == spelling],
        looking,
    )


async def _records(store: Store, sought: Sought) -> list[LeadRecord]:
    if sought.by == "phone" or sought.by == "email":
        ids = await store.leads_of(sought.who.person.all)
    elif sought.by == "request":
        ids = []
    else:
        ids = await store.leads_by_id(sought.by, sought.text)
    return [record for lead_id in ids if (record := await store.lead_record(lead_id)) is not None]


def _lines(
    journal: Path, sought: Sought, records: list[LeadRecord], nonces: frozenset[str], looking: Looking
) -> list[AnyLine]:
    """What the journal has of these leads, and of pings that were not bought."""
    lines = lines_of(journal, records, looking)
    if sought.by in ("phone", "email"):
        return _united(lines, all_about(journal, holding(journal, nonces, looking), looking))
    if sought.by == "request":
        return all_about(journal, holding(journal, frozenset(sought.text.split()), looking), looking)
    if sought.by == "seller_lead_id":
        return _united(lines, lines_by_seller_lead_id(journal, sought.text, looking))
    if records or sought.by == "crm_id":
        return lines
    plain = plain_id(sought.text)
    if sought.by == "ping" or looks_like_token(plain):
        return find_all(journal, frozenset([plain]), looking)
    return all_about(journal, holding(journal, frozenset([plain.lower()]), looking), looking)


def all_about(journal: Path, lines: list[AnyLine], looking: Looking | None = None) -> list[AnyLine]:
    """These lines of pings, with the posts and notices that came of them."""
    ids = {line.id for line in lines if isinstance(line, PingLine)}
    ids |= {line.ping_id for line in lines if isinstance(line, PostLine)}
    return find_all(journal, frozenset(ids), looking, _before(journal, [line.at for line in lines]))


def lines_of(journal: Path, records: Collection[LeadRecord], looking: Looking | None = None) -> list[AnyLine]:
    """What the journal has of leads that were bought."""
    bids = frozenset([record.lead.ping_id for record in records])
    return find_all(journal, bids, looking, _before(journal, [record.lead.sold_at for record in records]))


def _before(journal: Path, posted: Collection[float]) -> float:
    """Before the pings of what was posted at these times: a bid lives only so long, and a clock may have been set."""
    return min(posted, default=0.0) - longest_bid_lifetime_s(journal) - _CLOCK_S


def _united(some: list[AnyLine], others: list[AnyLine]) -> list[AnyLine]:
    """All of them once, in the order in which they were written."""
    once = {msgspec.json.encode(line): line for line in (*some, *others)}
    return sorted(once.values(), key=lambda line: line.at)
