"""Explains the bid or refusal of one ping, by any id that anybody has of it."""

import argparse
import sys
import time
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.cli.database import add_database, database_url, run_with_store, shown_database
from app.cli.places import add_models
from app.config.values.zip_table import zip_states
from app.domain.catalogue import with_limits
from app.domain.configuration import Configuration
from app.journal.configurations import catalogue_from
from app.journal.extent import extent
from app.journal.lines import AnyLine, PingLine
from app.journal.reader import find, find_all
from app.parquet import ParquetError
from app.reports.explain import ExplainedPing, explained_ping
from app.reports.pings.lines import LinesOfPing
from app.reports.pings.what_if import ChangedDecision, what_if_text
from app.scoring.load import load
from app.store.engine.connections import sqlite_file
from app.store.store import Store
from app.usecases.former import configuration_in_force
from app.usecases.operators.hear_requests import limits_of
from app.usecases.people.find import lines_by_seller_lead_id, ping_ids_of
from app.usecases.pings.changed_terms import OWN_NAMES, CannotChange
from app.usecases.pings.records import PingRecords
from app.usecases.pings.what_if import DecidesNow, what_if


class NotExplained(Exception):
    """Nothing is known of it; the text says where it was looked for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid explain ID [--what-if NAME=VALUE ...] [--json] [--data DIR | --database URL] [--models DIR]`."""
    parser.add_argument("id", help="our ping_id, bid_id or lead_id, a seller's lead id, or the id of a record in a CRM")
    parser.add_argument(
        "--what-if",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="decide the same ping with this changed, beside what it got: a field of the ping such as min_price=12.50, "
        "or " + ", ".join(f"{name}=" for name in OWN_NAMES) + "; may be given again",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object: the text and what was decided")
    add_database(parser)
    add_models(parser)


def run(args: argparse.Namespace) -> int:
    """0 where the journal knows the ping."""
    try:
        if args.what_if:
            changed = _changed(args)
            print(msgspec.json.encode(changed).decode() if args.json else what_if_text(changed))
            return 0
        explained = answer(args)
    except (NotExplained, CannotChange, ParquetError) as error:
        print(error, file=sys.stderr)
        return 1
    print(msgspec.json.encode(explained).decode() if args.json else explained.text)
    return 0


def answer(args: argparse.Namespace) -> ExplainedPing:
    """What the journal says of it. Raises NotExplained, ParquetError."""
    records = PingRecords(args.data / "journal", args.models)
    return explained_ping(_meant(args), records.contributions)


def _meant(args: argparse.Namespace) -> list[AnyLine]:
    """The lines about the ping that is meant. Raises NotExplained."""
    journal: Path = args.data / "journal"
    if not args.id.strip():
        raise NotExplained("the id is empty: name a ping, bid, lead, seller lead id or CRM record")
    lines, looked = _lines(journal, args)
    if lines:
        return lines
    raise NotExplained(
        "no ping, bid, lead, seller lead id or CRM record has this id, or its lines are gone. "
        f"Looked in {looked} and in the journal {journal} ({extent(journal)}). Is --data the directory of the "
        "service? Lines reach the journal within a second; files that were removed cannot be searched."
    )


def _changed(args: argparse.Namespace) -> ChangedDecision:
    """The decision with other terms, beside the same without. Raises NotExplained, CannotChange, ParquetError."""
    records = PingRecords(args.data / "journal", args.models)
    decision = LinesOfPing(_meant(args)).decision
    if decision is None:
        raise CannotChange("this ping was refused before it was decided: there is nothing to decide again")
    return what_if(decision, args.what_if, _in_force(decision, records, args))


def _in_force(line: PingLine, records: PingRecords, args: argparse.Namespace) -> DecidesNow:
    """What the service last put in force with today's models; without a database what decided the ping."""
    found: list[Configuration] = []
    limits: dict[str, int] = {}

    async def ask(store: Store, _: argparse.Namespace) -> int:
        found.extend([each] if (each := await configuration_in_force(store)) is not None else [])
        limits.update(limits_of(await store.requests(time.time())))
        return 0

    file = sqlite_file(database_url(args))
    if file is None or file.is_file():
        run_with_store(args, ask)
    declared = found[0] if found else records.configuration(line.config)
    if isinstance(declared, str):
        raise CannotChange(f"no configuration is known to decide it by: {declared}")
    loaded = load(args.models)
    catalogue = replace(
        catalogue_from(declared, loaded.models), challengers=loaded.challengers, zip_states=zip_states()
    )
    return DecidesNow(catalogue=with_limits(catalogue, limits), records=records)


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
