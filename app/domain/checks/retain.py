"""A certificate that must still be stored with its provider, before it is gone: until when, and when to try again."""

from typing import Literal

import msgspec

AVAILABLE_S = 72 * 3_600.0
EXTENDED_S = 90 * 86_400.0
"""A certificate can be stored for so long after its making; for longer once its form's submission was recorded."""

WARN_S = 6 * 3_600.0
"""Somebody must hear of it so long before the deadline, or in the last quarter of the time where that is shorter."""

_PAUSES_S = (5.0, 30.0, 120.0, 300.0, 1_800.0, 3_600.0)
_JITTER = 0.2

RetainResult = Literal["pending", "stored", "lost"]


class DueRetain(msgspec.Struct, frozen=True, kw_only=True):
    """What a sale leaves to be done, by this check and this deadline (UTC epoch seconds)."""

    check: str
    deadline_at: float


def deadline_of(claim_by: float | None, consent_at: float | None, sold_at: float) -> float:
    """When the certificate is gone: as its provider says, or else by its usual life from the consent on.

    Where that has passed already, and the certificate was found, its life has been extended.
    """
    if claim_by is not None:
        return claim_by
    made_at = min(consent_at, sold_at) if consent_at is not None else sold_at
    return made_at + (AVAILABLE_S if made_at + AVAILABLE_S > sold_at else EXTENDED_S)


def next_try(attempt: int, now: float, draw: float, deadline_at: float) -> float | None:
    """When to try again after `attempt` attempts: soon, then hourly, the last time at the deadline; then never."""
    if now >= deadline_at:
        return None
    pause_s = _PAUSES_S[min(attempt, len(_PAUSES_S)) - 1] * (1.0 + _JITTER * draw)
    return min(now + pause_s, deadline_at)


def is_late(now: float, sold_at: float, deadline_at: float) -> bool:
    """Whether so little time is left that somebody must hear of it."""
    return deadline_at - now <= min(WARN_S, (deadline_at - sold_at) / 4.0)
