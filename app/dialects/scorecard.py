"""A seller's scorecard as JSON: dollars with two decimals, shares of one, null where there is nothing to divide by."""

import msgspec

from app.dialects.written import price
from app.domain.calendar import utc_text
from app.wire.scorecard import Latency, Scorecard


def write_scorecard(card: Scorecard) -> bytes:
    """The scorecard as its endpoint and its command write it."""
    return msgspec.json.encode(scorecard_body(card))


def scorecard_body(card: Scorecard) -> dict[str, object]:
    """The same before it is text."""
    pings, posts, returns = card.pings, card.posts, card.returns
    return {
        "seller": card.seller,
        "since": utc_text(card.since),
        "until": utc_text(card.until),
        "pings": {
            "received": pings.received,
            "bids": pings.bids,
            "bid_rate": pings.bid_rate,
            "average_bid": None if pings.average_bid_cents is None else price(pings.average_bid_cents),
            "repeats": pings.repeats,
            "refused": pings.refused,
        },
        "posts": {
            "received": posts.received,
            "win_rate": posts.win_rate,
            "accepted": posts.accepted,
            "spend": price(posts.spend_cents),
            "repeats": posts.repeats,
            "refused": posts.refused,
            "mismatched": posts.mismatched,
            "certificate_failures": posts.certificate_failures,
            "duplicates": posts.duplicates,
            "reping": posts.reping,
        },
        "returns": {
            "leads": returns.leads,
            "returned": returns.returned,
            "rate": returns.rate,
            "reasons": returns.reasons,
        },
        "latency_ms": {"ping": _latency(card.ping_ms), "post": _latency(card.post_ms)},
        "tests": {"pings": card.test_pings, "posts": card.test_posts},
        "hours_unread": card.hours_unread,
    }


def _latency(latency: Latency) -> dict[str, float | None]:
    return {"p50": latency.p50, "p95": latency.p95}
