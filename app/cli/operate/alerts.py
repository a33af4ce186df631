"""Lists what is told of that needs attention, sends a test, and has nobody told of a cause for a while."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

import msgspec

from app.cli.database import add_database, run_with_store
from app.cli.in_force import buyers_zone
from app.cli.operate.acts import add_act, add_until, run_act, until_words
from app.cli.table import table
from app.domain.alerts.notices import AlertState, Mute
from app.domain.calendar import local_text
from app.domain.configuration import Configuration
from app.store.operators.alerts import OutgoingAlert
from app.store.store import Store
from app.usecases.alerts.requests import mute, try_addresses, unmute
from app.usecases.operators.requests import RequestTerms

WAITS_S = 25.0
"""How long a test waits for the service to send it."""


class OpenAlerts(msgspec.Struct, frozen=True, kw_only=True):
    """What needs attention and was told, what nobody is told of, and messages that could not be sent."""

    open: tuple[AlertState, ...]
    muted: tuple[Mute, ...]
    unreached: tuple[OutgoingAlert, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid alerts list|test|mute|unmute`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|test|mute|unmute")
    listing = actions.add_parser("list", help="list alerts, who was told when, and what is muted")
    listing.add_argument("--json", action="store_true", help="print one JSON object, times in UTC epoch seconds")
    add_database(listing)
    add_act(actions.add_parser("test", help="have the running service send a test to every address"), undoes=True)
    muting = actions.add_parser("mute", help="have nobody told of a cause")
    muting.add_argument("cause", metavar="CAUSE[:TARGET]", help="as `leadbid alerts list` names it")
    add_until(muting, "until it is unmuted")
    add_act(muting)
    unmuting = actions.add_parser("unmute", help="have it told of again")
    unmuting.add_argument("cause", metavar="CAUSE[:TARGET]")
    add_act(unmuting, undoes=True)


def run(args: argparse.Namespace) -> int:
    """0 where it was done; a test is done where every address took it."""
    if args.action == "list":
        return run_with_store(args, _list)
    if args.action == "test":
        return _test(args)
    return run_act(args, {"mute": _mute, "unmute": _unmute}[args.action])


async def _mute(store: Store, configuration: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    await mute(store, args.cause, terms)
    until = until_words(configuration, terms.ends_at, f"until `leadbid alerts unmute {args.cause}`")
    return f"Nobody is told of {args.cause} {until}; `leadbid status` shows it all the same."


async def _unmute(store: Store, _: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    await unmute(store, args.cause, terms)
    return f"{args.cause} is told of again."


def _test(args: argparse.Namespace) -> int:
    unsent: list[OutgoingAlert] = []

    async def tried(store: Store, configuration: Configuration, terms: RequestTerms, _: argparse.Namespace) -> str:
        sent = await _settled(store, await try_addresses(store, configuration, terms))
        unsent.extend(each for each in sent if each.note != "sent")
        return "\n".join(f"{each.address}: {each.note or 'not sent yet: does the service run?'}" for each in sent)

    return run_act(args, tried) or int(bool(unsent))


async def _settled(store: Store, messages: Sequence[OutgoingAlert]) -> list[OutgoingAlert]:
    """The messages once each was tried, or as they are when that takes too long."""
    ids, ends_at = {each.message_id for each in messages}, time.monotonic() + WAITS_S
    while True:
        rows = await store.alert_rows(time.time(), 100)
        found = [each for each in rows.messages if each.message_id in ids]
        if all(each.note for each in found) or time.monotonic() > ends_at:
            return sorted(found, key=lambda each: each.address)
        await asyncio.sleep(0.3)


async def listed(store: Store, _: argparse.Namespace) -> OpenAlerts:
    """What is open now, what is muted, and whom a message did not reach."""
    rows = await store.alert_rows(time.time())
    return OpenAlerts(
        open=tuple([each for each in rows.states if not each.is_over]),
        muted=tuple(rows.mutes),
        unreached=tuple([each for each in rows.messages if each.note not in ("", "sent")]),
    )


async def _list(store: Store, args: argparse.Namespace) -> int:
    rows, zone = await listed(store, args), await buyers_zone(store)
    if args.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    states = [_state(each, zone) for each in rows.open]
    print(table(("alert", "severity", "since", "told", "what"), states) if states else "nothing needs attention")
    if rows.muted:
        print()
        print(table(("muted", "until", "by", "why"), [_muted(each, zone) for each in rows.muted]))
    for each in rows.unreached:
        print(f"{each.address} was not reached at {local_text(each.made_at, zone)}: {each.note}", file=sys.stderr)
    return 0


def _state(each: AlertState, zone: str) -> tuple[str, ...]:
    told = "-" if each.told_at is None else local_text(each.told_at, zone)
    return each.key, each.severity, local_text(each.since, zone), told, each.text


def _muted(each: Mute, zone: str) -> tuple[str, ...]:
    return each.cause, "-" if each.ends_at is None else local_text(each.ends_at, zone), each.told_by, each.why
