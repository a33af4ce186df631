"""Lists, shows, replays and moves deliveries to CRMs, without personal data."""

import argparse
import sys
import time
from collections.abc import Collection, Sequence
from typing import get_args

import msgspec
from msgspec.structs import replace

from app.bounds import whole
from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.operate import test_lead
from app.cli.span import add_span
from app.cli.table import table
from app.config.file.problem import did_you_mean
from app.domain.calendar import utc_text
from app.domain.configuration import Configuration
from app.domain.delivery.delivery import DeliveryStatus
from app.store.delivery.deliveries import AttemptRow, DeliveryDetail, DeliveryRow, Which
from app.store.store import Store
from app.usecases.former import unpacked


class ListedDeliveries(msgspec.Struct, frozen=True, kw_only=True):
    """`waiting` are all leads that wait, by destination; `disabled` why a destination gets none, `undeclared` sentences
    on those that are not in the file any more.
    """

    deliveries: tuple[DeliveryRow, ...]
    waiting: dict[str, int]
    disabled: dict[str, str]
    undeclared: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid deliveries list|show|replay|enable|move|test`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|replay|enable|move|test")
    listing = actions.add_parser("list", help="list the latest deliveries, newest first")
    _add_filters(listing)
    listing.add_argument("--json", action="store_true", help="print one JSON object, times in UTC epoch seconds")
    listing.add_argument("--limit", type=whole(1, 1_000_000), default=50, help="how many (default: 50)")
    showing = actions.add_parser("show", help="show one delivery with all its attempts")
    showing.add_argument("delivery_id")
    replaying = actions.add_parser("replay", help="send again, with a fresh schedule and under the same webhook-id")
    replaying.add_argument(
        "delivery_ids", nargs="*", help="these deliveries; without any, all that the filters below select"
    )
    _add_filters(replaying)
    enabling = actions.add_parser("enable", help="enable a destination that answered 410 Gone")
    enabling.add_argument("destination")
    moving = actions.add_parser("move", help="send what waits for one destination to another")
    moving.add_argument("source", metavar="FROM", help="the destination that leads wait for, declared or not")
    moving.add_argument("to", metavar="TO", help="a declared destination")
    moving.add_argument("--yes", action="store_true", help="move them; without it, only count them")
    test_lead.add_arguments(
        actions.add_parser("test", help="send a marked lead of nobody to a destination, and read its answer")
    )
    for each in (listing, showing, replaying, enabling, moving):
        add_database(each)


def run(args: argparse.Namespace) -> int:
    """0 where what was asked for was found."""
    if args.action == "test":
        return test_lead.run(args)
    act = {"list": _list, "show": _show, "replay": _replay, "enable": _enable, "move": _move}[args.action]
    return run_with_store(args, act)


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--status",
        choices=get_args(DeliveryStatus),
        help="only deliveries in this state; the dead include the rejected",
    )
    parser.add_argument("--destination", default="", help="only to this destination")
    parser.add_argument("--lead", default="", metavar="LEAD_ID", help="only for this lead")
    add_span(parser, "sold")


async def listed(store: Store, args: argparse.Namespace) -> ListedDeliveries:
    """The latest of those that are meant, and what keeps leads waiting."""
    newest = unpacked(await store.newest_configurations())
    return ListedDeliveries(
        deliveries=tuple(await store.deliveries(_which(args), args.limit)),
        waiting={name: each.count for name, each in (await store.waiting_deliveries()).items()},
        disabled=dict(await store.disabled_destinations()),
        undeclared=tuple(await left_in_words(store, _destinations(newest[0])) if newest else ()),
    )


async def _list(store: Store, args: argparse.Namespace) -> int:
    found = await listed(store, args)
    if args.json:
        print(msgspec.json.encode(found).decode())
        return 0
    rows = found.deliveries
    heads = ("delivery", "lead", "destination", "status", "attempts", "sold", "next attempt", "last answer")
    print(table(heads, [_row(row) for row in rows]))
    if len(rows) == args.limit:
        print(f"\nThe latest {args.limit}; --limit shows more.")
    for name, reason in found.disabled.items():
        print(f"\n{name} is disabled ({reason}); its leads wait until `leadbid deliveries enable {name}`.")
    for text in found.undeclared:
        print(f"\n{text}.")
    return 0


async def _show(store: Store, args: argparse.Namespace) -> int:
    found = await store.delivery(args.delivery_id)
    if found is None:
        return _unknown(f"no delivery {args.delivery_id}")
    print("\n".join(_shown(found)))
    return 0


async def _replay(store: Store, args: argparse.Namespace) -> int:
    which = _which(args)
    if which == Which():
        return _unknown("nothing is selected: give delivery ids, or --status, --destination, --lead, --since, --until")
    if not which.ids and which.status is None:
        # A range without a status means what went wrong in it: nobody wants each lead of a day twice in the CRM.
        which = replace(which, status="dead")
    count = await store.replay(which, by_user(), time.time())
    print(f"{count} {'delivery' if count == 1 else 'deliveries'} will be sent again")
    return 0 if count else 1


async def _enable(store: Store, args: argparse.Namespace) -> int:
    if not await store.enable_destination(args.destination, by_user(), time.time()):
        return _unknown(f"{args.destination} is not disabled")
    print(f"{args.destination} is enabled; its leads are sent again")
    return 0


async def _move(store: Store, args: argparse.Namespace) -> int:
    newest = unpacked(await store.newest_configurations())
    declared = _destinations(newest[0]) if newest else []
    if args.to not in declared:
        return _unknown(f"no destination `{args.to}` is declared: {did_you_mean(args.to, declared)}".rstrip(": "))
    if args.to == args.source:
        return _unknown("that is the same destination")
    found = (await store.waiting_deliveries()).get(args.source)
    if found is None:
        return _unknown(f"no lead waits for {args.source}")
    if args.to in await store.disabled_destinations():
        print(f"{args.to} is disabled: what is moved there waits until `leadbid deliveries enable {args.to}`.")
    if not args.yes:
        print(f"{_leads(found.count)} for {args.source}. Nothing was moved: add --yes to have them sent to {args.to}.")
        return 0
    moved = await store.move_deliveries(args.source, args.to, by_user(), time.time())
    print(f"{moved.moved} {'delivery' if moved.moved == 1 else 'deliveries'} will be sent to {args.to}")
    if moved.doubled:
        print(f"{moved.doubled} settled, since {args.to} has a delivery of its own for the same lead")
    if moved.under_way:
        print(f"{moved.under_way} under way to {args.source} right now; run this again for those that fail")
    return 0


async def left_in_words(store: Store, declared: Collection[str]) -> list[str]:
    """A sentence for each destination that leads wait for and that is not among these."""
    return [
        f"{_leads(each.count)} for {name}, which is not declared: they are sent by its last definition while its "
        f"secrets exist, or elsewhere by `leadbid deliveries move {name} TO`"
        for name, each in (await store.waiting_deliveries()).items()
        if name not in declared
    ]


def _destinations(configuration: Configuration) -> list[str]:
    return [destination.name for destination in configuration.destinations]


def _leads(count: int) -> str:
    return f"{count} lead{' waits' if count == 1 else 's wait'}"


def _which(args: argparse.Namespace) -> Which:
    return Which(
        ids=tuple(getattr(args, "delivery_ids", ())),
        status=args.status,
        destination=args.destination,
        lead_id=args.lead,
        since=args.since,
        until=args.until,
    )


def _row(row: DeliveryRow) -> Sequence[str]:
    return (
        row.delivery_id,
        row.lead_id,
        row.destination,
        _status(row),
        str(row.attempts),
        utc_text(row.created_at),
        utc_text(row.due_at) if row.status == "pending" and not row.owner else "-",
        row.note or "-",
    )


def _status(row: DeliveryRow) -> str:
    return "under way" if row.status == "pending" and row.owner else row.status


def _shown(found: DeliveryDetail) -> list[str]:
    row = found.delivery
    facts = [
        ("delivery", row.delivery_id),
        ("webhook-id", f"msg_{row.delivery_id}"),
        ("lead", row.lead_id),
        ("destination", row.destination),
        ("status", _status(row)),
        ("sold", utc_text(row.created_at)),
        ("settled", utc_text(row.settled_at) if row.settled_at is not None else "-"),
        ("next attempt", utc_text(row.due_at) if row.status == "pending" else "-"),
        ("id in the CRM", row.crm_id or "-"),
        ("replays", str(row.replays)),
    ]
    heads = ("attempt", "at", "ms", "http", "then", "answer", "next attempt")
    return [
        *(f"  {name:<14}{value}" for name, value in facts),
        "",
        table(heads, [_attempt(each) for each in found.attempts]),
    ]


def _attempt(row: AttemptRow) -> Sequence[str]:
    return (
        f"{row.replay}.{row.number}" if row.replay else str(row.number),
        utc_text(row.started_at),
        str(row.took_ms),
        str(row.http_status) if row.http_status is not None else "-",
        "retry" if row.status == "pending" else row.status,
        row.note or row.failure or "-",
        utc_text(row.due_at) if row.due_at is not None else "-",
    )


def _unknown(text: str) -> int:
    print(text, file=sys.stderr)
    return 1
