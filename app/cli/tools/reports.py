"""Tools that only look."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Meta

from app.cli.database import at_store
from app.cli.money import invoice, returns
from app.cli.operate import alerts, audit, cap, deliveries, status
from app.cli.people import leads
from app.cli.records import explain, journal
from app.cli.sellers import scorecard, sellers
from app.cli.tools.tool import Arguments, Tool
from app.dialects.scorecard import scorecard_body
from app.domain.delivery.delivery import DeliveryStatus
from app.store.store import Store
from app.wire.returns import ReturnState
from app.wire.scorecard import DAYS_MAX

_WHEN = "2026-11-21 or 2026-11-21T12:00 in the buyer's time zone, or 30m, 12h, 7d ago"
Since = Annotated[str, Meta(description=f"from then: {_WHEN}")]
Until = Annotated[str, Meta(description=f"before then: {_WHEN}; empty for now")]
SellerName = Annotated[str, Meta(description="the seller's name, as the tool `sellers` lists it")]
Limit = Annotated[int, Meta(description="how many rows at most", ge=1, le=1_000)]


class Nothing(Arguments, frozen=True, kw_only=True):
    """No argument."""


class ExplainArguments(Arguments, frozen=True, kw_only=True):
    id: Annotated[str, Meta(description="a ping_id, bid_id or lead_id, the seller's lead id, or the CRM's record id")]


class TradingArguments(Arguments, frozen=True, kw_only=True):
    since: Since = ""
    until: Until = ""


class ByHourArguments(Arguments, frozen=True, kw_only=True):
    seller: Annotated[str, Meta(description="one seller, whose empty hours are rows too; empty for all sellers")] = ""
    since: Since = "24h"
    until: Until = ""


class ScorecardArguments(Arguments, frozen=True, kw_only=True):
    seller: SellerName
    days: Annotated[int, Meta(description="how many days up to now", ge=1, le=DAYS_MAX)] = 7


class LeadArguments(Arguments, frozen=True, kw_only=True):
    """One of these; there is none for a name, a phone or an email, which belong in no prompt."""

    lead: Annotated[str, Meta(description="our lead_id")] = ""
    ping: Annotated[str, Meta(description="the ping_id or bid_id of any answer")] = ""
    crm_id: Annotated[str, Meta(description="the id of its record in the CRM")] = ""
    seller_lead_id: Annotated[str, Meta(description="the id that the seller gave it")] = ""


class ReturnsArguments(Arguments, frozen=True, kw_only=True):
    seller: Annotated[str, Meta(description="of this seller only")] = ""
    state: Annotated[ReturnState | None, Meta(description="in this state only")] = None
    since: Since = ""
    until: Until = ""


class InvoiceArguments(Arguments, frozen=True, kw_only=True):
    seller: SellerName
    month: Annotated[str, Meta(description="YYYY-MM, in the buyer's time zone", pattern="^[0-9]{4}-[0-9]{2}$")]


class LatestArguments(Arguments, frozen=True, kw_only=True):
    limit: Limit = 50


class DeliveriesArguments(Arguments, frozen=True, kw_only=True):
    status: Annotated[DeliveryStatus | None, Meta(description="in this state only: `pending` waits")] = None
    destination: Annotated[str, Meta(description="to this destination only")] = ""
    lead: Annotated[str, Meta(description="of this lead_id only")] = ""
    limit: Limit = 50


def of_store(
    answer: Callable[[Store, argparse.Namespace], Awaitable[object]],
) -> Callable[[argparse.Namespace], object]:
    """What a command asks the database, called from a thread of its own."""
    return lambda args: asyncio.run(at_store(args, answer))


async def _scorecard(store: Store, args: argparse.Namespace) -> object:
    return scorecard_body(await scorecard.answer(store, args))


async def _lead(store: Store, args: argparse.Namespace) -> object:
    return await leads.found_for(store, args)


REPORTS = (
    Tool(
        name="status",
        what="What needs attention, leads and spend today and this month by campaign, how full each cap and budget is, "
        "what is in force, deliveries, providers, models. Money in cents, times in UTC epoch seconds.",
        command=("status",),
        arguments=Nothing,
        answer=of_store(status.answer),
    ),
    Tool(
        name="trading",
        what="What was offered, bid, bought and refused in a span: by reason, seller, vertical and campaign, with "
        "percentiles of prices. Money in cents.",
        command=("journal", "stats"),
        arguments=TradingArguments,
        answer=journal.stats,
    ),
    Tool(
        name="trading_by_hour",
        what="Pings, bids, posts, leads, spend (cents), reasons for no bid and certificate failures by hour and "
        "seller. Ask it why no leads come from a seller: no pings, no bids, or no posts.",
        command=("journal", "stats", "--by-hour"),
        arguments=ByHourArguments,
        answer=journal.stats,
    ),
    Tool(
        name="explain",
        what="Why a ping got its bid or none: every term in dollars, and what became of it.",
        command=("explain",),
        arguments=ExplainArguments,
        positional=("id",),
        answer=explain.answer,
    ),
    Tool(
        name="lead",
        what="A lead from ping to outcome: bids, posts, price, deliveries, return. Prices in cents, no identity. "
        "That somebody looked is written to the audit log.",
        command=("leads", "find"),
        arguments=LeadArguments,
        answer=of_store(_lead),
    ),
    Tool(
        name="sellers",
        what="Every seller: mode, whether it is open or paused, and its last 24 hours.",
        command=("sellers", "list"),
        arguments=Nothing,
        answer=sellers.listed,
    ),
    Tool(
        name="scorecard",
        what="One seller's last days: bid rate, win rate, refusals by reason, mismatches, certificate failures, "
        "returns, latency in milliseconds. Money in dollars.",
        command=("scorecard",),
        arguments=ScorecardArguments,
        positional=("seller",),
        answer=of_store(_scorecard),
    ),
    Tool(
        name="caps",
        what="All caps with the limit that holds and the declared one, in leads or cents. How full they are: `status`.",
        command=("cap", "list"),
        arguments=Nothing,
        answer=of_store(cap.listed),
    ),
    Tool(
        name="deliveries",
        what="The latest deliveries to CRMs, and how many leads wait for each destination. Times in UTC epoch seconds.",
        command=("deliveries", "list"),
        arguments=DeliveriesArguments,
        answer=of_store(deliveries.listed),
    ),
    Tool(
        name="returns",
        what="Leads that were given back, with reason and state. Money in dollars.",
        command=("returns", "list"),
        arguments=ReturnsArguments,
        answer=of_store(returns.listed),
    ),
    Tool(
        name="invoice",
        what="What is owed to a seller for one month: leads, credits, sums in dollars as text.",
        command=("invoice",),
        arguments=InvoiceArguments,
        positional=("seller",),
        answer=of_store(invoice.answer),
    ),
    Tool(
        name="alerts",
        what="What needs attention and was told to whom, what is muted, and messages that reached nobody.",
        command=("alerts", "list"),
        arguments=Nothing,
        answer=of_store(alerts.listed),
    ),
    Tool(
        name="audit",
        what="The latest acts of operators: who did what, when and why, newest first.",
        command=("audit", "list"),
        arguments=LatestArguments,
        answer=of_store(audit.listed),
    ),
)
