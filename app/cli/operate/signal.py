"""Puts a timed premium or discount on a territory, with its cause, and ends it."""

import argparse
import time

from app.cli.database import add_database, run_with_store
from app.cli.in_force import buyers_zone
from app.cli.operate.acts import add_act, add_until, run_act, signed_dollars, until_words
from app.cli.table import table
from app.config.values.zip_table import zip_states
from app.domain.calendar import local_text
from app.domain.configuration import Configuration
from app.domain.money import money
from app.store.store import Store
from app.usecases.operators.requests import RequestTerms, end_signals, set_signal
from app.wire.feedback import Signal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid signal set|end|list`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="set|end|list")
    setting = actions.add_parser("set", help="add to the value of leads from a territory until a time")
    setting.add_argument("territory", help="a state, a ZIP or its first 1 to 3 digits")
    setting.add_argument("--dollars", type=signed_dollars, required=True, help="added to the value of each lead")
    setting.add_argument("--cause", required=True, help="a word, as storm; one of the same cause is replaced")
    setting.add_argument("--vertical", default="", help="only for this vertical (default: all)")
    add_until(setting)
    add_act(setting)
    ending = actions.add_parser("end", help="end a territory's signals before their time")
    ending.add_argument("territory", help="a state, a ZIP or its first 1 to 3 digits")
    ending.add_argument("--cause", default="", help="only the one of this cause (default: all)")
    add_act(ending, undoes=True)
    add_database(actions.add_parser("list", help="list the signals in force"))


def run(args: argparse.Namespace) -> int:
    """0 where it was done; the running service takes it within a second."""
    if args.action == "list":
        return run_with_store(args, _list)
    return run_act(args, {"set": _set, "end": _end}[args.action])


async def _set(store: Store, configuration: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    told = Signal(
        premium_cents=args.dollars, cause=args.cause, until=terms.ends_at or terms.now, vertical=args.vertical
    )
    await set_signal(store, configuration, zip_states(), args.territory, told, terms)
    until = until_words(configuration, terms.ends_at, "")
    ending = f"To end it: `leadbid signal end {args.territory}`."
    return f"{args.territory}: {money(args.dollars)} a lead for {args.cause} {until}. {ending}"


async def _end(store: Store, _: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    count = await end_signals(store, args.territory, args.cause, terms)
    return f"{count} {'signal' if count == 1 else 'signals'} of {args.territory} ended."


async def _list(store: Store, _: argparse.Namespace) -> int:
    zone = await buyers_zone(store)
    rows = [
        (
            each.territory,
            each.signal.cause,
            money(each.signal.premium_cents),
            each.signal.vertical or "all",
            local_text(each.signal.until, zone),
            each.told_by,
        )
        for each in await store.signals(time.time())
    ]
    print(table(("territory", "cause", "premium", "vertical", "until", "by"), rows))
    return 0
