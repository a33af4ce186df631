"""Whether a person was bought before, within a campaign's window and scope."""

from collections.abc import Iterable
from typing import Literal

import msgspec


class Sighting(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One earlier sale of this person: by which campaign, in which vertical, when (UTC epoch seconds)."""

    campaign: str
    vertical: str
    sold_at: float


def is_duplicate(
    sightings: Iterable[Sighting],
    scope: Literal["campaign", "vertical", "buyer"],
    campaign: str,
    vertical: str,
    since: float,
) -> bool:
    """Whether one of these sales falls after `since` and inside the scope."""
    return any(
        seen.sold_at > since
        and (scope == "buyer" or (seen.campaign == campaign if scope == "campaign" else seen.vertical == vertical))
        for seen in sightings
    )
