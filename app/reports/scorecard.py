"""A seller's scorecard: its trade counted from the journal, its returns from the database, a minute at a time."""

import asyncio
from collections import Counter
from collections.abc import Mapping

from app.domain.reasons import REASONS, Disclosure, Refusal, disclosed
from app.domain.seller import Seller
from app.reports.counting import Counting, SellersTrade
from app.reports.percentiles import quantile
from app.reports.rates import bid_rate, share, win_rate
from app.reports.tally import SellerTrade, total
from app.store.returns.requests import ReturnCounts
from app.store.store import Store
from app.wire.scorecard import Latency, PingScore, PostScore, ReturnScore, Scorecard

KEPT_S = 60.0
"""How long a scorecard is cached: a seller that asks in a loop causes one reading of the journal a minute."""

_DAY_S = 86_400.0
_HOUR_S = 3_600.0


class Scorecards:
    """The scorecards that a running service tells. Journals are read in a thread, one at a time."""

    def __init__(self, store: Store, counting: Counting) -> None:
        self._store = store
        self._counting = counting
        self._alone = asyncio.Lock()
        # By days: when so many were counted, and what they hold.
        self._trade: dict[int, tuple[float, SellersTrade]] = {}
        self._kept: dict[tuple[str, Disclosure, int], Scorecard] = {}

    async def of(self, seller: Seller, days: int, now: float) -> Scorecard:
        """A seller's own, of the last days, at most a minute old. StoreUnavailable where its returns are not known."""
        asked = seller.name, seller.disclosure, days
        async with self._alone:
            self._kept = {key: card for key, card in self._kept.items() if 0.0 <= now - card.until < KEPT_S}
            if asked not in self._kept:
                counted_at, trade = await self._counted(days, now)
                since = first_hour(counted_at, days)
                returns = await self._store.return_counts(seller.name, since, counted_at)
                self._kept[asked] = scorecard(seller.name, seller.disclosure, trade, returns, since, counted_at)
            return self._kept[asked]

    async def _counted(self, days: int, now: float) -> tuple[float, SellersTrade]:
        """What the journal says of all sellers, and when it was read."""
        kept = self._trade.get(days)
        if kept is None or not 0.0 <= now - kept[0] < KEPT_S:
            kept = now, await asyncio.to_thread(self._counting.since, first_hour(now, days))
            self._trade[days] = kept
        return kept


def first_hour(now: float, days: int) -> float:
    """The beginning of the hour so many days ago, in which the last days begin: journals are counted by hours."""
    return (now - days * _DAY_S) // _HOUR_S * _HOUR_S


def scorecard(
    seller: str, disclosure: Disclosure, trade: SellersTrade, returns: ReturnCounts, since: float, until: float
) -> Scorecard:
    """The scorecard at this level of disclosure."""
    tally = trade.sellers.get(seller, SellerTrade())
    refused, unsold = _refused(tally.answers)
    is_told = disclosure == "full"
    return Scorecard(
        seller=seller,
        since=since,
        until=until,
        pings=PingScore(
            received=tally.pings,
            bids=tally.bids,
            bid_rate=_rounded(bid_rate(tally.bids, tally.pings)),
            average_bid_cents=round(tally.bid_cents / tally.bids) if tally.bids else None,
            repeats=tally.ping_repeats,
            refused=_told(tally.no_bids, disclosure),
        ),
        posts=PostScore(
            received=tally.posts,
            win_rate=_rounded(win_rate(tally.won, tally.bids)),
            accepted=tally.accepted,
            spend_cents=tally.spend_cents,
            repeats=tally.post_repeats,
            refused=_told(refused, disclosure),
            mismatched=dict(Counter(tally.mismatched).most_common()),
            certificate_failures=tally.certificate_failures if is_told else None,
            duplicates=refused.get("duplicate", 0) if is_told else None,
            reping=unsold.get("reping", 0),
        ),
        returns=ReturnScore(
            leads=returns.leads,
            returned=returns.returned,
            rate=_rounded(share(returns.returned, returns.leads)),
            reasons=returns.reasons if is_told else None,
        ),
        ping_ms=_latency(tally.ping_ms),
        post_ms=_latency(tally.post_ms),
        test_pings=tally.test_pings,
        test_posts=tally.test_posts,
        hours_unread=trade.unread,
    )


def _refused(answers: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Posts that were not accepted, by reason and by the status of their answer."""
    unsold = [(answer.partition("/"), count) for answer, count in answers.items() if answer != "accepted/"]
    by_reason = total({reason: count} for (_, _, reason), count in unsold)
    return by_reason, total({status: count} for (status, _, _), count in unsold)


def _told(codes: Mapping[str, int], disclosure: Disclosure) -> dict[str, int]:
    """Reasons as they were answered, the most frequent first."""
    told: Counter[str] = Counter()
    for code, count in codes.items():
        # An earlier version may have had reasons that no longer exist.
        told[disclosed(Refusal(code), disclosure)[0] if code in REASONS else "internal"] += count
    return dict(told.most_common())


def _latency(counts: Mapping[float, int]) -> Latency:
    return Latency(p50=quantile(counts, 0.5), p95=quantile(counts, 0.95))


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 4)
