"""A tool: a command that is called with typed arguments, and answers what its `--json` prints."""

import argparse
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NoReturn

import msgspec

from app.cli import MODULES
from app.cli.by_user import by_user
from app.cli.places import locate
from app.cli.records.explain import NotExplained
from app.cli.records.journal import NoJournal
from app.cli.sellers.declared import NotDeclared
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.platforms.errors import NoPlatform
from app.reports.by_hour import SpanTooLong
from app.settings import SettingsError
from app.store.errors import StoreError
from app.usecases.operators.requests import NotDone
from app.usecases.people.who import NobodyNamed

_PLACES = ("data", "database", "config", "models", "keys")
"""Where the service's files are: said once to the server, never by whoever calls a tool."""


class BadCall(Exception):
    """The arguments do not fit; the text names the one that does not, and what to write."""


_EXPECTED = (
    BadCall,
    NobodyNamed,
    NoJournal,
    NoPlatform,
    NotDeclared,
    NotDone,
    NotExplained,
    OSError,
    OtherVersion,
    ParquetError,
    SettingsError,
    SpanTooLong,
    StoreError,
    ValueError,
)


class NotAnswered(Exception):
    """A tool has no answer; the text says why, and what to do."""


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a tool takes: by field, one argument or option of its command."""


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """`command` are the words that it stands for, `positional` the arguments that follow them without a name.

    `answer` is what the command prints as JSON. One that `acts` changes something, and says who wants it and why.
    """

    name: str
    what: str
    command: tuple[str, ...]
    arguments: type[Arguments]
    answer: Callable[[argparse.Namespace], object]
    positional: tuple[str, ...] = ()
    acts: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of its arguments."""
        _, schemas = msgspec.json.schema_components([self.arguments])
        schema = schemas[self.arguments.__name__]
        return {name: part for name, part in schema.items() if name != "title"}

    def call(self, given: object, places: argparse.Namespace) -> bytes:
        """The answer as JSON. Raises NotAnswered."""
        try:
            arguments = msgspec.convert(given, self.arguments)
            args = self._parsed(list(self._words(arguments)), places)
            args.by = f"{by_user()} for {getattr(arguments, 'by', '')}"
            return msgspec.json.encode(self.answer(args))
        except _EXPECTED as reason:
            raise NotAnswered(str(reason)) from None

    def _words(self, arguments: Arguments) -> Iterator[str]:
        """As a person would type them; a value never counts as an option, whatever it begins with."""
        yield from self.command[1:]
        for name in arguments.__struct_fields__:
            value = getattr(arguments, name)
            if name not in (*self.positional, "by") and value not in (None, "", False):
                yield f"--{name.replace('_', '-')}{'' if value is True else f'={value}'}"
        if self.positional:
            yield "--"
            yield from (str(getattr(arguments, name)) for name in self.positional)

    def _parsed(self, words: list[str], places: argparse.Namespace) -> argparse.Namespace:
        parser = _Parser(prog=f"leadbid {self.command[0]}", add_help=False, allow_abbrev=False)
        import_module(MODULES[self.command[0]]).add_arguments(parser)
        args = parser.parse_args(words)
        for name in _PLACES:
            if hasattr(args, name) and getattr(places, name, None):
                setattr(args, name, getattr(places, name))
        locate(args)
        return args


class _Parser(argparse.ArgumentParser):
    """Says what does not fit to whoever called, and ends nothing."""

    def error(self, message: str) -> NoReturn:
        raise BadCall(message)
