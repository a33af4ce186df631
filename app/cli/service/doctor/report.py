"""What an examination of a data directory comes to: its findings, and what was lost on the way."""

from collections.abc import Sequence
from typing import Literal

import msgspec

State = Literal["sound", "attention", "broken"]
"""`attention`: a service starts with it, and something is damaged or lost. `broken`: none should start on it."""


class DoctorFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was examined. `text` names the file."""

    part: str
    state: State
    text: str
    remedy: str = ""


class LostSale(msgspec.Struct, frozen=True, kw_only=True):
    """A sale that the journal knows and the database does not; `at` is in UTC epoch seconds."""

    lead_id: str
    ping_id: str
    seller: str
    campaign: str
    price_cents: int
    at: float


class RestoreLoss(msgspec.Struct, frozen=True, kw_only=True):
    """How far database and journal reach (UTC epoch seconds, `None` where they are empty), and what only one knows.

    `database_behind_s` and `journal_behind_s` are how much earlier one ends than the other. `undecided` are sales after
    the end of the journal, which knows no decision of theirs.
    """

    newest_sale: float | None = None
    newest_line: float | None = None
    database_behind_s: float = 0.0
    journal_behind_s: float = 0.0
    sales: tuple[LostSale, ...] = ()
    undecided: int = 0


class DoctorReport(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `loss` is `None` where the database could not be asked."""

    status: int
    findings: tuple[DoctorFinding, ...]
    loss: RestoreLoss | None


def sound(part: str, text: str) -> DoctorFinding:
    """What is as it should be."""
    return DoctorFinding(part=part, state="sound", text=text)


def attention(part: str, text: str, remedy: str = "") -> DoctorFinding:
    """What a service lives with, and somebody should look at."""
    return DoctorFinding(part=part, state="attention", text=text, remedy=remedy)


def broken(part: str, text: str, remedy: str = "") -> DoctorFinding:
    """What no service should start with."""
    return DoctorFinding(part=part, state="broken", text=text, remedy=remedy)


def report_of(findings: Sequence[DoctorFinding], loss: RestoreLoss | None) -> DoctorReport:
    """The report, whose `status` is 0 where all is well, 1 where something is damaged or lost, 2 for no service."""
    states = {finding.state for finding in findings}
    is_lost = loss is not None and bool(loss.sales or loss.undecided)
    status = 2 if "broken" in states else 1 if "attention" in states or is_lost else 0
    return DoctorReport(status=status, findings=tuple(findings), loss=loss)
