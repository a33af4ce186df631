"""What a platform's client makes of an answer: nothing more than its own parser finds in it."""

from typing import Literal

import msgspec

Outcome = Literal["accepted", "refused", "duplicate", "reping", "error", "unreadable"]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it came over HTTP; `content_type` is empty where there was none."""

    status: int
    content_type: str
    body: bytes
    ms: float


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """`price` is the text in which the parser found it, `why` the reason given or what could not be read."""

    outcome: Outcome
    id: str = ""
    price: str = ""
    why: str = ""
