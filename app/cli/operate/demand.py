"""Says how many leads a territory can still work, and ends that."""

import argparse
import time

from app.bounds import whole
from app.cli.database import add_database, run_with_store
from app.cli.in_force import buyers_zone
from app.cli.operate.acts import add_act, add_until, run_act, until_words
from app.cli.table import table
from app.config.values.zip_table import zip_states
from app.domain.calendar import local_text
from app.domain.configuration import Configuration
from app.store.store import Store
from app.usecases.operators.requests import RequestTerms, end_demand, set_demand
from app.wire.feedback import Demand

_COUNT_MAX = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid demand set|end|list`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="set|end|list")
    setting = actions.add_parser("set", help="say how many leads a territory can still work")
    setting.add_argument("territory", help="a state, a ZIP or its first 1 to 3 digits")
    setting.add_argument(
        "--open", type=whole(0, _COUNT_MAX), required=True, metavar="N", help="leads it can still work"
    )
    setting.add_argument(
        "--expected",
        type=whole(0, _COUNT_MAX),
        default=None,
        metavar="N",
        help="leads expected by then (default: as many as are open, which moves no price)",
    )
    setting.add_argument("--limit", action="store_true", help="buy no lead beyond --open")
    add_until(setting, "the end of the buyer's day")
    add_act(setting)
    ending = actions.add_parser("end", help="end a territory's demand before its time")
    ending.add_argument("territory", help="a state, a ZIP or its first 1 to 3 digits")
    add_act(ending, undoes=True)
    for each in (setting, ending):
        each.add_argument("--campaign", default="", help="that of this campaign alone (default: of all)")
    add_database(actions.add_parser("list", help="list the demand in force"))


def run(args: argparse.Namespace) -> int:
    """0 where it was done; the running service takes it within a second."""
    if args.action == "list":
        return run_with_store(args, _list)
    return run_act(args, {"set": _set, "end": _end}[args.action])


async def _set(store: Store, configuration: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    told = Demand(
        open=args.open,
        expected=args.open if args.expected is None else args.expected,
        campaign=args.campaign,
        limit=args.limit,
        until=terms.ends_at,
    )
    ends_at, warnings = await set_demand(store, configuration, zip_states(), args.territory, told, terms)
    holds = f"{args.territory}: {told.open} open of {told.expected} expected {until_words(configuration, ends_at, '')}."
    return "\n".join([holds, *warnings])


async def _end(store: Store, _: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    await end_demand(store, args.territory, args.campaign, terms)
    return f"The demand of {args.territory} has ended."


async def _list(store: Store, _: argparse.Namespace) -> int:
    zone = await buyers_zone(store)
    rows = [
        (
            each.territory,
            each.demand.campaign or "all",
            str(each.demand.open),
            str(each.demand.expected),
            "yes" if each.demand.limit else "-",
            local_text(each.ends_at, zone),
            each.told_by,
        )
        for each in await store.demands(time.time())
    ]
    print(table(("territory", "campaign", "open", "expected", "limit", "until", "by"), rows))
    return 0
