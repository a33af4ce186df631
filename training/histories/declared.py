"""What training needs of `buyer.toml`: the fields of each vertical, and the zone in which hours count."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from app.domain.vertical import Vertical


class NotDeclared(Exception):
    """The configuration does not say what training must know: the message tells what, and where."""


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """Verticals by name, in declared order."""

    verticals: dict[str, Vertical]
    zone: str


def declared(path: Path) -> Declared:
    """Read leniently: what else is wrong with the file is for `leadbid check` to say."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        verticals = [_vertical(table) for table in told.get("verticals", [])]
        zone = told["buyer"]["time_zone"]
    except OSError as error:
        raise NotDeclared(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, KeyError, TypeError) as error:
        raise NotDeclared(
            f"{path} does not declare verticals and buyer.time_zone: {error}. Try `leadbid check`"
        ) from None
    return Declared(verticals={vertical.name: vertical for vertical in verticals}, zone=zone)


def _vertical(table: dict[str, Any]) -> Vertical:
    return msgspec.convert({"title": table.get("name"), **table}, type=Vertical)
