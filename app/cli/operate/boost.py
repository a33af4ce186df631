"""Adds to the value of a campaign's leads until a time, while the service runs."""

import argparse
import time

from app.cli.database import add_database, run_with_store
from app.cli.in_force import buyers_zone
from app.cli.operate.acts import add_act, add_until, run_act, signed_dollars, until_words
from app.cli.table import table
from app.domain.calendar import local_text
from app.domain.configuration import Configuration
from app.domain.money import money
from app.store.store import Store
from app.usecases.operators.requests import RequestTerms, boost, end_boost


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid boost set|end|list`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="set|end|list")
    setting = actions.add_parser("set", help="boost a campaign, in the place of a boost it has by command")
    setting.add_argument("campaign", help="the name of the campaign")
    setting.add_argument(
        "--dollars", type=signed_dollars, required=True, help="added to the value of each lead; may be below zero"
    )
    add_until(setting)
    add_act(setting)
    ending = actions.add_parser("end", help="end a boost before its time")
    ending.add_argument("campaign", help="the name of the campaign")
    add_act(ending, undoes=True)
    add_database(actions.add_parser("list", help="list the boosts in force"))


def run(args: argparse.Namespace) -> int:
    """0 where it was done; the running service takes it within a second."""
    if args.action == "list":
        return run_with_store(args, _list)
    return run_act(args, {"set": do_set, "end": do_end}[args.action])


async def do_set(store: Store, configuration: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    await boost(store, configuration, args.campaign, args.dollars, terms)
    until = until_words(configuration, terms.ends_at, "")
    ending = f"To end it: `leadbid boost end {args.campaign}`."
    return f"{args.campaign} is boosted by {money(args.dollars)} a lead {until}. {ending}"


async def do_end(store: Store, _: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    await end_boost(store, args.campaign, terms)
    return f"The boost of {args.campaign} has ended."


async def _list(store: Store, _: argparse.Namespace) -> int:
    zone = await buyers_zone(store)
    rows = [
        (each.target, money(each.amount or 0), local_text(each.ends_at or 0.0, zone), each.told_by, each.why)
        for each in await store.switches(time.time())
        if each.kind == "boost"
    ]
    print(table(("campaign", "boost", "until", "by", "why"), rows))
    return 0
