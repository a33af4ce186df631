"""Every platform there is: the folders of this package, and those that other installed packages register.

A package from outside names its `Platform` in an entry point of the group `leadbid.platforms`. All are found when this
module is imported, hence before anything reads what it holds; `register` adds one more.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import MappingProxyType

from app import platforms
from app.dialects.aliases import learn_aliases, learn_key_field
from app.dialects.dialect import Dialect
from app.dialects.own_words import GENERIC
from app.dialects.sending import Sending
from app.platforms.errors import NoPlatform
from app.platforms.platform import Parsers, Platform

ENTRY_POINTS = "leadbid.platforms"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED = frozenset({"test", "posts", "demand", "signals"})
"""Segments of our own paths beneath `/v1/`, for which `/v1/{name}/ping` would be taken."""

_platforms: dict[str, Platform] = {}
_dialects: dict[str, Dialect] = {GENERIC.name: GENERIC}
_parsers: dict[str, Parsers] = {}
_listeners: list[Callable[[Dialect], None]] = []

PLATFORMS: Mapping[str, Platform] = MappingProxyType(_platforms)
DIALECTS: Mapping[str, Dialect] = MappingProxyType(_dialects)
PARSERS: Mapping[str, Parsers] = MappingProxyType(_parsers)
"""All by name. Dialects and parsers are those of the platforms that have a dialect, our own words first."""


def register(platform: object) -> None:
    """Make a platform known for as long as the process lives.

    Do so before requests are read: under which names a seller's fields are looked for is worked out once.
    """
    if not isinstance(platform, Platform):
        raise NoPlatform(f"{platform!r} is not an app.platforms.platform.Platform")
    name, dialect, parsers = platform.name, platform.dialect, platform.parsers
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise NoPlatform(f"a platform cannot be named {name!r}: use lower-case letters, digits and _, and none of ours")
    if name in _platforms:
        raise NoPlatform(f"there is a platform {name!r} already")
    if dialect is not None and dialect.name != name:
        raise NoPlatform(f"the dialect of {name!r} is named {dialect.name!r}: use one name for both")
    if (dialect is None) != (parsers is None):
        raise NoPlatform(f"{name!r} needs both a dialect and parsers, or neither")
    _platforms[name] = platform
    if dialect is not None and parsers is not None:
        _dialects[name] = dialect
        _parsers[name] = parsers
        _learn(dialect.sends)
        for tell in _listeners:
            tell(dialect)


def for_each_dialect(tell: Callable[[Dialect], None]) -> None:
    """Tell of every dialect that is known, and of each that is registered later."""
    for dialect in DIALECTS.values():
        tell(dialect)
    _listeners.append(tell)


def _learn(sends: Sending) -> None:
    """Understand a platform's field names in every request, from any seller."""
    learn_aliases({ours: (theirs,) for ours, theirs in sends.names.items()} | {"ping_id": (sends.id,)})
    learn_aliases({"": (*sends.always, *(name for fields in sends.modes.values() for name in fields))})
    if not sends.headers(""):
        learn_aliases({"": (sends.key,)})
        learn_key_field(sends.key)


def _own() -> Iterator[Platform]:
    """The platforms of this package, our own words first."""
    names = sorted(module.name for module in iter_modules(platforms.__path__) if module.ispkg)
    names.sort(key=lambda name: name != GENERIC.name)
    for name in names:
        yield import_module(f"{platforms.__name__}.{name}").PLATFORM


def _installed() -> Iterator[object]:
    """What other packages name in their entry points."""
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        try:
            yield entry.load()
        except Exception as error:
            raise NoPlatform(
                f"the entry point {entry.name} = {entry.value} cannot be loaded ({type(error).__name__}: {error}): "
                "mend or remove the package that brings it"
            ) from error


for _platform in (*_own(), *_installed()):
    register(_platform)
