"""Whether an outcome can have happened when it is said to: what cannot would count as a conversion all the same."""

AHEAD_MAX_S = 23 * 3_600.0
"""A local time without its zone is read as UTC, up to 14 hours ahead, and clocks are wrong; nobody means tomorrow."""

BEFORE_SALE_MAX_S = 2 * 86_400.0
"""A day alone stands for its first moment, and begins up to half a day later elsewhere."""


def time_trouble(occurred_at: float | None, sold_at: float, now: float) -> str:
    """What is wrong with the time of an outcome of a lead that was bought at `sold_at`, and what to do about it."""
    if occurred_at is None:
        return ""
    if occurred_at > now + AHEAD_MAX_S:
        return "occurred_at: lies in the future; send when it happened, with its zone"
    if occurred_at < sold_at - BEFORE_SALE_MAX_S:
        return "occurred_at: lies before the lead was bought; send when this happened, not when the contact was made"
    return ""
