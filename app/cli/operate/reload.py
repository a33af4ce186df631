"""Shows the changed configuration that a running service holds back, and consents to it."""

import argparse
import asyncio
import sys
import time

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.domain.calendar import utc_text
from app.store.configurations import PendingConfiguration
from app.store.store import Store
from app.usecases.operators.status import PENDING_S

_WAIT_S = 15.0
_POLL_S = 0.25


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid reload [--yes] [--data DIR | --database URL]`."""
    parser.add_argument(
        "--yes",
        action="store_true",
        help="have the running service take what waits, with all it loses",
    )
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where nothing waits, or what waited is in force by now."""
    return run_with_store(args, _reload)


async def _reload(store: Store, args: argparse.Namespace) -> int:
    pending = await store.awaiting_consent(time.time() - PENDING_S)
    if not pending:
        print("No configuration waits for consent. A running service takes a changed file by itself within seconds.")
        newest = await store.newest_configurations()
        for config_hash, _ in newest:
            since = await store.in_force_since(config_hash)
            print(f"In force: configuration {config_hash}, since {utc_text(since or 0.0)}.")
        return 0
    for each in pending:
        print(f"Configuration {each.config_hash} has waited since {utc_text(each.found_at)}:")
        print(*(f"  {words}" for words in each.words), sep="\n")
    if not args.yes:
        print("\nNothing was taken. If all of that is meant: `leadbid reload --yes`. If not, correct the file.")
        return 1
    if len(pending) > 1:
        print("\nReplicas hold different files. Nothing was taken: give all of them the same one.", file=sys.stderr)
        return 1
    return await _consent(store, pending[0])


async def _consent(store: Store, pending: PendingConfiguration) -> int:
    """Consent to this very content, and tell what the service made of it."""
    now = time.time()
    if not await store.approve(pending.config_hash, by_user(), now):
        print("\nIt does not wait any more: look again with `leadbid reload`.", file=sys.stderr)
        return 1
    until = time.monotonic() + _WAIT_S
    while time.monotonic() < until:
        since = await store.in_force_since(pending.config_hash)
        if since is not None and since >= pending.seen_at:
            print(f"\nTaken: configuration {pending.config_hash} is in force.")
            return 0
        await asyncio.sleep(_POLL_S)
    print(
        f"\nNo service has taken it within {_WAIT_S:.0f} seconds. The consent holds for an hour: "
        "does the service run, and does its file still hold this configuration?",
        file=sys.stderr,
    )
    return 1
