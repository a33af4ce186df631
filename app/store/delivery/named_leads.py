"""Finds the leads that outcomes speak of: by our ids, or by those that CRMs gave them, in whatever form."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from app.domain.delivery.record_id import is_cut_short, is_same, key_of, plain_id
from app.domain.token import looks_like_token
from app.store.schema import delivery, lead
from app.wire.feedback import Outcome

UNKNOWN = "no lead of ours has it"
_CUT_SHORT = "a spreadsheet wrote it in short, as Excel does; format the column as text, and export it again"
_NO_CASE = "its capitals are lost; export the ids of 18 characters"
_TWO = "two leads have it in two CRMs: give lead_id"

_Name = tuple[str, str]
"""Under which name an outcome has the id of its lead, and that id."""


class NamedLead(msgspec.Struct, frozen=True, array_like=True):
    """A lead of ours, and when it was bought (UTC epoch seconds)."""

    lead_id: str
    sold_at: float


class _Record(msgspec.Struct, frozen=True, array_like=True):
    crm_id: str
    lead: NamedLead


def named_leads(connection: Connection, told: Sequence[Outcome]) -> list[NamedLead | str]:
    """The lead of each of these outcomes, or in words why there is none; some hundreds at most.

    Our own id counts before the CRM's, which counts where ours is none.
    """
    leads = _leads(connection, {name for each in told for name in _names_of(each)})
    named = [[leads[name] for name in _names_of(each)] for each in told]
    return [next((lead for lead in found if isinstance(lead, NamedLead)), found[0]) for found in named]


def _names_of(told: Outcome) -> list[_Name]:
    return [name for name in (("lead_id", told.lead_id), ("crm_id", told.crm_id)) if name[1]] or [("lead_id", "")]


def _leads(connection: Connection, names: set[_Name]) -> dict[_Name, NamedLead | str]:
    ours = _ours(connection, [plain_id(text) for _, text in names])
    left = [text for _, text in names if _own(ours, text) is None]
    records = _records(connection, {key_of(text) for text in left})
    return {name: _own(ours, name[1]) or _found(name, records[key_of(name[1])]) for name in names}


def _own(ours: Mapping[str, NamedLead], text: str) -> NamedLead | None:
    plain = plain_id(text)
    return ours.get(plain) or ours.get(plain.lower())


def _ours(connection: Connection, ids: Sequence[str]) -> dict[str, NamedLead]:
    """Our leads by their own ids and by those of their bids."""
    columns = select(lead.c.lead_id, lead.c.ping_id, lead.c.sold_at)
    found: dict[str, NamedLead] = {}
    for row in connection.execute(columns.where(lead.c.lead_id.in_({*ids, *map(str.lower, ids)}))):
        found[row.lead_id] = NamedLead(row.lead_id, row.sold_at)
    bids = [each for each in ids if looks_like_token(each)]
    for row in connection.execute(columns.where(lead.c.ping_id.in_(bids))) if bids else ():
        found[row.ping_id] = NamedLead(row.lead_id, row.sold_at)
    return found


def _records(connection: Connection, keys: set[str]) -> dict[str, list[_Record]]:
    """What the buyer's CRMs have under these keys."""
    columns = select(delivery.c.crm_key, delivery.c.crm_id, lead.c.lead_id, lead.c.sold_at).join(lead)
    found: dict[str, list[_Record]] = defaultdict(list)
    # An empty key is that of every delivery without an id.
    for row in connection.execute(columns.where(delivery.c.crm_key.in_(keys - {""}))) if keys else ():
        found[row.crm_key].append(_Record(row.crm_id, NamedLead(row.lead_id, row.sold_at)))
    return found


def _found(name: _Name, records: Sequence[_Record]) -> NamedLead | str:
    """The lead of the one record that a name can mean; the very same text counts before another form of it."""
    kind, text = name
    plain = plain_id(text)
    for matching in ([each for each in records if plain_id(each.crm_id) == plain], _same(text, records)):
        leads = {each.lead for each in matching}
        if len(leads) == 1:
            return leads.pop()
        if leads:
            return f"{kind}: {_TWO}"
    if is_cut_short(text):
        return f"{kind}: {_CUT_SHORT}"
    return f"{kind}: {_NO_CASE if records else UNKNOWN}"


def _same(text: str, records: Sequence[_Record]) -> list[_Record]:
    return [each for each in records if is_same(text, each.crm_id)]
