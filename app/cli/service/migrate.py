"""Brings a database to the tables of this version."""

import argparse
import sys

from app.cli.database import add_database, database_url
from app.store.errors import StoreError
from app.store.migrate import migrate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid migrate [--data DIR | --database URL]`."""
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where the database has this version's tables now."""
    try:
        before, after = migrate(database_url(args))
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"nothing to do: already at revision {after}" if before == after else f"migrated to revision {after}")
    return 0
