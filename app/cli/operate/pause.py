"""Pauses a campaign or seller while the service runs; without a name, lists what is paused."""

import argparse
import os
import sys
import time
from pathlib import Path

from app.cli.database import add_database, run_with_store
from app.cli.table import table
from app.cli.who import by_user
from app.config.file.problem import did_you_mean
from app.config.load import LoadedConfig, load
from app.domain.calendar import utc_text
from app.store.operators.requested import Switch
from app.store.store import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid pause [NAME] [--why TEXT] [--config FILE] [--data DIR | --database URL]`."""
    parser.add_argument("name", nargs="?", help="the campaign or seller; without it, list what is paused")
    parser.add_argument("--why", default="", help="the reason, stored with the pause and in the audit log")
    parser.add_argument(
        "--config", type=Path, default=Path("buyer.toml"), help="the configuration file (default: buyer.toml)"
    )
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where it is paused now. The running service bids no more within a second; live bids are honored."""
    return run_with_store(args, _list if args.name is None else _pause)


async def put(store: Store, name: str, why: str) -> None:
    """Pause this campaign or seller, in the name of the user who runs the command."""
    await store.set_switch(Switch(kind="pause", target=name, why=why, told_by=by_user(), told_at=time.time()))


async def _list(store: Store, _: argparse.Namespace) -> int:
    paused = [switch for switch in await store.switches(time.time()) if switch.kind == "pause"]
    rows = [(each.target, utc_text(each.told_at), each.told_by, each.why) for each in paused]
    print(table(("paused", "since", "by", "why"), rows) if rows else "nothing is paused")
    return 0


async def _pause(store: Store, args: argparse.Namespace) -> int:
    read = load(args.config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        print(*read, sep="\n", file=sys.stderr)
        return 1
    declared = read.declared
    names = [*(campaign.name for campaign in declared.campaigns), *(seller.name for seller in declared.sellers)]
    if args.name not in names:
        remedy = did_you_mean(args.name, names) or "`leadbid check` lists them"
        print(f"{args.config} declares no campaign or seller `{args.name}`: {remedy}", file=sys.stderr)
        return 1
    await put(store, args.name, args.why)
    print(f"{args.name} is paused; its live bids are honored. Resume it with `leadbid resume {args.name}`.")
    return 0
