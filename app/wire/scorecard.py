"""A seller's scorecard, as the seller and the operator read it."""

import msgspec

DAYS_MAX = 31
"""How far back one reaches."""


class PingScore(msgspec.Struct, frozen=True, kw_only=True):
    """Pings without repeats and tests; `refused` by reason, at the reader's level of disclosure."""

    received: int
    bids: int
    bid_rate: float | None
    average_bid_cents: int | None
    repeats: int
    refused: dict[str, int]


class PostScore(msgspec.Struct, frozen=True, kw_only=True):
    """Posts without repeats and tests. `win_rate` is of our bids; `mismatched` counts fields that differ from the ping.

    `certificate_failures` and `duplicates` are `None` if the reader does not get reasons.
    """

    received: int
    win_rate: float | None
    accepted: int
    spend_cents: int
    repeats: int
    refused: dict[str, int]
    mismatched: dict[str, int]
    certificate_failures: int | None
    duplicates: int | None
    reping: int


class ReturnScore(msgspec.Struct, frozen=True, kw_only=True):
    """Of the leads bought in the span, those that the seller has taken back since; `reasons` as above."""

    leads: int
    returned: int
    rate: float | None
    reasons: dict[str, int] | None


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """How long our answers took, in milliseconds, at the median and at the slowest twentieth."""

    p50: float | None
    p95: float | None


class Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    """From `since` until `until` (UTC epoch seconds). `hours_unread` is what of the journal could not be read."""

    seller: str
    since: float
    until: float
    pings: PingScore
    posts: PostScore
    returns: ReturnScore
    ping_ms: Latency
    post_ms: Latency
    test_pings: int
    test_posts: int
    hours_unread: int
