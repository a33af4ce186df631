"""What all training commands share: common arguments, progress and output."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import msgspec

from app.bounds import real, whole
from app.domain.calendar import moment
from app.domain.post.disposition import Disposition
from app.domain.vertical import Vertical
from app.journal.lines import PingLine
from app.journal.reader import pings
from app.packaged import DEMO_CONFIG, OWN_MODELS, config_here, models_here
from training.histories.declared import MATURITY_DAYS, declared

Tell = Callable[[str], None]
_TOLD_EVERY = 20_000

_SOURCES = {
    "data": "a service's data directory, with its journal and its export",
    "journal": "one more directory of a journal",
    "sales": "one more sales.parquet of `leadbid export`",
    "outcomes": "one more outcomes.parquet of it",
}


def when(text: str) -> float:
    """A moment as an argument writes it, in UTC epoch seconds."""
    try:
        return moment(text, time.time())
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


_COMMON: dict[str, dict[str, Any]] = {
    **{
        name: {"type": Path, "action": "append", "default": [], "metavar": "PATH", "help": f"{what}; may be repeated"}
        for name, what in _SOURCES.items()
    },
    "models": {"type": Path, "default": models_here(), "help": "the folder of models (default: models)"},
    "config": {"type": Path, "default": DEMO_CONFIG, "help": "the configuration that declares the fields"},
    "vertical": {"action": "append", "default": [], "help": "only this vertical; may be repeated"},
    "since": {"type": when, "default": 0.0, "metavar": "WHEN", "help": "only pings at or after: 2026-11-21"},
    "until": {"type": when, "default": float("inf"), "metavar": "WHEN", "help": "only pings before"},
    "now": {"type": when, "default": None, "metavar": "WHEN", "help": "as known at this time"},
    "maturity-days": {
        "type": real(0, 3_650),
        "default": None,
        "help": "how many days a lead has to convert (default: those by which 95 %% of conversions are in, or "
        f"{MATURITY_DAYS:g} where too few are known)",
    },
    "conversion": {
        "choices": get_args(Disposition)[2:],
        "default": "sold",
        "help": "the disposition that counts as a conversion (default: sold)",
    },
    "keep": {
        "type": whole(1, 10_000),
        "default": 10,
        "metavar": "N",
        "help": "how many versions that never bid are kept, the newest (default: 10)",
    },
    "mlflow": {
        "metavar": "URI",
        "help": "log each version to this MLflow tracking server or folder (https://..., file:...)",
    },
    "json": {"action": "store_true", "help": "print JSON"},
}


def show(args: argparse.Namespace, value: Any, text: Callable[[], str]) -> None:
    """Print the answer: as JSON where that was asked for, else as text."""
    print(msgspec.json.encode(value).decode() if args.json else text())


def teller(about: str = "") -> Tell:
    """Says beside the answer what is being done, and how long that has taken by now."""
    began, head = time.monotonic(), f"{about}: " if about else ""

    def tell(what: str) -> None:
        print(f"{head}{what} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    return tell


def add(parser: argparse._ActionsContainer, *names: str) -> None:
    """The arguments of these names, which mean the same to every command."""
    for name in names:
        parser.add_argument(f"--{name}", **_COMMON[name])


def add_own_models(parser: argparse.ArgumentParser) -> None:
    """The models of a command that writes some: one's own, never those that come along."""
    add(parser, "models")
    parser.set_defaults(models=OWN_MODELS)


def add_own_config(parser: argparse._ActionsContainer) -> None:
    """The configuration that models must fit."""
    parser.add_argument(
        "--config",
        type=Path,
        default=config_here(),
        help="the configuration that declares the fields (default: buyer.toml, where there is one)",
    )


def own_verticals(config: Path | None) -> dict[str, Vertical] | None:
    """The buyer's verticals by name; where no configuration is named, None, and a word about what that leaves open."""
    if config is not None:
        return declared(config).verticals
    teller()("no buyer.toml here and no --config: whether the vertical declares the model's fields is not checked")
    return None


def add_sources(parser: argparse.ArgumentParser) -> None:
    """What `gathered` needs."""
    add(parser, *_SOURCES, "config", "since", "until", "now", "maturity-days", "conversion")


def journals_of(args: argparse.Namespace) -> list[Path]:
    """The journals that these arguments name, and those of the data directories."""
    return [*args.journal, *(data / "journal" for data in args.data)]


def told_pings(journals: Iterable[Path], since: float, until: float) -> Iterator[PingLine]:
    """Their pings, one journal after the other; every so often it is said how many there were by now."""
    tell = teller()
    for number, line in enumerate(chain.from_iterable(pings(journal, since, until) for journal in journals), 1):
        if number % _TOLD_EVERY == 0:
            tell(f"{number:,} pings")
        yield line
