"""The day as text, for a terminal: the same story as the page, with tables where that has plots."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import isnan
from zoneinfo import ZoneInfo

from app.cli.day.words import date, refused
from app.cli.table import table
from app.domain.money import money
from app.mock_exchange.market.tally import BUYER_HEADS, SELLER_HEADS, MarketTally
from app.pages.amounts import each, number
from app.reports.day.bins import AnswerTimes, Band, Series
from app.reports.day.campaign_days import CampaignDay, DayTrade
from app.reports.day.cap_days import CapDay
from app.reports.day.check_days import CheckDay
from app.reports.day.story import Story
from app.reports.tally import QUARTER_S

COLUMN_BINS = 8
"""A column of the day covers two hours."""

CAMPAIGN_HEADS = (
    *("campaign", "bids", "mean bid", "win rate", "leads", "spend", "a lead"),
    *("conversions", "a conversion", "handling", "profit"),
)


def report(story: Story, tally: MarketTally) -> str:
    """Everything, section by section."""
    about = f"{date(story)}, simulated. Times of day are local to {story.zone}."
    return "\n\n".join([about, *[f"{title}\n{body}" for title, body in _sections(story, tally)]])


def _sections(story: Story, tally: MarketTally) -> Iterator[tuple[str, str]]:
    hours = _hours(story)
    priced = [campaign for campaign in story.campaigns if campaign.trade.bids]
    campaigns = [_trade_row(day.name, money(day.price.mean), day.trade) for day in priced]
    yield "Why not", table(("reason", "pings"), _counts(story.reasons))
    yield "Posts not taken", table(("reason", "posts"), _counts(story.unbought))
    if story.checks:
        yield "Checks by providers", table(CHECK_HEADS, list(map(_check_row, story.checks)))
    yield "Campaigns", table(CAMPAIGN_HEADS, [*campaigns, _trade_row("all", "-", story.total)])
    yield (
        "Caps that filled up most: used, and what their plans wanted by then",
        table(("cap", *hours, "limit"), [row for cap in story.caps for row in _cap_rows(cap)]),
    )
    yield (
        "Mean bids by the hour, and what caps, demand and pushes did to the value of a lead",
        table(("", *hours), [row for campaign in priced for row in _price_rows(campaign)]),
    )
    if story.territories:
        yield (
            f"Two territories of {story.territories[0].campaign}",
            table(
                ("", *hours),
                [
                    (f"{day.territory} {name}", *_money_cells(series))
                    for day in story.territories
                    for name, series in (("bid", day.price), ("demand's shadow", day.shadow))
                ],
            ),
        )
    yield "Win rate by leg and by the price of the bid", table(WIN_HEADS, list(_win_rows(story)))
    if untrained := sorted({leg.vertical for leg in story.wins if not leg.learned}):
        yield "Untrained", f"  No auction has taught the prediction of wins in {', '.join(untrained)} yet."
    yield (
        "Conversion of the leads bought, predicted and true",
        table(TRUE_HEADS, list(map(_true_row, story.calibration))),
    )
    yield (
        f"Deliveries: {story.attempts.delivered} of {story.total.leads} leads reached the CRM",
        table(("attempts", ""), _counts(story.attempts.by_outcome)),
    )
    yield (
        "Answer times in ms, as the sellers measured them",
        table(
            ("", "median", "p95", "p99", "longest"),
            [_time_row("ping", story.ping_times), _time_row("post", story.post_times)],
        ),
    )
    yield "Who bought on this market", table(BUYER_HEADS, tally.buyer_rows())
    yield "Who sold", table(SELLER_HEADS, tally.seller_rows(tally.sellers))
    yield from story.explained


CHECK_HEADS = ("check", "pings", "posts", "passed", "open", "bids cut", "refused", "cost")
WIN_HEADS = ("vertical", "leg", "around", "bids", "won", "predicted")
TRUE_HEADS = ("predicted", "leads", "converted", "truly likely")


def _hours(story: Story) -> tuple[str, ...]:
    """Up to when each column goes, as clocks of the buyer show it."""
    zone = ZoneInfo(story.zone)
    bins = len(story.pings)
    ends = [min(first + COLUMN_BINS, bins) for first in range(0, bins, COLUMN_BINS)]
    return tuple([datetime.fromtimestamp(story.start + end * QUARTER_S, zone).strftime("to %H:%M") for end in ends])


def _counts(counted: dict[str, int]) -> list[tuple[str, str]]:
    return [(name, str(count)) for name, count in counted.items()]


def _trade_row(name: str, mean_bid: str, trade: DayTrade) -> tuple[str, ...]:
    return (
        name,
        f"{trade.bids:,}",
        mean_bid,
        number(trade.win_rate, ".0%"),
        f"{trade.leads:,}",
        money(trade.spend_cents),
        each(trade.spend_cents, trade.leads),
        str(trade.conversions),
        each(trade.spend_cents, trade.conversions),
        money(trade.handling_cents),
        money(trade.profit_cents),
    )


def _cap_rows(cap: CapDay) -> Iterator[tuple[str, ...]]:
    name = f"{cap.campaign}, {cap.cap} {cap.part}".strip()
    limit = _amount(cap, float(cap.limit))
    yield (name, *[_amount(cap, value) for value in _at_ends(cap.used)], limit)
    yield ("  plan", *[_amount(cap, value) for value in _at_ends(cap.plan)], "")


def _price_rows(campaign: CampaignDay) -> Iterator[tuple[str, ...]]:
    yield (campaign.name, *_money_cells(campaign.price))
    for name, series in campaign.shadows.items():
        if any(series.totals):
            yield (f"  {name}", *_money_cells(series, sign=-1))
    for push in campaign.pushes:
        yield (f"  {push.name}", *_money_cells(push.cents))


def _money_cells(series: Series, sign: int = 1) -> list[str]:
    return ["-" if isnan(mean) else money(sign * mean) for mean in series.means(COLUMN_BINS)]


def _at_ends(values: tuple[float, ...]) -> list[float]:
    return [values[min(first + COLUMN_BINS, len(values)) - 1] for first in range(0, len(values), COLUMN_BINS)]


def _amount(cap: CapDay, value: float) -> str:
    if isnan(value):
        return "-"
    return money(value) if cap.measure == "spend" else f"{value:.0f}"


def _check_row(check: CheckDay) -> tuple[str, ...]:
    counts = (check.pings, check.posts, check.passed, check.open, check.cut)
    return check.check, *[f"{count:,}" for count in counts], refused(check), money(check.millicents / 1000.0)


def _win_rows(story: Story) -> Iterable[tuple[str, ...]]:
    for leg in story.wins:
        for band in leg.bands:
            predicted = f"{band.expected:.0%}"
            yield leg.vertical, leg.leg, money(band.at), str(band.count), f"{band.share:.0%}", predicted


def _true_row(band: Band) -> tuple[str, ...]:
    return f"{band.at:.1%}", str(band.count), f"{band.share:.1%}", f"{band.expected:.1%}"


def _time_row(name: str, took: AnswerTimes) -> tuple[str, ...]:
    return name, *[f"{ms:.1f}" for ms in (took.median, took.p95, took.p99, took.longest)]
