"""What a journal says of the trade that somebody should look at: nothing is won, a seller is silent, scores moved.

Each rule compares now with what is usual, and says nothing before it knows what that is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from math import log

import msgspec

from app.domain.alerts.alert import Alert, alert
from app.domain.alerts.terms import AlertTerms
from app.domain.calendar import local_time
from app.reports.tally import JournalTally, score_at

HOUR_S = 3_600
WEEK_H = 168
DAY_H = 24
HISTORY_H = 3 * WEEK_H
"""What is usual is what was so in the three weeks before."""

WINS_MIN = 8.0
"""So many wins must be missing: that none of them came has a chance of one in 3,000."""
WON_BEFORE_MIN = 20
"""So many must ever have been won for their rate to be known."""

PINGS_MIN = 20
"""Who sends fewer in these hours of a week may send none in another."""
WEEKS_MIN = 2

POSTS_MIN, FAILURES_MIN = 20, 10

SCORED_NOW_MIN, SCORED_BEFORE_MIN = 500, 2_000
PSI_MAJOR = 0.25
"""The usual bound of a population stability index, after what chance adds to it is taken off."""
_BINS = 10


class SellerHour(msgspec.Struct, frozen=True):
    """What one seller did in an hour."""

    pings: int = 0
    posts: int = 0
    certificate_failures: int = 0


class HourTrade(msgspec.Struct, frozen=True):
    """What an hour of the journal comes to here. `scores` counts bids by vertical, model and step of their score."""

    bids: int = 0
    leads: int = 0
    posts: int = 0
    sellers: dict[str, SellerHour] = {}
    scores: dict[tuple[str, str], dict[int, int]] = {}


class TradeHistory(msgspec.Struct, frozen=True):
    """Hours by their number since 1970 (UTC); one that is missing from `first` on had no lines."""

    first: int
    hours: Mapping[int, HourTrade]

    def between(self, first: int, end: int) -> list[HourTrade]:
        """Those from `first` on, before `end`."""
        return [self.hours[hour] for hour in range(first, end) if hour in self.hours]


class ScoreBin(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the scores of the weeks before, from `low` to `high`, and how many of each time lie in it."""

    low: float
    high: float
    before: int
    now: int


class ScoreShift(msgspec.Struct, frozen=True, kw_only=True):
    """How far the scores of the last day lie from those of the same model in the weeks before.

    `psi` is the population stability index, with what chance adds to it taken off; None of too few bids.
    """

    vertical: str
    model: str
    before: int
    now: int
    psi: float | None
    bins: tuple[ScoreBin, ...] = ()

    @property
    def has_moved(self) -> bool:
        """Whether it is more than a usual change."""
        return self.psi is not None and self.psi > PSI_MAJOR


class Buying(msgspec.Struct, frozen=True, kw_only=True):
    """What is bought now: whose zone tells the hour, which sellers may ping and since when a campaign has been open."""

    zone: str
    sellers: tuple[str, ...]
    is_open: bool


def hour_trade(tally: JournalTally) -> HourTrade:
    """What of a tally is looked at."""
    named = {name: each for name, each in tally.sellers.items() if name}
    return HourTrade(
        bids=sum(each.bids for each in named.values()),
        leads=sum(each.accepted for each in named.values()),
        posts=sum(each.posts for each in named.values()),
        sellers={
            name: SellerHour(each.pings + each.ping_repeats, each.posts, each.certificate_failures)
            for name, each in named.items()
        },
        scores={
            (vertical, model): dict(counts)
            for vertical, each in tally.verticals.items()
            for model, counts in each.scores.items()
        },
    )


def trade_alerts(history: TradeHistory, buying: Buying, terms: AlertTerms, now: float) -> list[Alert]:
    """What stands out now."""
    return [
        *_no_wins(history, buying, terms, now),
        *_silent(history, buying, terms, now),
        *_certificates(history, buying, terms, now),
        *_scores(history, now),
    ]


def _no_wins(history: TradeHistory, buying: Buying, terms: AlertTerms, now: float) -> Iterator[Alert]:
    """Bids of some hours are compared with what bids in these hours of a day have brought, or if that was less, in
    these hours of this day of the week: who is not sold to on Saturdays misses nothing on one.
    """
    first, end = _last_hours(terms.no_wins_s, now)
    recent = history.between(first, end)
    bids, leads = sum(each.bids for each in recent), sum(each.leads for each in recent)
    if leads or not buying.is_open:
        return
    before = range(max(history.first, first - HISTORY_H), first)
    tried, won = _bought_in(history, before, range(first, end), partial(_clock_hour, zone=buying.zone))
    missing = bids * won / tried if tried else 0.0
    tried_that_day, won_that_day = _bought_in(history, before, range(first, end), partial(_week_hour, zone=buying.zone))
    if tried_that_day >= bids > 0:
        missing = min(missing, bids * won_that_day / tried_that_day)
    if won < WON_BEFORE_MIN or missing < WINS_MIN:
        return
    posts = sum(each.posts for each in recent)
    refused = f", and {posts:,} posts were refused" if posts else ""
    yield alert(
        "no_wins",
        f"no lead was bought in the last {_hours(terms.no_wins_s)} by {bids:,} bids, of which about {missing:,.0f} "
        f"usually win{refused}",
        "see `leadbid journal stats` for the reasons, and whether sellers still take the answers in time",
    )


def _bought_in(
    history: TradeHistory, before: Iterable[int], now: Iterable[int], kind: Callable[[int], int]
) -> tuple[int, int]:
    """Bids and leads of the hours before that are of one kind with those now."""
    kinds = {kind(hour) for hour in now}
    alike = [each for hour in before if kind(hour) in kinds and (each := history.hours.get(hour))]
    return sum(each.bids for each in alike), sum(each.leads for each in alike)


def _silent(history: TradeHistory, buying: Buying, terms: AlertTerms, now: float) -> Iterator[Alert]:
    """The same hours of the weeks before, by the clock on the wall, must all have had pings of this seller."""
    first, end = _last_hours(terms.seller_silent_s, now)
    weeks = [_a_week_before(first, end, back, buying.zone) for back in (1, 2, 3)]
    weeks = [(since, until) for since, until in weeks if since >= history.first]
    if len(weeks) < WEEKS_MIN:
        return
    for seller in buying.sellers:
        if _pings(history, seller, first, end):
            continue
        usual = [_pings(history, seller, since, until) for since, until in weeks]
        if min(usual) >= PINGS_MIN:
            yield alert(
                "seller_silent",
                f"{seller} has sent no ping for {_hours(terms.seller_silent_s)}; in these hours of a week it sent at "
                f"least {min(usual):,}",
                f"ask {seller} whether it still sends, and with which key",
                seller,
            )


def _certificates(history: TradeHistory, buying: Buying, terms: AlertTerms, now: float) -> Iterator[Alert]:
    """Posts of a day whose certificate failed, by seller."""
    end = int(now // HOUR_S) + 1
    recent = history.between(end - DAY_H, end)
    for seller in buying.sellers:
        hours = [each.sellers[seller] for each in recent if seller in each.sellers]
        posts, failures = sum(each.posts for each in hours), sum(each.certificate_failures for each in hours)
        if posts >= POSTS_MIN and failures >= FAILURES_MIN and failures / posts > terms.certificate_failures:
            yield alert(
                "certificates_failing",
                f"{failures:,} of {posts:,} posts of {seller} in the last day had a certificate that failed",
                f"`leadbid scorecard {seller}` has the reasons",
                seller,
            )


def _scores(history: TradeHistory, now: float) -> Iterator[Alert]:
    for each in score_shifts(history, now):
        if each.has_moved:
            yield alert(
                "scores_moved",
                f"the scores of {each.vertical} under model {each.model} are not those of the weeks before "
                f"(PSI {each.psi:.2f})",
                "`python -m training drift` says which fields moved",
                each.vertical,
            )


def score_shifts(history: TradeHistory, now: float) -> Iterator[ScoreShift]:
    """Scores of a day against those of the same model in the weeks before, of each model that scored that day."""
    end = int(now // HOUR_S) + 1
    recent = day_scores(history, now)
    before = _summed(history.between(max(history.first, end - DAY_H - HISTORY_H), end - DAY_H))
    for (vertical, model), counts in sorted(recent.items()):
        former = before.get((vertical, model), {})
        scored, scored_before = sum(counts.values()), sum(former.values())
        is_enough = scored >= SCORED_NOW_MIN and scored_before >= SCORED_BEFORE_MIN
        yield ScoreShift(
            vertical=vertical,
            model=model,
            before=scored_before,
            now=scored,
            psi=stability_index(former, counts) if is_enough else None,
            bins=tuple(_score_bins(former, counts)) if is_enough else (),
        )


def _score_bins(before: Mapping[int, int], now: Mapping[int, int]) -> Iterator[ScoreBin]:
    edges, steps = _tenths(before), [*before, *now]
    ends = [min(steps), *[edge + 1 for edge in edges], max(steps) + 1]
    for (low, high), old, new in zip(pairwise(ends), _in_bins(before, edges), _in_bins(now, edges), strict=True):
        yield ScoreBin(low=score_at(low), high=score_at(high), before=old, now=new)


def day_scores(history: TradeHistory, now: float) -> dict[tuple[str, str], dict[int, int]]:
    """The scored bids of the last 24 hours by vertical and model, and by step of their score."""
    end = int(now // HOUR_S) + 1
    return _summed(history.between(end - DAY_H, end))


def stability_index(before: Mapping[int, int], now: Mapping[int, int]) -> float:
    """The population stability index over tenths of what was before, less what two samples of this size differ by."""
    edges = _tenths(before)
    old, new = _in_bins(before, edges), _in_bins(now, edges)
    old_sum, new_sum = sum(old), sum(new)
    total = 0.0
    for one, other in zip(old, new, strict=True):
        # Half a count in each keeps an empty one from being infinitely far.
        p, q = (one + 0.5) / (old_sum + 0.5 * len(old)), (other + 0.5) / (new_sum + 0.5 * len(new))
        total += (q - p) * log(q / p)
    return max(total - (len(old) - 1) * (1.0 / old_sum + 1.0 / new_sum), 0.0)


def _tenths(counts: Mapping[int, int]) -> list[int]:
    """The steps that end a tenth of all."""
    edges: list[int] = []
    whole, passed = sum(counts.values()), 0
    for step in sorted(counts):
        passed += counts[step]
        if passed * _BINS >= whole * (len(edges) + 1):
            edges.append(step)
    return edges[:-1]


def _in_bins(counts: Mapping[int, int], edges: list[int]) -> list[int]:
    bins = [0] * (len(edges) + 1)
    for step, count in counts.items():
        bins[sum(step > edge for edge in edges)] += count
    return bins


def _summed(hours: Iterable[HourTrade]) -> dict[tuple[str, str], dict[int, int]]:
    whole: dict[tuple[str, str], dict[int, int]] = {}
    for each in hours:
        for key, counts in each.scores.items():
            mine = whole.setdefault(key, {})
            for step, count in counts.items():
                mine[step] = mine.get(step, 0) + count
    return whole


def _pings(history: TradeHistory, seller: str, first: int, end: int) -> int:
    return sum(each.sellers[seller].pings for each in history.between(first, end) if seller in each.sellers)


def _last_hours(seconds: float, now: float) -> tuple[int, int]:
    """The hour that runs, with as many whole ones before it as make up this time."""
    this = int(now // HOUR_S)
    return this - max(round(seconds / HOUR_S), 1), this + 1


def _clock_hour(hour: int, zone: str) -> int:
    return local_time(hour * HOUR_S, zone).minute // 60


def _week_hour(hour: int, zone: str) -> int:
    return local_time(hour * HOUR_S, zone).minute_of_week // 60


def _a_week_before(first: int, end: int, weeks: int, zone: str) -> tuple[int, int]:
    """The same hours on the wall, where clocks may have been set in between."""
    since = first - weeks * WEEK_H
    ahead = _clock_hour(first, zone) - _clock_hour(since, zone)
    since += ahead if abs(ahead) < 12 else (ahead - 24 if ahead > 0 else ahead + 24)
    # The hour that runs is not over, so it counts for nothing in what is usual.
    return since, since + (end - first) - 1


def _hours(seconds: float) -> str:
    hours = max(round(seconds / HOUR_S), 1)
    return "hour" if hours == 1 else f"{hours} hours"
