"""When a failed delivery is retried: soon at first, since a lead loses value by the minute."""

SCHEDULE_S = (0, 5, 30, 120, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each attempt, counted from the one before it: twelve attempts over three days."""

RETRY_AFTER_MAX_S = 86_400.0
"""A receiver may put us off for a day; longer is a mistake or a trap."""

JITTER = 0.2


def next_due(attempt: int, now: float, jitter_draw: float, retry_after_s: float | None = None) -> float | None:
    """When to try again after `attempt` attempts, the last of which failed at `now`; `None` is a dead letter.

    `jitter_draw` in [0, 1) only adds, up to a fifth, so that leads held up together do not come back together. Never
    earlier than the receiver's own `Retry-After`.
    """
    if attempt >= len(SCHEDULE_S):
        return None
    asked_s = min(max(retry_after_s or 0.0, 0.0), RETRY_AFTER_MAX_S)
    return now + max(float(SCHEDULE_S[attempt]), asked_s) * (1.0 + JITTER * jitter_draw)
