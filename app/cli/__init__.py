"""The command line: one module a command, imported when it is used."""

import argparse
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import version
from typing import Protocol, cast

from app.journal.versions import OtherVersion

GROUPS = {
    "service": {
        "init": "write a first buyer.toml from a few answers",
        "demo": "live one business day over real HTTP in minutes, then report",
        "serve": "answer pings and posts, deliver what is bought",
        "check": "read a configuration and say what is wrong with it, or sum it up",
        "sample": "print a ping or post of a made-up consumer, ready to send",
        "conform": "play a platform's client against a buyer's endpoint: would it be understood?",
        "sandbox": "be a reference buyer to test against, with a live page of every request",
        "exchange": "play sellers and rival buyers against any buyer's endpoint",
        "migrate": "bring a database to this version's tables",
    },
    "sellers": {
        "sellers": "add sellers, change their keys, let them go live, suspend and resume them",
        "instructions": "link to a seller's posting instructions, or write them into files",
        "scorecard": "say how the trade with a seller went, as the seller can read it itself",
        "certification": "say what a seller has shown in its tests, or make the link to its page",
    },
    "records": {
        "explain": "derive any bid or refusal in dollars",
        "journal": "compact it into Parquet, or say what it holds in numbers",
        "export": "write sales and outcomes to Parquet for training, without a person in them",
    },
    "operate": {
        "pause": "stop a campaign or a seller while the service runs",
        "resume": "let what is paused go on",
        "outcomes": "take what became of leads from a CSV file, after a dry run",
        "deliveries": "list, show and replay what was sent to CRMs",
    },
}
"""Package -> name -> what it does; `app.cli.PACKAGE.NAME` is its module."""

COMMANDS = {name: what for commands in GROUPS.values() for name, what in commands.items()}
_PACKAGES = {name: package for package, commands in GROUPS.items() for name in commands}


class Command(Protocol):
    """What a command's module has."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print(_usage())
        return 0 if words else 2
    if words[0] == "--version":
        print(f"leadbid {version('leadbid')}")
        return 0
    name, rest = words[0], words[1:]
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, 1)
        print(
            f"leadbid: there is no command {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""), file=sys.stderr
        )
        print(_usage(), file=sys.stderr)
        return 2
    return _run(name, rest)


def _run(name: str, words: list[str]) -> int:
    command = cast(Command, import_module(f"app.cli.{_PACKAGES[name]}.{name}"))
    parser = argparse.ArgumentParser(
        prog=f"leadbid {name}", description=f"{COMMANDS[name].capitalize()}.", allow_abbrev=False
    )
    command.add_arguments(parser)
    args = parser.parse_args(words)
    try:
        return command.run(args)
    except OtherVersion as other:
        print(other, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; without this the interpreter would complain on its way out.
        sys.stderr.close()
        return 141


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {what}" for name, what in COMMANDS.items()]
    return "\n".join(
        ["usage: leadbid COMMAND ...", "", *lines, "", "`leadbid COMMAND --help` explains a command's options."]
    )
