"""Resumes a paused campaign or seller."""

import argparse
import sys
import time

from app.cli.database import add_database, run_with_store
from app.cli.who import by_user
from app.store.store import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid resume NAME [--why TEXT] [--data DIR | --database URL]`."""
    parser.add_argument("name", help="the campaign or seller; `leadbid pause` lists what is paused")
    parser.add_argument("--why", default="", help="the reason, stored in the audit log")
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where it was paused; the running service bids again within a second."""
    return run_with_store(args, lambda store, _: end(store, args.name, args.why))


async def end(store: Store, name: str, why: str) -> int:
    """Let this campaign or seller go on; 1 with a sentence where it was not paused."""
    if not await store.clear_switch("pause", name, by_user(), why, time.time()):
        print(
            f"{name} is not paused by command; `paused = true` in the configuration must be removed there",
            file=sys.stderr,
        )
        return 1
    print(f"{name} is resumed")
    return 0
