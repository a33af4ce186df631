"""Explains the bid or refusal of one ping_id."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from app.cli.places import add_data, add_models
from app.domain.auction.features import facts_of
from app.domain.calendar import local_minute
from app.journal.configurations import NoConfiguration, read
from app.journal.lines import PingLine
from app.journal.reader import find
from app.parquet import ParquetError
from app.reports.explain import explain
from app.scoring.contributions import Contributions
from app.scoring.explain import Explainers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid explain PING_ID [--data DIR] [--models DIR]`."""
    parser.add_argument("ping_id", help="the ping_id or bid_id of any answer, whether a bid or a refusal")
    add_data(parser)
    add_models(parser)


def run(args: argparse.Namespace) -> int:
    """0 where the journal knows the ping."""
    try:
        lines = find(args.data / "journal", args.ping_id)
    except ParquetError as error:
        print(error, file=sys.stderr)
        return 1
    if not lines:
        print(
            f"{args.data / 'journal'} has no ping with this id. Is --data the directory of the service? "
            "Lines reach the journal within a second; files that you have removed cannot be searched.",
            file=sys.stderr,
        )
        return 1
    print(explain(lines, _contributed(args.data / "journal", args.models)))
    return 0


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
