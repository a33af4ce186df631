"""What of caps and outcomes somebody should look at: what runs out too early, and fewer people who answer."""

from collections.abc import Iterable, Iterator
from math import sqrt

from app.domain.alerts.alert import Alert, alert
from app.domain.caps.caps import PacedUse
from app.store.feedback import ContactCounts

NEARLY = 0.9
"""The share of a total at which somebody should top it up."""

AHEAD_SHARE = 0.15
AHEAD_LEADS_MIN = 10.0
AHEAD_DEVIATIONS = 3.0
"""How far ahead of its plan a cap must be: in share, in leads, and beyond chance."""

CONTACTS_NOW_MIN, CONTACTS_BEFORE_MIN = 50, 200
CONTACT_DEVIATIONS = 3.0


def full_cap(title: str, window: str, used: int, limit: int, words: str) -> Iterator[Alert]:
    """A day's cap that is full is as planned; what does not come back soon is not."""
    share = used / limit if limit else 1.0
    remedy = "raise it with `leadbid cap set`, or in the configuration"
    if window == "total" and share >= NEARLY:
        yield alert("cap_nearly_used", f"{title} is used up by {share:.0%} ({words})", remedy, title)
    elif window == "month" and share >= 1.0:
        yield alert("cap_full", f"{title} is full for this month ({words})", remedy, title)


def caps_ahead(uses: Iterable[PacedUse]) -> Iterator[Alert]:
    """Caps that will be full long before their window ends, though prices already rose against it."""
    for use in uses:
        cap, size = use.cap, use.price_cents or 1
        used, planned = use.used / size, cap.limit * use.planned / size
        if cap.window in ("hour", "total") or use.used >= cap.limit or used < AHEAD_LEADS_MIN:
            continue
        is_far = (used - planned) * size >= AHEAD_SHARE * cap.limit
        if is_far and used - planned > AHEAD_DEVIATIONS * sqrt(planned + 1.0):
            whose = f" {use.part}" if use.part else ""
            yield alert(
                "cap_ahead",
                f"{cap.title}{whose} is used by {use.used / cap.limit:.0%}, where its plan for the {cap.window} has "
                f"{use.planned:.0%} by now",
                "is a price too high, or a seller sending more than usual?",
                f"{cap.title}{whose}",
            )


def contact_alerts(counts: Iterable[ContactCounts], fall: float) -> Iterator[Alert]:
    """Leads of the last days that were reached far less often than those of the weeks before: of each seller with
    enough of them, of the others together. Where all of a campaign's sellers fell, it is the campaign that did.
    """
    by_campaign: dict[str, list[ContactCounts]] = {}
    for each in counts:
        by_campaign.setdefault(each.campaign, []).append(each)
    for campaign, sellers in by_campaign.items():
        apart = [each for each in sellers if _is_enough(each)]
        groups = [*apart, _together(campaign, [each for each in sellers if not _is_enough(each)])]
        judged = [each for each in groups if _is_enough(each)]
        fallen = [each for each in judged if _has_fallen(each, fall)]
        if len(fallen) > 1 and len(fallen) == len(judged):
            fallen = [_together(campaign, sellers)]
        yield from map(_contact_alert, fallen)


def _is_enough(each: ContactCounts) -> bool:
    return each.leads >= CONTACTS_NOW_MIN and each.leads_before >= CONTACTS_BEFORE_MIN


def _together(campaign: str, sellers: list[ContactCounts]) -> ContactCounts:
    return ContactCounts(
        campaign,
        "",
        sum(each.leads for each in sellers),
        sum(each.contacted for each in sellers),
        sum(each.leads_before for each in sellers),
        sum(each.contacted_before for each in sellers),
    )


def _has_fallen(each: ContactCounts, fall: float) -> bool:
    now, before = each.contacted / each.leads, each.contacted_before / each.leads_before
    deviation = sqrt(before * (1.0 - before) * (1.0 / each.leads + 1.0 / each.leads_before))
    return before > 0.0 and now <= before * (1.0 - fall) and before - now > CONTACT_DEVIATIONS * deviation


def _contact_alert(each: ContactCounts) -> Alert:
    whose = f"{each.campaign} from {each.seller}" if each.seller else each.campaign
    return alert(
        "contact_falling",
        f"{each.contacted / each.leads:.0%} of {each.leads:,} recent leads of {whose} were reached within two days, "
        f"where it were {each.contacted_before / each.leads_before:.0%} before",
        "compare sellers and sources with `leadbid scorecard`, and see whether the CRM still reports outcomes",
        f"{each.campaign} {each.seller}".rstrip(),
    )
