"""`python -m training`: one command a line, from a history of leads to the models that price the next ping."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.scoring.artefact import Unusable
from training.errors import TrainingError

COMMANDS = {
    "describe": "draft what a file's columns mean, and name the fields that know too much",
    "train": "learn a conversion model, judge it, make it live if it may be",
    "dataset": "join journal, sales and outcomes into rows that models learn from",
    "landscape": "learn how rivals bid from auctions won and lost",
    "retrain": "learn from the service's own outcomes, and try what came of it beside what is live",
    "evaluate": "say whether a model may spend money: what it would have earned on what was bid",
    "replay": "decide logged pings again, by the model that decided them or by another",
    "registry": "list, promote, try and roll back models",
    "status": "say how each challenger stands against its champion by now",
    "drift": "say whether the world that a model learned is still the one it is asked about",
    "simulate": "compare pricing policies in a made-up market, through the real decision",
}
"""Name -> what it does; `training.commands.NAME` is its module."""


class TrainingCommand(Protocol):
    """A command's module: `run` returns 0, 1 for a no, 2 where it could not be asked, or raises what is said then."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    for name, purpose in COMMANDS.items():
        commands.add_parser(name, help=purpose, add_help=False)
    words = list(sys.argv[1:] if argv is None else argv)
    name = parser.parse_args(words[:1]).command
    command = cast(TrainingCommand, import_module(f"training.commands.{name}"))
    own = argparse.ArgumentParser(
        prog=f"python -m training {name}", description=f"{COMMANDS[name].capitalize()}.", allow_abbrev=False
    )
    command.add_arguments(own)
    args = own.parse_args(words[1:])
    try:
        return command.run(args)
    except (TrainingError, OtherVersion, ParquetError, Unusable) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'a file'} cannot be used ({error.strerror})", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
