"""The counts of a stretch of the journal; two tallies added are the tally of both stretches."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from math import floor, log2
from typing import Any, TypeVar

import msgspec

QUARTER_S = 900.0
"""A quarter of an hour, by which time is counted: every time zone's hours begin on one."""

NAMES_MAX = 500
"""How many names that sellers make up are counted separately; the others are counted together."""

T = TypeVar("T")

# A full cross of seller, source, campaign, vertical, state, leg and reason has more cells in an hour than it has pings.
# What is asked of a journal are its margins, so these are kept, each no wider than what the buyer declares. Two crosses
# are read as such: reasons, answers and sources of each seller, and prices by campaign and leg. Prices are the widest,
# as exact percentiles need every cent, but no wider than the span of one campaign's bids.


class Share(msgspec.Struct, kw_only=True):
    """What one part of the trade comes to; `bids` are pings with a bid, `won` those of them that were posted, and
    `leads` what was bought.
    """

    pings: int = 0
    bids: int = 0
    won: int = 0
    leads: int = 0
    spend_cents: int = 0


class Flow(msgspec.Struct, kw_only=True):
    """The same of a quarter of an hour; `lines` are all of the journal, also those of tests."""

    lines: int = 0
    pings: int = 0
    bids: int = 0
    repeats: int = 0
    leads: int = 0


class NamedShares(msgspec.Struct, kw_only=True):
    """Counts by names that sellers make up. Which are kept apart depends on the names alone, so sums stay exact."""

    by_name: dict[str, Share] = {}
    others: Share = msgspec.field(default_factory=Share)

    def of(self, name: str) -> Share:
        """The share of this name, to be counted on."""
        share = self.by_name.get(name)
        if share is None:
            # Not at every new name: a name that was put aside and comes again is put aside again.
            if len(self.by_name) >= 2 * NAMES_MAX:
                self.settle()
            share = self.by_name[name] = Share()
        return share

    def settle(self) -> None:
        """Put aside what is too much: of all names ever seen those with the least digests stay, however they came."""
        if len(self.by_name) > NAMES_MAX:
            for name in sorted(self.by_name, key=_digest)[NAMES_MAX:]:
                add(self.others, self.by_name.pop(name))


class SellerTrade(msgspec.Struct, kw_only=True):
    """One seller's trade. Repeats and tests count nowhere else. `won` are bids that were posted, also in vain.

    `bid_cents` adds up the best bid of each ping. `no_bids` is by reason code, `answers` to posts by "status/reason
    code", `mismatched` by field, `sources` by the seller's `sub_id`. `ping_ms` and `post_ms` count how many answers
    took how long, to two digits. A bid that is posted again in another hour counts as won there too: whoever would know
    better had to remember every bid.
    """

    pings: int = 0
    ping_repeats: int = 0
    test_pings: int = 0
    bids: int = 0
    bid_cents: int = 0
    no_bids: dict[str, int] = {}
    posts: int = 0
    post_repeats: int = 0
    test_posts: int = 0
    won: int = 0
    lost: int = 0
    accepted: int = 0
    spend_cents: int = 0
    answers: dict[str, int] = {}
    mismatched: dict[str, int] = {}
    certificate_failures: int = 0
    ping_ms: dict[float, int] = {}
    post_ms: dict[float, int] = {}
    sources: NamedShares = msgspec.field(default_factory=NamedShares)


class LegTrade(msgspec.Struct, kw_only=True):
    """How many bids and leads of one leg had which price: exact cents, so that any percentile can be computed.

    `won` are bids of this leg that were posted.
    """

    won: int = 0
    bid_cents: dict[int, int] = {}
    paid_cents: dict[int, int] = {}


class CampaignTrade(msgspec.Struct, kw_only=True):
    """One campaign's trade by leg; `pings` are those it bid on, on whichever legs."""

    pings: int = 0
    legs: dict[str, LegTrade] = {}

    @property
    def bid_cents(self) -> dict[int, int]:
        """The prices of its bids on all legs."""
        return total(leg.bid_cents for leg in self.legs.values())

    @property
    def paid_cents(self) -> dict[int, int]:
        """The prices of its leads on all legs."""
        return total(leg.paid_cents for leg in self.legs.values())

    @property
    def won(self) -> int:
        return sum(leg.won for leg in self.legs.values())

    @property
    def leads(self) -> int:
        return sum(sum(leg.paid_cents.values()) for leg in self.legs.values())

    @property
    def spend_cents(self) -> int:
        return sum(cents * count for leg in self.legs.values() for cents, count in leg.paid_cents.items())


class SideTrade(msgspec.Struct, kw_only=True):
    """What one model of a trial made of its pings. `cents` adds up the dearest bid of each ping that it bid on,
    `surplus_millicents` what the best one would bring on the mean, and `both_cents` the dearest where both bid.
    """

    bids: int = 0
    cents: int = 0
    surplus_millicents: int = 0
    both_cents: int = 0


class TrialTrade(msgspec.Struct, kw_only=True):
    """The pings that one model decided while another shadowed it; `faults` are those that this one could not price."""

    pings: int = 0
    faults: int = 0
    both: int = 0
    decided: SideTrade = msgspec.field(default_factory=SideTrade)
    shadowed: SideTrade = msgspec.field(default_factory=SideTrade)


class VerticalTrade(msgspec.Struct, kw_only=True):
    """One vertical's trade; `quarters` are its pings by quarter of an hour since 1970 (UTC), which shape its plans.

    `scores` counts by model the pings with a bid that it scored, by `score_step`. `trials` are by "who decided/who
    shadowed".
    """

    share: Share = msgspec.field(default_factory=Share)
    quarters: dict[int, int] = {}
    scores: dict[str, dict[int, int]] = {}
    trials: dict[str, TrialTrade] = {}


class JournalTally(msgspec.Struct, kw_only=True):
    """All that is counted. What nobody could say the seller of is under the seller "".

    `quarters` is by quarter of an hour since 1970 (UTC), `unsupported` by the names of verticals that nobody declared.
    `unread_lines` cannot be read by anybody.
    """

    quarters: dict[int, Flow] = {}
    sellers: dict[str, SellerTrade] = {}
    campaigns: dict[str, CampaignTrade] = {}
    verticals: dict[str, VerticalTrade] = {}
    states: dict[str, Share] = {}
    unsupported: NamedShares = msgspec.field(default_factory=NamedShares)
    unread_lines: int = 0

    def settle(self) -> "JournalTally":
        """Itself in the form in which two that counted the same are equal."""
        self.unsupported.settle()
        for seller in self.sellers.values():
            seller.sources.settle()
        return self


def score_step(probability: float) -> int:
    """By which step a score is counted: eight for each doubling."""
    return floor(8.0 * log2(min(max(probability, 1e-6), 1.0)))


def score_at(step: int) -> float:
    """Where a step begins."""
    return float(min(2.0 ** (step / 8.0), 1.0))


def add(mine: msgspec.Struct, more: msgspec.Struct) -> None:
    """Have the other's counts as well, field by field and name by name."""
    for name in mine.__struct_fields__:
        setattr(mine, name, _sum(getattr(mine, name), getattr(more, name)))


def total(counts: "Iterator[Mapping[Any, int]] | list[Mapping[Any, int]]") -> dict[Any, int]:
    """Counts of the same things added up."""
    whole: dict[Any, int] = {}
    for each in counts:
        _sum(whole, each)
    return whole


def _sum(mine: Any, more: Any) -> Any:
    if isinstance(more, Mapping):
        for key, value in more.items():
            mine[key] = _sum(mine[key] if key in mine else type(value)(), value)
    elif isinstance(more, msgspec.Struct):
        add(mine, more)
    else:
        mine += more
    return mine


def _digest(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=8).digest()
