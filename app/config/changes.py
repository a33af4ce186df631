"""Tells in words what a configuration changes in the one in force, and what it would lose as a whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from typing import Any
from urllib.parse import urlsplit

import msgspec

from app.config.caps import limit_in_words
from app.config.values.territory import territory_in_words
from app.config.values.week import hours_in_words
from app.domain.access.openid import OpenIdTerms
from app.domain.caps.caps import Cap
from app.domain.configuration import Configuration
from app.domain.money import money
from app.domain.schedule import Schedule
from app.domain.territory import Territory

SHOWN_MAX = 20
"""So many changes are said; of the rest their number."""
_TEXT_MAX = 60
"""A text that is longer is only said to have changed."""

_TOO_LONG = "." * (_TEXT_MAX + 1)
"""Stands for what cannot be said in a few words."""

_SECTIONS = ("verticals", "campaigns", "sellers", "operators", "destinations", "checks")
_LOST = {
    "campaigns": "every campaign: nothing is bought any more",
    "sellers": "every seller: nobody can ping any more",
    "operators": "every operator: no outcome, demand or signal is taken any more",
}
_SECRET = frozenset({"headers", "auth", "key_sha256"})
"""Of these it is only said that they changed: they may hold what nobody should read."""
_DERIVED = frozenset({"read_by_rules", "provider_facts"})
"""What follows from another change, which is said."""

_NAMES = {"zone": "time zone"}


def losses(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """What would be lost as a whole, as by a file that was cut off."""
    return tuple(
        f"loses {what} ({len(getattr(before, section))} until now)"
        for section, what in _LOST.items()
        if getattr(before, section) and not getattr(after, section)
    )


def changes(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """Every difference, one a line, without any secret: "campaign solar-tx: floor $5.00 -> $6.00"; at most a few."""
    lines = [f"buyer: {text}" for text in _changed(before.buyer, after.buyer)]
    lines += [f"alerts: {text}" for text in _changed(before.alerts, after.alerts)]
    lines += _of_openid(before.openid, after.openid)
    lines += [f"retention: {text}" for text in _changed(before.retention, after.retention)]
    for section in _SECTIONS:
        lines += _of_section(section[:-1], getattr(before, section), getattr(after, section))
    if len(lines) > SHOWN_MAX:
        lines[SHOWN_MAX:] = [f"and {len(lines) - SHOWN_MAX} more changes"]
    return tuple(lines) or ("nothing that is declared has changed",)


def _of_openid(before: OpenIdTerms | None, after: OpenIdTerms | None) -> Iterator[str]:
    """Who may come in is named by emails, which need not stand in logs."""
    if before is None or after is None:
        if before is not after:
            yield f"console.oidc: {'removed' if after is None else 'new'}"
        return
    for name in OpenIdTerms.__struct_fields__:
        if getattr(before, name) != getattr(after, name):
            yield f"console.oidc: {_word(name)} changed"


def _of_section(kind: str, before: Sequence[Any], after: Sequence[Any]) -> list[str]:
    then, now = _by_name(before), _by_name(after)
    gone = [f"{kind} {name}: removed" for name in then if name not in now]
    new = [f"{kind} {name}: new" for name in now if name not in then]
    return [
        *gone,
        *new,
        *(f"{kind} {name}: {text}" for name, (one, other) in _both(before, after) for text in _changed(one, other)),
    ]


def _changed(before: Any, after: Any) -> Iterator[str]:
    """What differs between two structs of one kind."""
    for name in type(after).__struct_fields__:
        then, now = getattr(before, name), getattr(after, name)
        if then != now and name not in _DERIVED:
            yield from _difference(name, then, now)


def _difference(name: str, then: Any, now: Any) -> Iterator[str]:
    if name == "key_sha256":
        yield _keys(then, now)
    elif name in _SECRET:
        yield f"{name} changed"
    elif name in ("caps", "fields") and isinstance(now, tuple):
        yield from _of_section(name[:-1], then, now) if name == "fields" else _caps(then, now)
    elif isinstance(now, msgspec.Struct) and type(now) is type(then) and not isinstance(now, Schedule | Territory):
        yield from (f"{_word(name)}: {text}" for text in _changed(then, now))
    else:
        yield _arrow(name, then, now)


def _caps(before: tuple[Cap, ...], after: tuple[Cap, ...]) -> Iterator[str]:
    then, now = _by_name(before), _by_name(after)
    yield from (f"cap {name} removed, {limit_in_words(cap)}" for name, cap in then.items() if name not in now)
    yield from (f"new cap {name}, {limit_in_words(cap)}" for name, cap in now.items() if name not in then)
    for name, (one, other) in _both(before, after):
        if one != other:
            words = limit_in_words(one), limit_in_words(other)
            yield f"cap {name} {words[0]} -> {words[1]}" if words[0] != words[1] else f"cap {name} changed"


def _keys(then: Iterable[str], now: Iterable[str]) -> str:
    added, removed = len({*now} - {*then}), len({*then} - {*now})
    parts = [f"{count} key{'' if count == 1 else 's'} {what}" for count, what in ((added, "new"), (removed, "removed"))]
    texts = [part for part, count in zip(parts, (added, removed), strict=True) if count]
    return ", ".join(texts) or "its keys changed"


def _arrow(name: str, then: Any, now: Any) -> str:
    words = _value(name, then), _value(name, now)
    if words[0] == words[1] or max(map(len, words)) > _TEXT_MAX:
        return f"{_word(name)} changed"
    return f"{_word(name)} {words[0]} -> {words[1]}"


def _word(name: str) -> str:
    """A field as it is spoken of, without its unit, which stands at the value."""
    for unit in ("_cents", "_s", "_ms", "_s_max"):
        name = name.removesuffix(unit)
    return _NAMES.get(name, name.replace("_", " "))


def _value(name: str, value: Any) -> str:
    if value is None or value == "" or (isinstance(value, Sized) and not len(value)):
        return "none"
    if isinstance(value, Territory):
        return territory_in_words(value)
    if isinstance(value, Schedule):
        return hours_in_words(value.minutes)
    if name == "url":
        return _address(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(name, value)
    if isinstance(value, str):
        return value
    if isinstance(value, tuple | frozenset) and all(isinstance(one, str) for one in value):
        return ", ".join(value if isinstance(value, tuple) else sorted(value))
    return _TOO_LONG


def _number(name: str, value: float) -> str:
    if name.endswith("_cents"):
        return f"{money(int(value))}"
    unit = " ms" if name.endswith("_ms") else " s" if name.endswith(("_s", "_s_max")) else ""
    return f"{value:g}{unit}" if isinstance(value, float) else f"{value}{unit}"


def _address(url: str) -> str:
    """Without the query, in which some CRMs want keys."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else url


def _by_name(members: Iterable[Any]) -> Mapping[str, Any]:
    return {member.name: member for member in members}


def _both(before: Iterable[Any], after: Iterable[Any]) -> list[tuple[str, tuple[Any, Any]]]:
    """Those that stand in both, with what they were and what they are."""
    then = _by_name(before)
    return [(name, (then[name], member)) for name, member in _by_name(after).items() if name in then]
