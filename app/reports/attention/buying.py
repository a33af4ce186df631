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
    """Campaigns whose leads of the last days were reached far less often than those of the weeks before."""
    for each in counts:
        if each.leads < CONTACTS_NOW_MIN or each.leads_before < CONTACTS_BEFORE_MIN or not each.contacted_before:
            continue
        now, before = each.contacted / each.leads, each.contacted_before / each.leads_before
        deviation = sqrt(before * (1.0 - before) * (1.0 / each.leads + 1.0 / each.leads_before))
        if now <= before * (1.0 - fall) and before - now > CONTACT_DEVIATIONS * deviation:
            yield alert(
                "contact_falling",
                f"{now:.0%} of {each.leads:,} recent leads of {each.campaign} were reached within two days, where it "
                f"were {before:.0%} before",
                "compare sellers and sources with `leadbid scorecard`, and see whether the CRM still reports outcomes",
                each.campaign,
            )
