"""`python -m training`: one command a line, from a history of leads to the models that price the next ping."""

import argparse
import ast
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
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
    try:
        command = cast(TrainingCommand, import_module(f"training.commands.{name}"))
    except ModuleNotFoundError as missing:
        return _without(missing, name, words[1:])
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


def _without(missing: ModuleNotFoundError, name: str, words: Sequence[str]) -> int:
    """Where the extra is not installed there is help all the same, though not on every option; else status 2."""
    if str(missing.name).partition(".")[0] in ("app", "training"):
        raise missing
    remedy = f"{name} needs {missing.name}: pip install 'leadbid[training]'"
    if not {"-h", "--help"} & set(words):
        print(remedy, file=sys.stderr)
        return 2
    print(f"{COMMANDS[name].capitalize()}.\n\n{_usage(name)}\n\n{remedy}")
    return 0


def _usage(name: str) -> str:
    """What a command's module says of its arguments, without importing it."""
    spec = find_spec(f"training.commands.{name}")
    source = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
    functions = (each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef))
    return next(filter(None, (ast.get_docstring(each) for each in functions if each.name == "add_arguments")), "")


def _keep_to_our_own() -> None:
    """Take the working directory off the path, where `python -m` puts it: an `app` that lies there is somebody else's.

    Not where this package itself was found there.
    """
    here, first = Path(__file__).resolve().parents[1], Path(sys.path[0] or os.curdir).resolve()
    if not sys.flags.safe_path and first == Path.cwd() and first != here:
        del sys.path[0]


if __name__ == "__main__":
    _keep_to_our_own()
    sys.exit(main())
