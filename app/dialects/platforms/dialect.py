"""What a platform's dialect consists of, so that adding one is one module and one line in `known`."""

from collections.abc import Callable

import msgspec

from app.dialects.written import Body, Format
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

Price = Callable[[int], msgspec.Raw]
"""Cents to a number or, for a seller that wants it so, to a quoted string."""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How one platform says things; what it sends needs no dialect, since the tables of names know it.

    `ping` and `post` say our answers. `root` names the whole in XML, and in JSON too where it is `wrapped`.
    `bought` is the HTTP status of a post that became a sale. It answers in `format` unless asked for another of
    `formats`. One is `guarded` where none of its own words spells a sale in a refusal, so that nothing else may.
    """

    name: str
    title: str
    ping: Callable[[PingAnswer, Price], Body]
    post: Callable[[PostAnswer, Price], Body]
    format: Format = "json"
    formats: tuple[Format, ...] = ("json", "xml")
    root: str = "result"
    wrapped: bool = False
    bought: int = 200
    guarded: bool = True
