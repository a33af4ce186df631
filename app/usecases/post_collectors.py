"""The providers that are asked about a post once the database has nothing against it, and how long it may wait."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from app.certificates.provider_client import Consulted
from app.domain.post.posted_lead import PostedLead

POST_DEADLINE_S = 10.0
"""Sellers give up on a post after 15 to 30 seconds, and what is known must still be judged and committed."""


class PostCollector(msgspec.Struct, frozen=True, kw_only=True):
    """Asks one check's provider. `collect` gets its number of seconds, and is cancelled after them.

    Where it raises or comes too late, `unknown` stands.
    """

    unknown: Consulted
    collect: Callable[[float], Awaitable[Consulted]]


def nobody(_lead: PostedLead) -> Sequence[PostCollector]:
    """No provider at all."""
    return ()


class PostCollectors(msgspec.Struct, frozen=True, kw_only=True):
    """All that `of` names for a post are asked at once; together with the database they have `deadline_s`."""

    of: Callable[[PostedLead], Sequence[PostCollector]] = nobody
    deadline_s: float = POST_DEADLINE_S
