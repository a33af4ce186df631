"""Removes what has been kept as long as `[retention]` says; a running service does so by itself every hour."""

import argparse
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.table import table
from app.domain.buyer import DAY_S, Retention
from app.parquet import ParquetError
from app.settings import SettingsError, sole_use
from app.store.store import Store
from app.usecases.former import configuration_in_force
from app.usecases.people.purge import Purged, purge


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid purge [--dry-run] [--data DIR | --database URL]`."""
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where nothing is kept longer than it should be."""
    journal: Path = args.data / "journal"
    try:
        with sole_use(journal) if journal.is_dir() and not args.dry_run else nullcontext():
            return run_with_store(args, _purge)
    except (SettingsError, ParquetError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename} cannot be used ({error.strerror})", file=sys.stderr)
    return 1


async def _purge(store: Store, args: argparse.Namespace) -> int:
    configuration = await configuration_in_force(store)
    retention = configuration.retention if configuration is not None else Retention()
    is_real = not args.dry_run
    purged = await purge(store, args.data / "journal", retention, by_user(), time.time(), is_real=is_real)
    print(table(("kind", "kept for", "removed" if is_real else "would be removed", "what"), _rows(retention, purged)))
    held = (await store.on_hold()).leads
    if held:
        print(f"\nunder legal hold, and left alone: {len(held)} lead{'' if len(held) == 1 else 's'}")
    return 0


_WHAT = {
    "lost_pings": "persons of pings that were not bought, in the journal",
    "journal": "lines of the journal",
    "leads": "persons of sales; the facts stay",
    "evidence": "pieces of evidence",
    "answers": "answers to posts",
    "counters": "counters of windows that ended",
}


def _rows(retention: Retention, purged: Purged) -> list[tuple[str, ...]]:
    return [
        (name, f"{getattr(retention, f'{name}_s') / DAY_S:g} days", f"{getattr(purged, name):,}", what)
        for name, what in _WHAT.items()
    ]
