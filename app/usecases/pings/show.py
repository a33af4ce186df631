"""Gathers all that is known of one ping, by whatever id somebody has of it, and of several of a person's."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.journal.lines import AnyLine, PingLine
from app.journal.looking import Looking
from app.journal.reader import ids_of
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports.people.lead_story import LeadStory, lead_stories
from app.reports.pings.decision import Backing
from app.reports.pings.lines import LinesOfPing
from app.reports.pings.page import PingPage, ping_page
from app.store.people.named import IDS, IdKind
from app.store.people.records import LeadRecord
from app.store.store import Store
from app.usecases.pings.lookup import ids_meant, lines_meant
from app.usecases.pings.records import PingRecords

NONCE_DIGITS = 16
"""So many of a line's id stand for the lead, whichever of its decisions it is."""

OTHERS = "Another ping goes by this id, too: this is the one that was decided last."
RAN_OUT = "There was no time to look through the whole journal: what is older may be missing here."


async def show_ping(store: Store, records: PingRecords, text: str, now: float, looking: Looking) -> PingPage | None:
    """The page of the ping or lead that is called so; `None` where nobody knows it. Raises StoreUnavailable."""
    lines, trouble = await _lines(store, records.journal, text, now, looking)
    mine = _of_newest(lines)
    record = await _record(store, text, mine)
    if not lines and record is None:
        return None
    notes = [trouble, RAN_OUT if looking.ran_out else "", OTHERS if len(mine) < len(lines) else ""]
    backing = await _backing(records, LinesOfPing(mine).decision)
    return ping_page(text, mine, record, backing, " ".join(filter(None, notes)))


async def recorded_ping(store: Store, records: PingRecords, text: str, now: float, looking: Looking) -> PingLine | None:
    """The newest decision of the ping that is called so."""
    return LinesOfPing((await _lines(store, records.journal, text, now, looking))[0]).decision


async def stories_of(
    store: Store, records: PingRecords, names: Iterable[str], now: float, looking: Looking
) -> tuple[LeadStory, ...]:
    """The story of each lead and ping that goes by one of these, the newest first."""
    leads: dict[str, LeadRecord] = {}
    every: dict[bytes, AnyLine] = {}
    for text in names:
        lines, _ = await _lines(store, records.journal, text, now, looking)
        record = await _record(store, text, lines)
        if record is not None:
            leads[record.lead.lead_id] = record
        every |= {msgspec.json.encode(line): line for line in lines}
    return tuple(lead_stories(leads.values(), every.values()))


async def _lines(store: Store, journal: Path, text: str, now: float, looking: Looking) -> tuple[list[AnyLine], str]:
    """All lines about it, and why there are none where they cannot be read."""
    ids = await ids_meant(store, text)
    try:
        return await asyncio.to_thread(lines_meant, journal, ids, now, looking), ""
    except (ParquetError, OtherVersion, OSError) as error:
        return [], str(error)


def _of_newest(lines: list[AnyLine]) -> list[AnyLine]:
    """Those of the lead that was decided last, where several go by one name: sellers number their leads alike."""
    line = LinesOfPing(lines).decision
    if line is None:
        return lines
    nonce = line.id[:NONCE_DIGITS]
    ids = ids_of([each for each in LinesOfPing(lines).pings if each.id.startswith(nonce)])
    return [each for each in lines if not ids.isdisjoint(ids_of([each]))]


async def _record(store: Store, text: str, lines: list[AnyLine]) -> LeadRecord | None:
    """The lead that was bought, the newest where several go by this name."""
    sorted_lines = LinesOfPing(lines)
    bids = [bid_id for line in sorted_lines.pings for bid_id in line.bid_ids]
    bids += [post.ping_id for post in sorted_lines.posts]
    names: list[tuple[IdKind, str]] = [("ping", each) for each in dict.fromkeys(bids)]
    if not names:
        names = [(kind, text) for kind in IDS]
    for kind, name in names:
        if found := await store.leads_by_id(kind, name):
            return await store.lead_record(found[0])
    return None


async def _backing(records: PingRecords, line: PingLine | None) -> Backing | None:
    return await asyncio.to_thread(records.backing, line) if line is not None else None
