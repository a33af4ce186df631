"""The disposition of a lead, from all its outcomes: a label that only advances, even if events come late or twice."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from app.wire.feedback import OutcomeKind

Disposition = Literal["", "not_contacted", "contacted", "qualified", "quoted", "sold"]

DISPOSITIONS: tuple[Disposition, ...] = ("", "not_contacted", "contacted", "qualified", "quoted", "sold")
"""From the lowest: nothing heard, tried in vain, spoken with, worth a quote, quoted, bought."""

_RANK: dict[str, int] = {disposition: height for height, disposition in enumerate(DISPOSITIONS)}


class OutcomeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event. Times are UTC epoch seconds: when it happened, and when we heard of it."""

    event: OutcomeKind
    occurred_at: float
    received_at: float = 0.0
    value_cents: int | None = None


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """The highest disposition, and when it was first reached; beside it what is no disposition.

    `value_cents` is that of the sale as last corrected, `None` where nobody stated one.
    """

    disposition: Disposition = ""
    reached_at: float | None = None
    value_cents: int | None = None
    invalid: bool = False
    opted_out: bool = False

    def is_at_least(self, disposition: Disposition) -> bool:
        """Whether the lead came as far as this disposition."""
        return _RANK[self.disposition] >= _RANK[disposition]


NOTHING = Label()


def label(told: Iterable[OutcomeEvent]) -> Label:
    """The label of one lead. It does not depend on the order or the repetition of its events."""
    events = list(told)
    disposition = max([_disposition(each) for each in events], key=_RANK.__getitem__, default=DISPOSITIONS[0])
    return Label(
        disposition=disposition,
        reached_at=min((each.occurred_at for each in events if each.event == disposition), default=None),
        value_cents=_value_cents(events),
        invalid=any(each.event == "invalid" for each in events),
        opted_out=any(each.event == "opted_out" for each in events),
    )


def _disposition(told: OutcomeEvent) -> Disposition:
    event = told.event
    return "" if event == "invalid" or event == "opted_out" else event


def _value_cents(events: list[OutcomeEvent]) -> int | None:
    """A later sale corrects an earlier one; of two at the same moment the one heard later does, then the larger."""
    stated = [
        (each.occurred_at, each.received_at, each.value_cents)
        for each in events
        if each.event == "sold" and each.value_cents is not None
    ]
    return max(stated)[2] if stated else None
