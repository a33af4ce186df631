"""What a plot shows, in one sentence with the day's own figures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isnan
from zoneinfo import ZoneInfo

from app.domain.money import money
from app.pages.amounts import percent
from app.reports.day.bins import A_HOUR, AnswerTimes, Band, Series
from app.reports.day.campaign_days import CampaignDay, Push
from app.reports.day.cap_days import CapDay
from app.reports.day.check_days import CheckDay
from app.reports.day.story import Attempts, Story
from app.reports.day.territory_days import TerritoryDay
from app.reports.day.win_bands import LegWins
from app.reports.tally import QUARTER_S


def date(story: Story) -> str:
    """The day as in "Friday, November 20, 2026"."""
    at = datetime.fromtimestamp(story.start, ZoneInfo(story.zone))
    return f"{at:%A}, {at:%B} {at.day}, {at.year}"


def clock(story: Story, place: float) -> str:
    """The local time at which a bin begins, with the name of its zone: "15:00 EST"."""
    return f"{datetime.fromtimestamp(story.start + place * QUARTER_S, ZoneInfo(story.zone)):%H:%M %Z}"


def refused(check: CheckDay) -> str:
    """Leads that a check refused, by code."""
    return ", ".join(f"{count:,} {code}" for code, count in check.refused.items()) or "-"


def flow(story: Story) -> str:
    hours = [sum(story.pings[first : first + A_HOUR]) for first in range(0, len(story.pings), A_HOUR)]
    busiest = hours.index(max(hours))
    return (
        f"The busiest hour began at {clock(story, A_HOUR * busiest)} with {hours[busiest]:,} pings; "
        f"over the day {percent(sum(story.bids), sum(story.pings))} of pings got a bid "
        f"and {percent(sum(story.leads), sum(story.bids))} of bids bought a lead."
    )


def reasons(story: Story) -> str:
    """Of pings without a bid."""
    code, count = next(iter(story.reasons.items()))
    whole = sum(story.reasons.values())
    return f"{code} is the most frequent reason: {percent(count, whole)} of {whole:,} pings without a bid."


def costs(campaigns: Sequence[CampaignDay]) -> str:
    """The dearest lead and the dearest conversion, and who had none."""
    leads = {day.name: day.trade.spend_cents / day.trade.leads for day in campaigns}
    conversions = {
        day.name: day.trade.spend_cents / day.trade.conversions for day in campaigns if day.trade.conversions
    }
    dearest = max(leads, key=lambda name: leads[name])
    said = f"{dearest} paid most for a lead, {money(leads[dearest])}"
    if conversions:
        dearest = max(conversions, key=lambda name: conversions[name])
        said += f"; {dearest} paid most for a conversion, {money(conversions[dearest])}"
    without = [day.name for day in campaigns if not day.trade.conversions]
    return said + (f"; none of the leads of {' and '.join(without)} converted." if without else ".")


def cap(story: Story, day: CapDay) -> str:
    amount = money if day.measure == "spend" else lambda count: f"{count:,.0f}"
    full = next((at for at, used in enumerate(day.used) if used >= day.limit), None)
    ahead = [used - plan for used, plan in zip(day.used, day.plan, strict=True) if not isnan(used - plan)]
    said = f"{amount(day.most)} of {amount(day.limit)}, {percent(day.most, day.limit)}"
    said += f", full by {clock(story, full + 1)}" if full is not None else ""
    return said + (
        f"; at most {amount(max(ahead))} ahead of plan." if ahead and max(ahead) >= 1 else "; never ahead of plan."
    )


def prices(story: Story, campaign: CampaignDay, shadows: Mapping[str, Series]) -> str:
    said = "No cap ran so far ahead of its plan that it moved a bid."
    if shadows:
        name, shadow = next(iter(shadows.items()))
        highest, at = max((mean, at) for at, mean in enumerate(shadow.means()) if not isnan(mean))
        said = f"The shadow price of {name} took up to {money(highest)} off the value of a lead, at {clock(story, at)}."
    shaded = [f"{push.name} {_spans(story, push)}" for push in campaign.pushes]
    return f"{said} Shaded: {', '.join(shaded)}." if shaded else said


def pushes(story: Story, pushes: Sequence[Push]) -> str:
    """What each did, the one that touched most leads first."""
    return ". ".join([_pushed(story, push) for push in pushes]) + "."


def territory(day: TerritoryDay) -> str:
    cents = day.shadow.mean
    effect = f"takes {money(cents)} off" if cents >= 0 else f"adds {money(-cents)} to"
    bids = f"the mean of {day.price.count:,} bids" if day.price.count > 1 else "its one bid"
    return f"Demand {effect} what a lead may cost on average; {bids} was {money(day.price.mean)}."


def wins(leg: LegWins) -> str:
    """The share won against the prediction, and from which price on at least half are won."""
    bands = leg.bands
    count, hits = sum(band.count for band in bands), sum(band.hits for band in bands)
    expected = sum(band.expected * band.count for band in bands)
    said = f"{percent(hits, count)} of {count:,} bids were won, where {percent(expected, count)} were predicted"
    said += "" if leg.learned else ". The prediction is untrained: no auction has taught it yet"
    lost = [at for at, band in enumerate(bands) if band.share < 0.5]
    half = bands[lost[-1] + 1].at if lost and lost[-1] + 1 < len(bands) else None
    return said + (f". At about {money(half)} and above, at least half are won." if half is not None else ".")


def reliability(bands: Sequence[Band]) -> str:
    count, hits = sum(band.count for band in bands), sum(band.hits for band in bands)
    predicted = sum(band.at * band.count for band in bands)
    true = sum(band.expected * band.count for band in bands)
    return (
        f"On the dashed line predictions are right: of {count:,} leads {predicted / count:.1%} were predicted to "
        f"convert, {true / count:.1%} is the truth, and {hits / count:.1%} did."
    )


def deliveries(attempts: Attempts) -> str:
    missing = f"{attempts.undelivered:,} have not arrived" if attempts.undelivered else "none is missing"
    return f"{attempts.delivered:,} leads arrived and {missing}, after {attempts.attempts:,} attempts in all."


def _pushed(story: Story, push: Push) -> str:
    verb = "took" if push.cents.mean < 0 else "added"
    amount = f"{money(abs(push.cents.mean))} {'off' if push.cents.mean < 0 else 'to'} the value of a lead"
    return f"{push.name} {verb} {amount} {_spans(story, push)}"


def _spans(story: Story, push: Push) -> str:
    return " and ".join([f"from {clock(story, first)} to {clock(story, last)}" for first, last in push.spans])


def latency(ping: AnswerTimes) -> str:
    return f"Half of the pings were answered within {ping.median:.1f} ms, 99% within {ping.p99:.1f} ms."
