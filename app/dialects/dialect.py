"""What a platform's dialect consists of: our answers in its words and HTTP codes, and how it sends a lead."""

from collections.abc import Callable, Mapping

import msgspec

from app.dialects.sending import Sending
from app.dialects.text import Scalar
from app.dialects.written import AnyBody, Body, Format
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

Price = Callable[[int], msgspec.Raw]
"""Cents to a number or, for a seller that wants it so, to a quoted string."""


def _as_it_comes(_fields: Mapping[str, Scalar]) -> str:
    return ""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How one platform says things. What it sends (`sends`) is read without it, since the tables of names know it.

    `ping` and `post` say our answers. `root` names the whole in XML, and in JSON too where it is `wrapped`. `bought` is
    the HTTP status of a post that became a sale, and a platform that takes every 2xx for one is `strict`. It answers in
    `format` unless asked for another of `formats`. One is `guarded` where none of its own words spells a sale in a
    refusal, so that nothing else may. `requested_outcome` says which outcome (a name in
    `app.domain.onboarding.test_values`) the fields of a test ask for, and `variant` which other dialect a request asks
    to be answered in.
    """

    name: str
    title: str
    ping: Callable[[PingAnswer, Price], AnyBody]
    post: Callable[[PostAnswer, Price], Body]
    format: Format = "json"
    formats: tuple[Format, ...] = ("json", "xml")
    root: str = "result"
    wrapped: bool = False
    bought: int = 200
    strict: bool = False
    guarded: bool = True
    sends: Sending = Sending()
    requested_outcome: Callable[[Mapping[str, Scalar]], str] = _as_it_comes
    variant: Callable[[Mapping[str, Scalar]], "Dialect | None"] | None = None
