"""The proof of one lead as a page to read: for the buyer, its lawyer, and whoever asks why somebody was called."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.calendar import utc_text
from app.domain.money import money
from app.pages.document import document
from app.reports.people.lead_story import LeadStory
from app.store.people.records import LeadRecord

_SHOWN_MAX = 20_000
"""Letters of what was received that the page shows; the file beside it has all."""


def evidence_page(
    story: LeadStory,
    record: LeadRecord,
    identity: Mapping[str, Any] | None,
    received: Mapping[str, bytes],
    trouble: Sequence[str],
    explained: str,
    verify: str,
) -> str:
    """One HTML file that needs nothing from elsewhere."""
    person = identity or {}
    return document(
        "app/reports/people/evidence_page.html",
        story=story,
        record=record,
        contact=_told(person.get("contact", {})),
        consent=_told(person.get("consent", {})),
        fields=_told(person.get("fields", {})),
        received={kind: piece.decode(errors="replace")[:_SHOWN_MAX] for kind, piece in sorted(received.items())},
        digests=dict(record.lead.evidence),
        timeline=_timeline(story, record),
        acts=[(utc_text(each.at), each.told_by, each.action, each.detail) for each in record.audit],
        trouble=trouble,
        explained=explained,
        verify=verify,
    )


def _told(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), str(value)) for name, value in values.items() if value not in ("", None)]


def _timeline(story: LeadStory, record: LeadRecord) -> list[tuple[str, str, str]]:
    """(when, what, detail), the earliest first."""
    bids = ", ".join([f"{money(bid.price_cents)} {bid.leg}" for bid in story.bids])
    events = [(post.at, "post", f"{post.status} {post.reason_code}".strip()) for post in story.posts]
    if story.pinged_at is not None:
        events.append((story.pinged_at, "ping", f"bid {bids}" if bids else story.reason_code))
    if story.sold_at is not None:
        events.append((story.sold_at, "sale", f"bought for {money(story.price_cents or 0)} from {story.seller}"))
    for detail in record.deliveries:
        for attempt in detail.attempts:
            answer = f"HTTP {attempt.http_status}" if attempt.http_status else attempt.failure
            what = f"{detail.delivery.destination}: {attempt.status}, {answer} {attempt.note}".strip()
            events.append((attempt.started_at, "delivery", what))
    events += [(each.occurred_at, "outcome", f"{each.event}, by {each.source}") for each in record.outcomes]
    if story.forgotten_at is not None:
        events.append((story.forgotten_at, "identity erased", "who it is was forgotten, or kept long enough"))
    return [(utc_text(at), what, detail) for at, what, detail in sorted(events)]
