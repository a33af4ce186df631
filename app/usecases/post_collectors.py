"""The providers that are asked about a post besides the database, and how long it may wait for them."""

from collections.abc import Awaitable, Callable

import msgspec

from app.domain.post.checks import CheckVerdict, PostCheck
from app.domain.post.posted_lead import PostedLead

POST_DEADLINE_S = 10.0
"""Sellers give up on a post after 15 to 30 seconds, and what is known must still be judged and committed."""


class PostCollector(msgspec.Struct, frozen=True, kw_only=True):
    """Asks for the verdict of one check. `collect` gets its number of seconds, and is cancelled after them.

    What it raises, and what comes too late, is an unknown.
    """

    check: PostCheck
    collect: Callable[[PostedLead, float], Awaitable[CheckVerdict]]


class PostCollectors(msgspec.Struct, frozen=True, kw_only=True):
    """All of them are asked at once; together with the database they have `deadline_s`."""

    collectors: tuple[PostCollector, ...] = ()
    deadline_s: float = POST_DEADLINE_S
