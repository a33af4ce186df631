"""What a dataset is made of, asked for in the same words by every command that makes one."""

import argparse
import sys
import time
from pathlib import Path
from typing import get_args

from app.domain.post.disposition import Disposition
from app.packaged import DEMO_CONFIG
from training.histories.dataset import Rules, Sources, Summary, gather
from training.histories.declared import Declared
from training.histories.scratch import NoData
from training.spans import moment

MATURITY_DAYS = 14.0
DAY_S = 86_400.0

_PATHS = {
    "data": "a service's data directory, with its journal and its export",
    "journal": "one more directory of a journal",
    "sales": "one more sales.parquet of `leadbid export`",
    "outcomes": "one more outcomes.parquet of it",
}


def add_sources(parser: argparse.ArgumentParser) -> None:
    """What `gathered` needs, asked for in the same words by every command."""
    for name, what in _PATHS.items():
        parser.add_argument(
            f"--{name}", type=Path, action="append", default=[], metavar="PATH", help=f"{what}; may be repeated"
        )
    parser.add_argument("--config", type=Path, default=DEMO_CONFIG, help="whose fields to read")
    parser.add_argument("--since", type=moment, default=0.0, metavar="WHEN", help="pinged at or after: 2026-11-21")
    parser.add_argument("--until", type=moment, default=float("inf"), metavar="WHEN", help="pinged before")
    parser.add_argument("--now", type=moment, default=None, metavar="WHEN", help="as all was known then")
    parser.add_argument(
        "--maturity-days", type=float, default=MATURITY_DAYS, help=f"how long a lead may take ({MATURITY_DAYS:g})"
    )
    parser.add_argument(
        "--conversion", choices=get_args(Disposition)[2:], default="sold", help="what counts as one (sold)"
    )


def gathered(args: argparse.Namespace, known: Declared, out: Path) -> Summary:
    """The dataset that these arguments ask for, now in `out`. Raises NoData, ParquetError, OSError."""
    rules = Rules(
        since=args.since,
        until=args.until,
        now=args.now if args.now is not None else time.time(),
        maturity_s=args.maturity_days * DAY_S,
        conversion=args.conversion,
    )
    return gather(_sources(args), rules, known, out, tell)


def tell(what: str) -> None:
    """Say how far it is, beside the result."""
    print(what, file=sys.stderr, flush=True)


def _sources(args: argparse.Namespace) -> Sources:
    """The files that are named and those of the data directories; NoData where one must be there and is not."""
    journals, sales, outcomes = list(args.journal), list(args.sales), list(args.outcomes)
    for data in args.data:
        journals.append(data / "journal")
        sold, heard = data / "export" / "sales.parquet", data / "export" / "outcomes.parquet"
        if sold.exists() and heard.exists():
            sales.append(sold)
            outcomes.append(heard)
        elif (data / "leadbid.db").exists() or not args.sales:
            # A replica has its sales in a common database, and no file of its own.
            raise NoData(f"{data} holds no export: run `leadbid export --data {data}` first")
    if not journals:
        raise NoData("say where the journal is: --data DIR of a service, or --journal DIR")
    if not (sales and outcomes):
        raise NoData("say what was sold and what became of it: --data DIR, or --sales FILE and --outcomes FILE")
    for path in {*journals, *sales, *outcomes}:
        if not path.exists():
            raise NoData(f"{path} does not exist: name the service's own data directory, or what it exported")
    return Sources(
        journals=tuple(dict.fromkeys(path.resolve() for path in journals)),
        sales=tuple(dict.fromkeys(path.resolve() for path in sales)),
        outcomes=tuple(dict.fromkeys(path.resolve() for path in outcomes)),
    )
