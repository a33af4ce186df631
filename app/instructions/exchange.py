"""A request as its platform sends it, with its answer; what differs each time is a placeholder."""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

PlaceholderName = Literal["key", "ping_id", "lead_id", "line_id", "time"]

VARYING: Mapping[PlaceholderName, str] = {
    # An id is left out of a refusal where it happens to spell a word that parsers take for a sale, as in "x-ok-y".
    "ping_id": "(?:[A-Za-z0-9_-]{64})?",
    "line_id": "[0-9a-f]{24}",
    "lead_id": "[0-9a-f]{24}",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
}
"""What stands in an answer where it differs each time, as an expression."""

KEY = "YOUR_KEY"
"""Stands where the seller's key belongs."""


class Placeholder(msgspec.Struct, frozen=True, array_like=True):
    """A text that stands for one that differs each time."""

    name: PlaceholderName
    text: str


class SampleRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is beneath the base URL, with its query; of `varies`, a `ping_id` comes from the answer before."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: str
    varies: tuple[Placeholder, ...] = ()


class SampleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`headers` are those that tell something; the server adds its own."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    varies: tuple[Placeholder, ...] = ()

    @property
    def content_type(self) -> str:
        """What its body is."""
        return dict(self.headers)["Content-Type"]


class SampleExchange(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange. `follows` names the sample whose answer holds the ping_id that this one sends; empty for none."""

    name: str
    title: str
    says: str
    vertical: str
    route: Literal["ping", "post"]
    request: SampleRequest
    answer: SampleAnswer
    follows: str = ""


def pattern_of(answer: SampleAnswer) -> str:
    """An expression for the whole body, in which only what is marked may be another text."""
    marked = [(VARYING[name] if name else re.escape(piece)) for piece, name in pieces(answer.body, answer.varies)]
    return f"^{''.join(marked)}$"


def pieces(text: str, placeholders: tuple[Placeholder, ...]) -> list[tuple[str, PlaceholderName | None]]:
    """The text cut where it varies: each piece with the name of its placeholder, `None` for what never changes."""
    cut: list[tuple[str, PlaceholderName | None]] = [(text, None)]
    for each in placeholders:
        cut = [part for piece, name in cut for part in (_split(piece, each) if name is None else [(piece, name)])]
    return [part for part in cut if part[0]]


def _split(text: str, placeholder: Placeholder) -> list[tuple[str, PlaceholderName | None]]:
    first, *rest = text.split(placeholder.text)
    parts: list[tuple[str, PlaceholderName | None]] = [(first, None)]
    for piece in rest:
        parts += [(placeholder.text, placeholder.name), (piece, None)]
    return parts
