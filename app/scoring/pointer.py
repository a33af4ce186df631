"""`models/current.toml`: which version of each vertical's model is live, and which one is tried beside it.

solar = "0003"
roofing = { live = "0002", before = "0001", challenger = "0004", canary = 0.1, since = "2026-11-21T09:00:00Z" }
"""

import re
import tomllib
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

import msgspec

from app.domain.calendar import moment
from app.scoring.artefact import Unusable, read_bytes

POINTER = "current.toml"

_HEADER = "# The model that prices each vertical. Going back to an earlier one is editing its line.\n"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_KEYS = ("live", "before", "challenger", "canary", "since", "matures_days")
MATURES_DAYS = 14.0
"""How long a lead has to convert, unless something else is said."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One vertical. `before` was live before, `challenger` is tried: it bids for the share `canary`, else in shadow.

    It has that share `since` then, and its leads are judged when they are `matures_days` old: a canary that costs more
    than chance explains stops itself. One without `since` is nobody's to judge.

    `problem` says what is invalid; `live` is used anyway, and no challenger is tried.
    """

    live: str
    before: str = ""
    challenger: str = ""
    canary: float = 0.0
    since: str = ""
    matures_days: float = MATURES_DAYS
    problem: str = ""


def read_pointer(models_dir: Path) -> dict[str, Entry | Unusable]:
    """What the file says of each vertical, or why that names no version. Raises `Unusable` where it is no TOML."""
    return entries_in(read_bytes(models_dir / POINTER))


def entries_in(body: bytes) -> dict[str, Entry | Unusable]:
    """The same of a file's bytes."""
    try:
        told = tomllib.loads(body.decode())
    # Numbers of thousands of digits are a plain ValueError, as is text that is not UTF-8.
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{POINTER} is not TOML: {error}") from None
    return {vertical: _entry(value) for vertical, value in told.items()}


def edited(text: str, vertical: str, entry: Entry) -> str:
    """The file with this vertical's line replaced or added, and whatever else a person wrote into it kept.

    Raises `Unusable` where all of it must be written anew, and a line of another vertical names no version.
    """
    wanted = {**entries_in(text.encode()), vertical: entry}
    line, name = _line(vertical, entry), re.escape(vertical)
    stands = re.compile(rf"^[ \t]*(?:{name}|\"{name}\"|'{name}')[ \t]*=.*$", re.MULTILINE)
    ended = text if text.endswith("\n") or not text else f"{text}\n"
    changed = stands.sub(lambda _: line, ended) if stands.search(ended) else f"{ended or _HEADER}{line}\n"
    if _says(changed, wanted):
        return changed
    # Written in some other way, as with a table of its own.
    lines = []
    for other, each in sorted(wanted.items()):
        if isinstance(each, Unusable):
            raise Unusable(f"{other} in the way: {each}")
        lines.append(_line(other, each) + "\n")
    return _HEADER + "".join(lines)


def is_version(value: object) -> bool:
    """Whether this can name a version: a folder directly beneath its vertical's, and nothing else."""
    return isinstance(value, str) and _VERSION.fullmatch(value) is not None


def _entry(value: object) -> Entry | Unusable:
    told: dict[str, Any] = value if isinstance(value, dict) else {"live": value}
    live = _text(told.get("live"))
    if not live:
        return Unusable(f'{POINTER} must name a version, such as "0001", not a path or a file')
    problem = _problem(told)
    if problem:
        return Entry(
            live=live, before=_text(told.get("before")), problem=f"{POINTER}: {problem}; no challenger is tried"
        )
    return Entry(
        live=live,
        before=told.get("before", ""),
        challenger=told.get("challenger", ""),
        canary=float(told.get("canary", 0.0)),
        since=told.get("since", ""),
        matures_days=float(told.get("matures_days", MATURES_DAYS)),
    )


def _problem(told: dict[str, Any]) -> str:
    """The first thing about a trial that cannot be meant."""
    for key in told:
        if key not in _KEYS:
            return f"{key!r} means nothing, there are {', '.join(_KEYS)}"
    for key in ("before", "challenger"):
        if key in told and not is_version(told[key]):
            return f'{key} must name a version, such as "0001"'
    canary = told.get("canary", 0.0)
    if isinstance(canary, bool) or not isinstance(canary, (int, float)) or not 0.0 <= canary <= 1.0:
        return "canary must be a share from 0 to 1, such as 0.1"
    if canary > 0.0 and "challenger" not in told:
        return "canary needs a challenger"
    days = told.get("matures_days", 0.0)
    if isinstance(days, bool) or not isinstance(days, (int, float)) or not 0.0 <= days < inf:
        return "matures_days must be a number of days"
    if not _is_moment(told.get("since", "")):
        return 'since must be a time, such as "2026-11-21T09:00:00Z"'
    return "challenger is the live version itself" if told.get("challenger") == told["live"] else ""


def _is_moment(value: object) -> bool:
    try:
        return value == "" or (isinstance(value, str) and moment(value, 0.0) > 0.0)
    except ValueError:
        return False


def _text(value: object) -> str:
    return value if isinstance(value, str) and is_version(value) else ""


def _says(text: str, wanted: Mapping[str, Entry | Unusable]) -> bool:
    try:
        found = entries_in(text.encode())
    except Unusable:
        return False
    return {name: str(each) for name, each in found.items()} == {name: str(each) for name, each in wanted.items()}


def _line(vertical: str, entry: Entry) -> str:
    """An entry as TOML: the bare version where nothing else is to be said."""
    told = {key: value for key, value in msgspec.to_builtins(entry).items() if value and key != "problem"}
    if len(told) == 1:
        return f'{vertical} = "{entry.live}"'
    words = [f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value!r}" for key, value in told.items()]
    return f"{vertical} = {{ {', '.join(words)} }}"
