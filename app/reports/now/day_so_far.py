"""The buyer's day so far in counts: its course by quarters of an hour, why there was no bid, how long answers took."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from app.domain.reasons import REASONS, Refusal, sentence
from app.reports.percentiles import quantile
from app.reports.tally import QUARTER_S, Flow, JournalTally, SellerTrade, total
from app.reports.trading import trading


class QuarterFlow(msgspec.Struct, frozen=True, kw_only=True):
    """A quarter of an hour from `start` (UTC epoch seconds)."""

    start: float
    pings: int
    bids: int
    leads: int


class ReasonCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often a code was the reason, and what it means."""

    code: str
    count: int
    meaning: str


class AnswerTime(msgspec.Struct, frozen=True, kw_only=True):
    """How long answers took, in milliseconds to two digits; none where nothing was answered."""

    p50: float | None
    p95: float | None
    p99: float | None


class DaySoFar(msgspec.Struct, frozen=True, kw_only=True):
    """From `since` to `until` (UTC epoch seconds); tests and repeats are counted, and in none of the others.

    `won` are bids that sellers posted, `leads` those of them that were bought, for `spend_cents`. `no_bids` says why
    pings got none, `refused` why posts bought nothing. `unread` lines of the journal cannot be read.
    """

    since: float
    until: float
    pings: int
    bids: int
    won: int
    leads: int
    spend_cents: int
    repeats: int
    tests: int
    quarters: tuple[QuarterFlow, ...]
    no_bids: tuple[ReasonCount, ...]
    refused: tuple[ReasonCount, ...]
    ping_ms: AnswerTime
    post_ms: AnswerTime
    unread: int


def day_so_far(tally: JournalTally, since: float, until: float) -> DaySoFar:
    """The view of what was counted from `since` on."""
    trade, sellers = trading(tally), tally.sellers.values()
    refused = Counter({code: count for code, count in trade.posts_by_code.items() if code != "accepted"})
    return DaySoFar(
        since=since,
        until=until,
        pings=trade.pings,
        bids=trade.bids,
        won=trade.won,
        leads=trade.leads,
        spend_cents=trade.spend_cents,
        repeats=trade.repeats,
        tests=trade.tests,
        quarters=tuple(_quarters(tally.quarters, since, until)),
        no_bids=reason_counts(trade.reasons),
        refused=reason_counts(refused),
        ping_ms=_times(sellers, "ping_ms"),
        post_ms=_times(sellers, "post_ms"),
        unread=trade.unread,
    )


def _quarters(flows: Mapping[int, Flow], since: float, until: float) -> Iterable[QuarterFlow]:
    """Every quarter of the day up to now, also those in which nothing came."""
    for quarter in range(int(since // QUARTER_S), int(until // QUARTER_S) + 1):
        flow = flows.get(quarter, Flow())
        yield QuarterFlow(start=quarter * QUARTER_S, pings=flow.pings, bids=flow.bids, leads=flow.leads)


def reason_counts(counts: Counter[str]) -> tuple[ReasonCount, ...]:
    """The most frequent first, each with its meaning."""
    return tuple(
        [
            ReasonCount(code=code, count=count, meaning=sentence(Refusal(code)) if code in REASONS else "")
            for code, count in counts.most_common()
        ]
    )


def _times(sellers: Iterable[SellerTrade], name: str) -> AnswerTime:
    counts: Mapping[float, int] = total(getattr(seller, name) for seller in sellers)
    return AnswerTime(p50=quantile(counts, 0.5), p95=quantile(counts, 0.95), p99=quantile(counts, 0.99))
