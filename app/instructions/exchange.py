"""A request as its platform sends it with the answer that it gets, whole, what varies in them marked."""

from typing import Literal

import msgspec

MarkName = Literal["key", "ping_id", "lead_id", "line_id", "time"]

KEY = "YOUR_KEY"
"""Stands where the seller's key belongs."""


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A text that stands in for what is another one each time."""

    name: MarkName
    text: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is beneath the base URL, with its query; of `varies`, a `ping_id` comes from the answer before."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: str
    varies: tuple[Mark, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`headers` are those that tell something; the server adds its own."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    varies: tuple[Mark, ...] = ()

    @property
    def content_type(self) -> str:
        """What its body is."""
        return dict(self.headers)["Content-Type"]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange. `follows` names the sample whose answer holds the ping_id that this one sends; empty for none."""

    name: str
    title: str
    says: str
    vertical: str
    route: Literal["ping", "post"]
    request: Request
    answer: Answer
    follows: str = ""


def pieces(text: str, marks: tuple[Mark, ...]) -> list[tuple[str, MarkName | None]]:
    """The text cut where it varies: each piece with the name of its mark, `None` for what is always so."""
    cut: list[tuple[str, MarkName | None]] = [(text, None)]
    for mark in marks:
        cut = [part for piece, name in cut for part in (_split(piece, mark) if name is None else [(piece, name)])]
    return [part for part in cut if part[0]]


def _split(text: str, mark: Mark) -> list[tuple[str, MarkName | None]]:
    first, *rest = text.split(mark.text)
    parts: list[tuple[str, MarkName | None]] = [(first, None)]
    for piece in rest:
        parts += [(mark.text, mark.name), (piece, None)]
    return parts
