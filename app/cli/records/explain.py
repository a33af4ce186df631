"""Explains the bid or refusal of one ping, by any id that anybody has of it."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.cli.database import add_database, database_url, run_with_store, shown_database
from app.cli.places import add_models
from app.domain.auction.features import facts_of
from app.domain.calendar import local_minute
from app.journal.configurations import NoConfiguration, read
from app.journal.extent import extent
from app.journal.lines import AnyLine, PingLine
from app.journal.reader import find, find_all
from app.parquet import ParquetError
from app.reports.explain import ExplainedPing, explained_ping
from app.scoring.contributions import Contributions
from app.scoring.explain import Explainers
from app.store.engine.connections import sqlite_file
from app.store.store import Store
from app.usecases.people.find import lines_by_seller_lead_id, ping_ids_of


class NotExplained(Exception):
    """Nothing is known of it; the text says where it was looked for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid explain ID [--json] [--data DIR | --database URL] [--models DIR]`."""
    parser.add_argument("id", help="our ping_id, bid_id or lead_id, a seller's lead id, or the id of a record in a CRM")
    parser.add_argument("--json", action="store_true", help="print one JSON object: the text and what was decided")
    add_database(parser)
    add_models(parser)


def run(args: argparse.Namespace) -> int:
    """0 where the journal knows the ping."""
    try:
        explained = answer(args)
    except (NotExplained, ParquetError) as error:
        print(error, file=sys.stderr)
        return 1
    print(msgspec.json.encode(explained).decode() if args.json else explained.text)
    return 0


def answer(args: argparse.Namespace) -> ExplainedPing:
    """What the journal says of it. Raises NotExplained, ParquetError."""
    journal: Path = args.data / "journal"
    if not args.id.strip():
        raise NotExplained("the id is empty: name a ping, bid, lead, seller lead id or CRM record")
    lines, looked = _lines(journal, args)
    if lines:
        return explained_ping(lines, _contributed(journal, args.models))
    raise NotExplained(
        "no ping, bid, lead, seller lead id or CRM record has this id, or its lines are gone. "
        f"Looked in {looked} and in the journal {journal} ({extent(journal)}). Is --data the directory of the "
        "service? Lines reach the journal within a second; files that were removed cannot be searched."
    )


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


def _contributed(journal: Path, models: Path) -> Callable[[PingLine], Contributions | str]:
    """What the fields of a ping add, by the version that decided it."""
    explainers = Explainers(models)

    def of(line: PingLine) -> Contributions | str:
        explainer = explainers.of(line.ping.vertical, line.model)
        if isinstance(explainer, str):
            return explainer
        try:
            zone = read(journal, line.config).buyer.zone
        except NoConfiguration as lacking:
            return str(lacking)
        local = local_minute(int(line.at // 60), zone)
        return explainer.of(facts_of(line.ping, local, line.known.consultations))

    return of
