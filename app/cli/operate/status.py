"""Shows on one screen what a buyer wants to know: what needs attention, what was bought, what is in force."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator

import msgspec

from app.cli.database import add_database, at_store
from app.cli.table import table
from app.domain.calendar import local_text
from app.domain.money import money
from app.reports.attention.others import DestinationStatus
from app.reports.status import CapStatus, RequestStatus, Status
from app.service_notes import ModelState, ProviderState, service_places, service_state
from app.store.errors import StoreError
from app.store.store import Store
from app.usecases.operators.status import status

_BOUGHT_SHOWN = 8
_CAPS_SHOWN = 10
_IN_FORCE_SHOWN = 10
_WHY_MAX = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid status [--json] [--data DIR | --database URL]`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object, money in cents")
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where nothing needs attention, 1 where something does, 2 where the database cannot be read."""
    try:
        found = asyncio.run(at_store(args, answer))
    except StoreError as error:
        print(f"status cannot be read: {error}", file=sys.stderr)
        return 2
    print(msgspec.json.encode(found).decode() if args.json else "\n".join(_screen(found)))
    return 1 if found.attention else 0


async def answer(store: Store, args: argparse.Namespace) -> Status:
    """What it shows, of this moment."""
    return await status(store, service_places(args.data), service_state(args.data), time.time())


def _screen(found: Status) -> Iterator[str]:
    yield _headline(found)
    yield ""
    if found.attention:
        yield "Needs attention"
        yield from (f"  ! {each.text}" for each in found.attention)
    else:
        yield "Nothing needs attention."
    yield from _bought(found)
    yield from _caps(found.caps)
    yield from _in_force(found.in_force, found.zone)
    yield from _destinations(found.destinations, found.zone)
    yield from _providers(found.providers, found.zone)
    models = ", ".join(_model(name, each) for name, each in found.models.items())
    live = found.service.live_bids if found.service.state == "running" else None
    yield ""
    yield f"Live bids: {'-' if live is None else f'{live:,}'}    Models: {models or '-'}"
    if replicas := found.service.replicas:
        yield f"Replicas: {len(replicas)} ({', '.join(replicas)}), paced by {found.service.pacer or 'none yet'}"


def _headline(found: Status) -> str:
    service, zone = found.service, found.zone
    since = {"running": service.started_at, "stopped": service.seen_at, "down": service.seen_at}.get(service.state)
    when = f" {'last seen' if service.state == 'down' else 'since'} {local_text(since, zone)}" if since else ""
    at = f" at {service.address}" if service.address and service.state == "running" else ""
    at += ", how it runs is noted in its own --data" if service.state == "unknown" else ""
    config = f", configuration {service.config}" if service.config else ", no configuration was ever in force"
    return f"leadbid {service.state.upper()}{at}{when}{config}    (as of {local_text(found.at, zone)})"


def _bought(found: Status) -> Iterator[str]:
    rows = [
        (
            each.campaign,
            f"{each.leads_today:,}",
            money(each.cents_today),
            f"{each.leads_month:,}",
            money(each.cents_month),
        )
        for each in found.bought[:_BOUGHT_SHOWN]
    ]
    total = ("all", *_total(found, "today"), *_total(found, "month"))
    yield ""
    yield "Bought"
    yield table(("campaign", "today", "spend", "this month", "spend"), [*rows, total])


def _total(found: Status, span: str) -> tuple[str, str]:
    leads = sum(getattr(each, f"leads_{span}") for each in found.bought)
    cents = sum(getattr(each, f"cents_{span}") for each in found.bought)
    return f"{leads:,}", money(cents)


def _caps(caps: tuple[CapStatus, ...]) -> Iterator[str]:
    """Those in use, the fullest first."""
    used = sorted([each for each in caps if each.used or each.limit != each.declared], key=lambda each: -each.share)
    yield ""
    yield "Caps and budgets, in their windows now"
    yield table(("cap", "used", "of", "", ""), [_cap(each) for each in used[:_CAPS_SHOWN]])
    if len(caps) > len(used[:_CAPS_SHOWN]):
        yield f"  {len(caps) - len(used[:_CAPS_SHOWN])} more; `leadbid cap list` shows all limits"


def _cap(each: CapStatus) -> tuple[str, ...]:
    used = money(each.used) if each.measure == "spend" else f"{each.used:,}"
    note = "by command" if each.limit != each.declared else ""
    full = "FULL" if each.used >= each.limit else f"{each.share:.0%}"
    return f"{each.cap} {each.part}".rstrip(), used, each.words, full, note


def _in_force(requests: tuple[RequestStatus, ...], zone: str) -> Iterator[str]:
    yield ""
    yield "In force by command or request"
    rows = [_request(each, zone) for each in requests[:_IN_FORCE_SHOWN]]
    yield table(("what", "on", "", "until", "by", "why"), rows) if rows else "  nothing"
    if len(requests) > _IN_FORCE_SHOWN:
        yield f"  {len(requests) - _IN_FORCE_SHOWN} more in --json"


def _request(each: RequestStatus, zone: str) -> tuple[str, ...]:
    amount = money(each.amount or 0) if each.kind in ("boost", "signal") else ""
    until = local_text(each.until, zone) if each.until is not None else "-"
    why = each.why if len(each.why) <= _WHY_MAX else f"{each.why[:_WHY_MAX]}..."
    return each.kind, each.target, f"{amount} {each.words}".strip() or "-", until, each.by, why or "-"


def _destinations(destinations: tuple[DestinationStatus, ...], zone: str) -> Iterator[str]:
    rows = [
        (
            each.destination,
            f"{each.waiting:,}",
            f"{each.arrived:,}",
            f"{each.rejected:,}",
            f"{each.dead:,}",
            _health(each, zone),
        )
        for each in destinations
    ]
    yield ""
    yield "Deliveries"
    yield table(("destination", "waiting", "arrived", "rejected", "dead", "health"), rows)


def _providers(providers: dict[str, ProviderState], zone: str) -> Iterator[str]:
    if providers:
        rows = [row for name, each in providers.items() for row in _provider(name, each, zone)]
        yield ""
        yield "Providers, calls since the start"
        yield table(("check", "calls", "unanswered", "not asked", "spent today", "of", "health"), rows)


def _provider(name: str, each: ProviderState, zone: str) -> Iterator[tuple[str, ...]]:
    """A check, and what is spent on each seller's leads if that has a budget."""
    budget = "-" if each.budget_cents is None else money(each.budget_cents)
    spent = money(round(each.spent_millicents / 1000))
    yield name, f"{each.calls:,}", f"{each.unanswered:,}", f"{each.unasked:,}", spent, budget, _health(each, zone)
    for seller, millicents in each.sellers.items():
        yield f"  {seller}", "", "", "", money(round(millicents / 1000)), money(each.seller_budget_cents or 0), ""


def _health(each: DestinationStatus | ProviderState, zone: str) -> str:
    if isinstance(each, DestinationStatus) and each.disabled:
        return "disabled"
    tried_at = each.tried_at if isinstance(each, DestinationStatus) else each.opens_at
    if tried_at is not None:
        return f"fails, left alone until {local_text(tried_at, zone)}"
    return f"{each.failures} failures in a row" if each.failures else "well"


def _model(vertical: str, each: ModelState) -> str:
    tried = f" (trying {each.challenger}, canary {each.canary:.0%})" if each.challenger else ""
    return f"{vertical} {each.live or 'none'}{tried}"
