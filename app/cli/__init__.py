"""The command line: one module a command, imported when it is used."""

import argparse
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import version
from typing import Protocol, cast

from app.cli.help import sentence
from app.cli.places import locate
from app.journal.versions import OtherVersion
from app.platforms.errors import NoPlatform
from app.private_files import remedy_of
from app.store.errors import StoreUnfit

GROUPS = {
    "service": {
        "init": "create a first buyer.toml from a few questions",
        "demo": "simulate one business day over real HTTP in minutes, then report it",
        "serve": "answer pings and posts, and deliver bought leads",
        "check": "check a configuration file: list its problems, or summarize it",
        "sample": "print a sample ping or post of a made-up consumer, ready to send",
        "conform": "test a buyer's endpoint as the clients of the seller platforms would",
        "sandbox": "run a buyer for sellers to test against, with a live page of every request",
        "fakes": "run fake providers of certificates, with every answer of the real ones",
        "exchange": "simulate sellers and rival buyers against any buyer's endpoint",
        "monitoring": "write alert rules for Prometheus and a dashboard for Grafana",
        "mcp": "answer an AI assistant's questions from the reports, over MCP",
        "migrate": "migrate a database to the tables of this version",
        "drill": "break a service of its own in earnest, and see whether it keeps its promises",
        "doctor": "examine a restored or copied data directory: what is damaged, and what is lost",
    },
    "sellers": {
        "sellers": "add sellers, rotate their keys, take them live and list them",
        "instructions": "make the link to a seller's posting instructions, or write them to files",
        "scorecard": "show a seller's scorecard: bids, wins, refusals, returns and latency",
        "certification": "show a seller's progress in certification, or make the link to its page",
    },
    "buying": {
        "campaigns": "show each campaign: what keeps it from bidding, caps against their plans, what makes its prices",
        "price-to-win": "show our price beside the one that wins half, and what a dollar more would buy",
    },
    "records": {
        "explain": "explain any bid or refusal, term by term in dollars",
        "journal": "compact the journal to Parquet, or print its statistics",
        "export": "export sales and outcomes to Parquet for training, without personal data",
    },
    "money": {
        "profit": "show what leads cost and brought, by campaign, seller, sub-source, state or hour",
        "forecast": "forecast leads and spend to the end of the month and for 90 days, by seller",
        "returns": "give leads back: ask, list, answer, import a seller's answers, export",
        "invoice": "print what is owed to a seller for a month, lead by lead",
        "reconcile": "compare a seller's bill with what is owed, each difference with its cause",
    },
    "people": {
        "leads": "find a lead by phone, email or any id, or pack the signed proof of it",
        "person": "show all that is held of a person",
        "forget": "erase a person everywhere, and never buy them again",
        "hold": "keep what a dispute is about from being erased",
        "purge": "remove what was kept as long as the configuration says, or count it",
        "suppress": "say who may not be bought, one by one or by a list, and take it back",
    },
    "operate": {
        "status": "show what needs attention, caps and budgets, what is in force, CRMs, providers and models",
        "alerts": "list, test and mute what is told of that needs attention",
        "pause": "pause a campaign or a seller while the service runs",
        "resume": "resume a paused campaign or seller",
        "suspend": "stop buying from a seller until it is resumed",
        "boost": "add to the value of a campaign's leads until a time",
        "cap": "put another limit in the place of a cap's",
        "demand": "say how many leads a territory can still work",
        "signal": "put a timed premium on a territory",
        "models": "show what prices each vertical, how its scores held on matured leads, and what is tried",
        "reload": "show a changed configuration that waits for consent, and have it taken",
        "operators": "make, list, rotate and remove the keys of operators, and set their passwords",
        "audit": "list, verify or export the log of operators' acts",
        "keys": "list and rotate the keys that sign bids and seal leads, while the service runs",
        "outcomes": "import outcomes of leads from a CSV file of the CRM",
        "deliveries": "list, show, replay and move deliveries to CRMs",
    },
}
"""Package -> name -> what it does."""

COMMANDS = {name: what for commands in GROUPS.values() for name, what in commands.items()}
MODULES = {
    name: f"app.cli.{package}.{name.replace('-', '_')}" for package, commands in GROUPS.items() for name in commands
}
"""The module of each command."""


class Command(Protocol):
    """The functions of a command's module."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print(_usage())
        return 0 if words else 2
    if words[0] == "--version":
        print(f"leadbid {version('leadbid')}")
        return 0
    name, rest = words[0], words[1:]
    if garbled := next((word for word in words if not _is_text(word)), None):
        print(f"leadbid: {garbled!a} is not text in UTF-8: write it again, or rename the file", file=sys.stderr)
        return 2
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, 1)
        print(
            f"leadbid: there is no command {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""), file=sys.stderr
        )
        print(_usage(), file=sys.stderr)
        return 2
    return _run(name, rest)


def _is_text(word: str) -> bool:
    """Whether it can be printed, stored and written; bytes that the shell passes on undecoded cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


def _run(name: str, words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog=f"leadbid {name}", description=sentence(COMMANDS[name]), allow_abbrev=False)
    try:
        command = cast(Command, import_module(MODULES[name]))
        command.add_arguments(parser)
        args = parser.parse_args(words)
        locate(args)
        return command.run(args)
    except (OtherVersion, NoPlatform, StoreUnfit) as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has closed it, as `head` does; without this the interpreter would print an error.
        sys.stderr.close()
        return 141
    except PermissionError as error:
        if error.filename is None:
            raise
        # As `status` and `doctor` say that they cannot look.
        print(f"{error.filename} cannot be used ({error.strerror}): {remedy_of(error)}", file=sys.stderr)
        return 2


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {what}" for name, what in COMMANDS.items()]
    return "\n".join(
        ["usage: leadbid COMMAND ...", "", *lines, "", "`leadbid COMMAND --help` explains a command's options."]
    )
