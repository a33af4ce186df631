"""What every command of training does alike: its common arguments, its progress, its answer and its refusals."""

import argparse
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec

from app.domain.post.disposition import Disposition
from app.parquet import ParquetError
from app.scoring.artefact import Unusable
from training.errors import TrainingError
from training.histories.dataset import Rules, Summary, gather
from training.histories.declared import Declared
from training.histories.sources import DAY_S, MATURITY_DAYS, sources_of

Tell = Callable[[str], None]

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SOURCES = {
    "data": "a service's data directory, with its journal and its export",
    "journal": "one more directory of a journal",
    "sales": "one more sales.parquet of `leadbid export`",
    "outcomes": "one more outcomes.parquet of it",
}


def answered(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """The exit status of a command; 2, and a sentence, where it could not be done."""
    try:
        return run(args)
    except (TrainingError, ParquetError, Unusable) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'a file'} cannot be used ({error.strerror})", file=sys.stderr)
    return 2


def show(args: argparse.Namespace, value: Any, text: Callable[[], str]) -> None:
    """Print the answer: as JSON where that was asked for, else as text."""
    print(msgspec.json.encode(value).decode() if args.json else text())


def teller(about: str = "") -> Tell:
    """Says beside the answer what is being done, and how long that has taken by now."""
    began, head = time.monotonic(), f"{about}: " if about else ""

    def tell(what: str) -> None:
        print(f"{head}{what} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    return tell


def add_json(parser: argparse.ArgumentParser, what: str) -> None:
    """`--json`."""
    parser.add_argument("--json", action="store_true", help=f"print {what}")


def add_models(parser: argparse.ArgumentParser, flag: str = "--models") -> None:
    """`--models`."""
    parser.add_argument(flag, type=Path, default=Path("models"), help="where the models stand (models)")


def add_config(parser: argparse._ActionsContainer) -> None:
    """`--config`."""
    parser.add_argument("--config", type=Path, default=Path("fixtures/demo/buyer.toml"), help="whose fields to read")


def add_verticals(parser: argparse._ActionsContainer) -> None:
    """`--vertical`, any number of them."""
    parser.add_argument("--vertical", action="append", default=[], help="only this one; may be repeated")


def add_span(parser: argparse.ArgumentParser) -> None:
    """`--since` and `--until`."""
    parser.add_argument("--since", type=moment, default=0.0, metavar="WHEN", help="pinged then or later: 2026-11-21")
    parser.add_argument("--until", type=moment, default=float("inf"), metavar="WHEN", help="pinged before")


def add_sources(parser: argparse.ArgumentParser) -> None:
    """What `gathered` needs."""
    for name, what in _SOURCES.items():
        parser.add_argument(
            f"--{name}", type=Path, action="append", default=[], metavar="PATH", help=f"{what}; may be repeated"
        )
    add_config(parser)
    add_span(parser)
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
    return gather(sources_of(args.data, args.journal, args.sales, args.outcomes), rules, known, out, teller())


def moment(text: str) -> float:
    """UTC epoch seconds of a date, a date with time, a span before now as in 7d, or of themselves."""
    span = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if span:
        return time.time() - int(span[1]) * _UNITS[span[2]]
    if re.fullmatch(r"\d{9,11}(?:\.\d*)?", text):
        return float(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: write 2026-11-21, 2026-11-21T10:00Z, or 30m, 12h, 7d") from None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
