"""What every fake provider is made of: a request in, an answer out, and scenarios that an id asks for by its end.

A new fake is a module with a `Fake`, and a line in `server.py`.
"""

from collections.abc import Mapping
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

import msgspec

HANG_S = 3_600.0
"""A provider that hangs does so for longer than anybody waits."""

_NUMBERS_FROM = 0xF001
_PHONES_FROM = 7001

ASKING_LINES = range(_PHONES_FROM, _PHONES_FROM + 99)
"""Last four digits of phones that may ask for a scenario."""


class FakeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came; `path` is without the provider's own prefix."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""

    @property
    def values(self) -> dict[str, str]:
        """The parameters, wherever they stand."""
        form = self.body.decode(errors="replace") if "form" in self.headers.get("content-type", "") else ""
        return dict(parse_qsl(self.query) + parse_qsl(form))


class FakeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent back, after `delay_s`."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""
    delay_s: float = 0.0


class Fake(Protocol):
    """One provider. `used_as` is what a buyer's file declares it as, and `path` where that finds it."""

    @property
    def used_as(self) -> Literal["check", "destination"]: ...

    @property
    def path(self) -> str: ...

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """What the real one would say."""
        ...

    def examples(self) -> Mapping[str, tuple[str, str]]:
        """Scenario -> (what to send for it, what happens then)."""
        ...


def json_answer(body: Any, status: int = 200, **more: Any) -> FakeAnswer:
    """An answer in JSON."""
    headers = {"content-type": "application/json"}
    return FakeAnswer(status=status, headers=headers, body=msgspec.json.encode(body), **more)


def ending_of(names: list[str], name: str) -> str:
    """The last four hex digits of an id that asks for this scenario."""
    return f"{_NUMBERS_FROM + names.index(name):04x}"


def asked_by(names: list[str], text: str) -> str:
    """The scenario that an id asks for; the first, where nothing goes wrong, for any other."""
    try:
        number = int(text[-4:], 16) - _NUMBERS_FROM
    except ValueError:
        return names[0]
    return names[number] if 0 <= number < len(names) else names[0]


def phone_for(names: list[str], name: str) -> str:
    """The phone that asks for this scenario by its last four digits."""
    return f"512461{_PHONES_FROM + names.index(name)}"


def asked_by_phone(names: list[str], text: str) -> str:
    """The scenario that a phone asks for; the first, where nothing goes wrong, for any other."""
    digits = "".join(digit for digit in text if digit.isdigit())
    number = int(digits[-4:] or 0) - _PHONES_FROM
    return names[number] if 0 <= number < len(names) else names[0]


def merged(whole: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The same with these changes, of which tables go into tables that are there already."""
    result = dict(whole)
    for name, value in changes.items():
        if isinstance(value, Mapping):
            if isinstance(result.get(name), Mapping):
                result[name] = merged(result[name], value)
        else:
            result[name] = value
    return result
