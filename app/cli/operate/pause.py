"""Pauses a campaign or seller while the service runs; without a name, lists what is paused."""

import argparse
import sys
import time

from app.cli.database import run_with_store
from app.cli.in_force import buyers_zone
from app.cli.operate.acts import add_act, add_until, run_act, until_words
from app.cli.table import table
from app.domain.calendar import local_text
from app.domain.configuration import Configuration
from app.store.store import Store
from app.usecases.operators.requests import RequestTerms, pause


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid pause [NAME --why TEXT [--until WHEN]] [--data DIR | --database URL]`."""
    parser.add_argument("name", nargs="?", help="the campaign or seller; without it, list what is paused")
    add_until(parser, "until it is resumed")
    add_act(parser, undoes=True)


def run(args: argparse.Namespace) -> int:
    """0 where it is paused now. The running service bids no more within a second; live bids are honored."""
    if args.name is None:
        return run_with_store(args, _list)
    if not args.why.strip():
        print("--why: say why, for those who find it paused", file=sys.stderr)
        return 2
    return run_act(args, do_pause)


async def do_pause(store: Store, configuration: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    await pause(store, configuration, args.name, terms)
    until = until_words(configuration, terms.ends_at, "until it is resumed")
    return f"{args.name} is paused {until}; its live bids are honored. Resume it with `leadbid resume {args.name}`."


async def _list(store: Store, _: argparse.Namespace) -> int:
    now, zone = time.time(), await buyers_zone(store)
    rows = [
        (
            each.target,
            local_text(each.told_at, zone),
            "-" if each.ends_at is None else local_text(each.ends_at, zone),
            each.told_by,
            each.why,
        )
        for each in await store.switches(now)
        if each.kind == "pause"
    ]
    print(table(("paused", "since", "until", "by", "why"), rows) if rows else "nothing is paused")
    return 0
