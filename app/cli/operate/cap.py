"""Puts another limit in the place of a cap's while the service runs, and the declared one back."""

import argparse
import time

import msgspec
from msgspec.structs import replace

from app.cli.database import add_database, run_with_store
from app.cli.operate.acts import add_act, add_until, run_act, until_words
from app.cli.table import table
from app.config.caps import limit_in_words
from app.domain.calendar import WindowKind
from app.domain.caps.caps import Cap, Measure
from app.domain.configuration import Configuration
from app.store.operators.requested import Switch
from app.store.store import Store
from app.usecases.former import configuration_in_force
from app.usecases.operators.requests import RequestTerms, declared_caps, reset_cap, set_cap


class CapLimit(msgspec.Struct, frozen=True, kw_only=True):
    """One cap with the limit that holds and the declared one: leads, or cents of one that counts spend.

    `by` and `why` are of whoever put another limit in its place.
    """

    cap: str
    measure: Measure
    window: WindowKind
    limit: int
    declared: int
    words: str
    declared_words: str
    by: str = ""
    why: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid cap set|reset|list`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="set|reset|list")
    setting = actions.add_parser("set", help="have another limit hold than the declared one")
    setting.add_argument("cap", metavar="OWNER/CAP", help="the cap, as `leadbid cap list` names it")
    setting.add_argument("limit", help="leads, or dollars of a cap that counts spend")
    setting.add_argument("--yes", action="store_true", help="also more than ten times what is declared")
    add_until(setting, "until it is reset")
    add_act(setting)
    resetting = actions.add_parser("reset", help="have the declared limit hold again")
    resetting.add_argument("cap", metavar="OWNER/CAP", help="the cap, as `leadbid cap list` names it")
    add_act(resetting, undoes=True)
    listing = actions.add_parser("list", help="list all caps with the limits that hold")
    listing.add_argument("--json", action="store_true", help="print JSON, one object per cap, limits in leads or cents")
    add_database(listing)


def run(args: argparse.Namespace) -> int:
    """0 where it was done; the running service takes it within a second, also for bids that live."""
    if args.action == "list":
        return run_with_store(args, _list)
    return run_act(args, {"set": do_set, "reset": do_reset}[args.action])


async def do_set(store: Store, configuration: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    words = await set_cap(store, configuration, args.cap, args.limit, terms, is_meant=args.yes)
    until = until_words(configuration, terms.ends_at, f"until `leadbid cap reset {args.cap}`")
    return f"{args.cap}: {words}, {until}."


async def do_reset(store: Store, _: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    await reset_cap(store, args.cap, terms)
    return f"{args.cap} is as it is declared."


async def listed(store: Store, _: argparse.Namespace) -> list[CapLimit]:
    """All caps in force, as they are declared and as they hold."""
    configuration = await configuration_in_force(store)
    caps = declared_caps(configuration) if configuration is not None else []
    changed = {each.target: each for each in await store.switches(time.time()) if each.kind == "cap"}
    return [_limit(cap, changed.get(cap.title)) for cap in caps]


def _limit(cap: Cap, switch: Switch | None) -> CapLimit:
    declared = CapLimit(
        cap=cap.title, measure=cap.measure, window=cap.window, limit=cap.limit, declared=cap.limit,
        words=limit_in_words(cap), declared_words=limit_in_words(cap),
    )  # fmt: skip
    if switch is None or switch.amount is None:
        return declared
    words = limit_in_words(replace(cap, limit=switch.amount))
    return replace(declared, limit=switch.amount, words=words, by=switch.told_by, why=switch.why)


async def _list(store: Store, args: argparse.Namespace) -> int:
    caps = await listed(store, args)
    if args.json:
        print(msgspec.json.encode(caps).decode())
        return 0
    rows = [(each.cap, each.words, each.declared_words, each.by or "-", each.why or "-") for each in caps]
    print(table(("cap", "limit", "declared", "by", "why"), rows))
    return 0
