"""Explains the bid or refusal of one ping, by any id that anybody has of it."""

import argparse
import sys
from pathlib import Path

from app.cli.database import add_database, database_url, run_with_store, shown_database
from app.cli.places import add_models
from app.journal.extent import extent
from app.journal.lines import AnyLine
from app.journal.reader import find, find_all
from app.parquet import ParquetError
from app.reports.explain import explain
from app.store.engine.connections import sqlite_file
from app.store.store import Store
from app.usecases.people.find import lines_by_seller_lead_id, ping_ids_of
from app.usecases.pings.records import PingRecords


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid explain ID [--data DIR | --database URL] [--models DIR]`."""
    parser.add_argument("id", help="our ping_id, bid_id or lead_id, a seller's lead id, or the id of a record in a CRM")
    add_database(parser)
    add_models(parser)


def run(args: argparse.Namespace) -> int:
    """0 where the journal knows the ping."""
    journal: Path = args.data / "journal"
    if not args.id.strip():
        print("the id is empty: name a ping, bid, lead, seller lead id or CRM record", file=sys.stderr)
        return 1
    try:
        lines, looked = _lines(journal, args)
        if lines:
            print(explain(lines, PingRecords(journal, args.models).contributions))
            return 0
        print(
            "no ping, bid, lead, seller lead id or CRM record has this id, or its lines are gone. "
            f"Looked in {looked} and in the journal {journal} ({extent(journal)}). Is --data the directory of the "
            "service? Lines reach the journal within a second; files that were removed cannot be searched.",
            file=sys.stderr,
        )
    except ParquetError as error:
        print(error, file=sys.stderr)
    return 1


def _lines(journal: Path, args: argparse.Namespace) -> tuple[list[AnyLine], str]:
    """The lines about the ping that is meant, and which database was asked."""
    text = args.id.strip()
    lines = find(journal, text)
    if lines:
        return lines, ""
    ids, looked = _asked(args, text)
    return find_all(journal, ids) or lines_by_seller_lead_id(journal, text), looked


def _asked(args: argparse.Namespace, text: str) -> tuple[frozenset[str], str]:
    """The bids of the leads that go by this id in the database, and how that was asked; the journal needs none."""
    ids: set[str] = set()

    async def ask(store: Store, _: argparse.Namespace) -> int:
        ids.update(await ping_ids_of(store, text))
        return 0

    shown = shown_database(args)
    file = sqlite_file(database_url(args))
    if file is not None and not file.is_file():
        return frozenset(), f"no database ({shown} is not there)"
    status = run_with_store(args, ask)
    return frozenset(ids), f"the database {shown}" if status == 0 else f"no database ({shown} cannot be read)"
