"""What the pages of pings are asked with, and what that means."""

from collections.abc import Iterator
from math import inf
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from app.domain.calendar import moment
from app.domain.reasons import REASONS
from app.http.console.fields import Unreadable
from app.reports.pings.rows import LIMIT, LIMIT_MAX, Outcome, SoughtPings, read_place

NAMES_MAX = 20
"""Ids that one page tells of."""


class PingsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is empty may be anything."""

    seller: str = ""
    zip: str = ""
    state: str = ""
    campaign: Annotated[str, Meta(description="The campaign of the best bid.")] = ""
    outcome: Annotated[Outcome, Meta(description="What became of it; `bought` are leads, by their sale.")] = ""
    reason: Annotated[str, Meta(description="The code of the reason for a no.")] = ""
    since: Annotated[str, Meta(description="A date or time in the buyer's zone, or a span before now as in `12h`.")] = (
        ""
    )
    until: Annotated[str, Meta(description="The same; later pings are left out.")] = ""
    before: Annotated[str, Meta(description="`next` of the page before.")] = ""
    limit: Annotated[int, Meta(ge=1, le=LIMIT_MAX, description="Rows of the page.")] = LIMIT


class PingQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One ping."""

    id: Annotated[
        str, Meta(description="Our ping_id, bid_id or lead_id, a seller's lead id, or the id of a record in a CRM.")
    ]


class ChangeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One ping with what is to be changed of it; what is empty stays as it was."""

    id: Annotated[str, Meta(description="As for the ping.")]
    zip: str = ""
    state: str = ""
    lead_type: str = ""
    min_price: Annotated[str, Meta(description="Dollars.")] = ""
    time: Annotated[str, Meta(description="When the ping is taken to have come, in the buyer's zone.")] = ""
    model: Annotated[str, Meta(description="`challenger`, or a version.")] = ""
    more: Annotated[
        str,
        Meta(
            description="More changes, NAME=VALUE on a line each: fields of the vertical, seller, cap:OWNER/CAP (what "
            "is used of it), boost:CAMPAIGN (dollars), pause:NAME (yes or no)."
        ),
    ] = ""

    def changes(self) -> Iterator[str]:
        """Each as `name=value`."""
        for name in ("zip", "state", "lead_type", "min_price", "time", "model"):
            if value := getattr(self, name):
                yield f"{name}={value}"
        yield from filter(str.strip, self.more.splitlines())


class LeadsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Leads by name."""

    ids: Annotated[str, Meta(description=f"At most {NAMES_MAX} ids of leads or pings, with commas between.")] = ""

    @property
    def names(self) -> list[str]:
        """Each once."""
        return list(dict.fromkeys(name for each in self.ids.split(",") if (name := each.strip())))


class SoughtPersonForm(msgspec.Struct, frozen=True, kw_only=True):
    """Who is looked for; it is sent in a form, so that no address holds it."""

    phone: str = ""
    email: str = ""

    def __repr__(self) -> str:
        return "SoughtPersonForm(***)"

    __str__ = __repr__


class LeadName(msgspec.Struct, frozen=True, kw_only=True):
    """One lead."""

    lead_id: str


def sought_pings(query: PingsQuery, now: float, zone: str) -> SoughtPings:
    """What a query means. Raises Unreadable, which names the field."""
    if query.reason and query.reason not in REASONS:
        raise Unreadable(f"reason: there is no {query.reason!r}; there are {', '.join(REASONS)}")
    if query.reason and query.outcome in ("bid", "bought"):
        raise Unreadable("reason: neither a bid nor a lead that was bought has one; leave outcome or reason out")
    if query.zip and query.outcome == "post_refused":
        raise Unreadable("zip: the journal has no ZIP of posts; leave it out, or look for pings")
    return SoughtPings(
        seller=query.seller.strip(),
        zip=query.zip.strip(),
        state=query.state.strip().upper(),
        campaign=query.campaign.strip(),
        outcome=query.outcome,
        reason=query.reason,
        since=_time("since", query.since, now, zone) if query.since else 0.0,
        until=_time("until", query.until, now, zone) if query.until else inf,
        before=_place(query.before) if query.before else (inf, ""),
        limit=query.limit,
    )


def _place(text: str) -> tuple[float, str]:
    try:
        return read_place(text)
    except ValueError:
        raise Unreadable("before: not a place in a list; take it from `next`") from None


def _time(name: str, text: str, now: float, zone: str) -> float:
    try:
        return moment(text.strip(), now, ZoneInfo(zone))
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"{name}: {error}") from None
