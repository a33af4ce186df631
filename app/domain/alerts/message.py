"""The message that one digest makes: a title, a text for people, and the same as fields for programs."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal

import msgspec

from app.domain.alerts.alert import Severity
from app.domain.alerts.notices import AlertState, Digest
from app.domain.calendar import local_text, utc_text

TARGETS_SHOWN = 5
"""Of one cause: when a whole network is away, forty sellers are silent."""


class MessageLine(msgspec.Struct, frozen=True, kw_only=True):
    """One alert in a message."""

    state: Literal["new", "still", "over"]
    cause: str
    target: str
    severity: Severity
    text: str
    since: str


class AlertMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent. `text` is plain, for whoever reads it; `alerts` holds all, also those that `text` leaves out."""

    type: str = "leadbid.alerts"
    at: str
    severity: Severity
    title: str
    text: str
    alerts: tuple[MessageLine, ...] = ()


def message_of(told: Digest, brand: str, zone: str, now: float) -> AlertMessage:
    """The message of a digest, with times on the buyer's clock."""
    begun = (*told.new, *told.still)
    lines = [*_lines("new", told.new), *_lines("still", told.still), *_lines("over", told.over)]
    return AlertMessage(
        at=utc_text(now),
        severity="critical" if any(state.severity == "critical" for state in begun) else "warning",
        title=_title(told, brand),
        text="\n".join(
            [
                *_paragraph("", told.new, zone),
                *_paragraph("Still so", told.still, zone),
                *_paragraph("Over", told.over, zone),
            ]
        ).strip(),
        alerts=tuple(lines),
    )


def test_message(brand: str, now: float) -> AlertMessage:
    """What `leadbid alerts test` sends."""
    return AlertMessage(
        at=utc_text(now),
        severity="warning",
        title=f"leadbid, {brand}: test",
        text="This is a test: alerts arrive here.",
    )


def _title(told: Digest, brand: str) -> str:
    counts = [(len(told.new), "new"), (len(told.still), "still so"), (len(told.over), "over")]
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    causes = list(dict.fromkeys(state.cause for state in (*told.new, *told.still, *told.over)))
    return f"leadbid, {brand}: {', '.join(causes[:3])}{', ...' if len(causes) > 3 else ''} ({said})"


def _lines(state: Literal["new", "still", "over"], states: Iterable[AlertState]) -> Iterator[MessageLine]:
    for each in states:
        yield MessageLine(
            state=state,
            cause=each.cause,
            target=each.target,
            severity=each.severity,
            text=each.text,
            since=utc_text(each.since),
        )


def _paragraph(title: str, states: Iterable[AlertState], zone: str) -> Iterator[str]:
    """A line for each alert, of one cause only so many."""
    states = list(states)
    if states and title:
        yield ""
        yield f"{title}:"
    for cause, group in groupby(states, key=lambda state: state.cause):
        those = list(group)
        for each in those[:TARGETS_SHOWN]:
            mark = "!! " if each.severity == "critical" else "- "
            yield f"{mark}{each.text} (since {local_text(each.since, zone)})"
        if len(those) > TARGETS_SHOWN:
            yield f"- and {len(those) - TARGETS_SHOWN} more of {cause}: `leadbid status` shows all"
