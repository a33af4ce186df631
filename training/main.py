"""`python -m training`: train, evaluate and manage the models that price pings."""

import argparse
import ast
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.platforms.errors import NoPlatform
from app.scoring.artefact import Unusable
from app.scoring.registry.changes import NotChanged
from training.errors import TrainingError

COMMANDS = {
    "describe": "draft the specification of a history, and name fields that leak the outcome",
    "train": "train a conversion model, check it against its gates, and make it live if it passes",
    "import-model": "take a model that LightGBM, XGBoost, CatBoost or scikit-learn fitted through the same gates",
    "dataset": "join journal, sales and outcomes into the rows that models are trained on",
    "landscape": "train the win model from auctions won and lost",
    "retrain": "train challengers on the service's own outcomes, and try them beside the live models",
    "evaluate": "estimate what a model would have earned on the logged bids, and whether it may be promoted",
    "replay": "decide logged pings again, with the same model or with another",
    "registry": "list, promote, try and roll back models",
    "status": "compare each challenger with its champion on the pings of the trial",
    "drift": "report whether scores, fields, bids, prices or conversions have drifted",
    "simulate": "compare pricing policies in a simulated market",
    "coverage": "measure how often the intervals of an evaluation hold the truth, in simulated logs",
}
"""Name -> what it does; `training.commands.NAME` is its module, with `_` for `-`."""


class TrainingCommand(Protocol):
    """A command's module: `run` returns 0, 1 for a negative result, 2 where it could not run, or raises the reason."""

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
    try:
        command = cast(TrainingCommand, import_module(_module(name)))
    except ModuleNotFoundError as missing:
        return _without(missing, name, words[1:])
    except NoPlatform as wrong:
        print(wrong, file=sys.stderr)
        return 2
    own = argparse.ArgumentParser(
        prog=f"python -m training {name}", description=_sentence(COMMANDS[name]), allow_abbrev=False
    )
    command.add_arguments(own)
    args = own.parse_args(words[1:])
    try:
        return command.run(args)
    except (TrainingError, NotChanged, OtherVersion, ParquetError, Unusable) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'a file'} cannot be used ({error.strerror})", file=sys.stderr)
    return 2


def _module(name: str) -> str:
    return f"training.commands.{name.replace('-', '_')}"


def _sentence(purpose: str) -> str:
    """The purpose of a command as a sentence. `str.capitalize` would write CSV as csv."""
    return f"{purpose[:1].upper()}{purpose[1:]}."


def _without(missing: ModuleNotFoundError, name: str, words: Sequence[str]) -> int:
    """Without the extra, print the help that needs no import; any other call ends with status 2."""
    if str(missing.name).partition(".")[0] in ("app", "training"):
        raise missing
    remedy = f"{name} needs {missing.name}: pip install 'leadbid[training]'"
    if not {"-h", "--help"} & set(words):
        print(remedy, file=sys.stderr)
        return 2
    print(f"{_sentence(COMMANDS[name])}\n\n{_usage(name)}\n\n{remedy}")
    return 0


def _usage(name: str) -> str:
    """The docstring of a command's `add_arguments`, read without importing its module."""
    spec = find_spec(_module(name))
    source = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
    functions = (each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef))
    return next(filter(None, (ast.get_docstring(each) for each in functions if each.name == "add_arguments")), "")
