"""The proof of one lead as a page to read: for the buyer, its lawyer, and whoever asks why somebody was called."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.calendar import utc_text
from app.pages.document import document
from app.reports.people.lead_story import LeadStory, timeline
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
        timeline=[(utc_text(each.at), each.what, each.detail) for each in timeline(story, record)],
        acts=[(utc_text(each.at), each.told_by, each.action, each.detail) for each in record.audit],
        trouble=trouble,
        explained=explained,
        verify=verify,
    )


def _told(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), str(value)) for name, value in values.items() if value not in ("", None)]
