"""Brings a database to the tables of this version."""

import argparse
import sys

from app.cli.database import add_database, database_url, shown_database
from app.store.engine.connections import sqlite_file
from app.store.errors import StoreError, StoreUnavailable
from app.store.migrate import migrate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid migrate [--data DIR | --database URL]`."""
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where the database has this version's tables now."""
    try:
        before, after = migrate(database_url(args))
    except StoreUnavailable as error:
        print(f"{shown_database(args)} cannot be migrated, {error}: {_remedy(args)}", file=sys.stderr)
        return 1
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"nothing to do: already at revision {after}" if before == after else f"migrated to revision {after}")
    return 0


def _remedy(args: argparse.Namespace) -> str:
    if sqlite_file(database_url(args)) is None:
        return "is it up, is its address right, is it leadbid's alone, and may this user make tables in it?"
    return "does its disk fail, is it full, and who else holds it?"
