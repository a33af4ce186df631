"""One thing that somebody should look at, as a value: what causes it, what it is about, and what to do."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Severity = Literal["warning", "critical"]

CAUSES: Mapping[str, Severity] = {
    # The service itself.
    "service_down": "critical",
    "service_stopped": "warning",
    "service_unknown": "warning",
    "database_unwritable": "critical",
    "journal_lost": "critical",
    "disk_full": "critical",
    "disk_low": "warning",
    "clock_set": "warning",
    "audit_broken": "critical",
    "configuration_refused": "warning",
    "configuration_held": "warning",
    "configurations_differ": "warning",
    "no_model": "warning",
    "stopped_by_service": "warning",
    # What is bought.
    "no_wins": "critical",
    "seller_silent": "warning",
    "cap_ahead": "warning",
    "cap_full": "warning",
    "cap_nearly_used": "warning",
    "certificates_failing": "warning",
    "scores_moved": "warning",
    "contact_falling": "warning",
    # Who is asked, and who is told.
    "provider_down": "critical",
    "provider_budget": "warning",
    "certificates_expiring": "critical",
    "certificates_lost": "warning",
    "destination_disabled": "critical",
    "destination_failing": "warning",
    "leads_undelivered": "warning",
    "leads_waiting": "warning",
}
"""Every cause by its key. What is critical costs leads or money as long as it lasts, and may break a quiet hour."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """`target` is the seller, campaign, cap, check or destination that it is about. Nothing names a consumer."""

    cause: str
    target: str = ""
    severity: Severity
    sentence: str
    remedy: str = ""

    @property
    def text(self) -> str:
        """The sentence with its remedy."""
        return f"{self.sentence}: {self.remedy}" if self.remedy else self.sentence


def alert(cause: str, sentence: str, remedy: str = "", target: str = "") -> Alert:
    """An alert of this cause, as severe as the cause is."""
    return Alert(cause=cause, target=target, severity=CAUSES[cause], sentence=sentence, remedy=remedy)


def key_of(cause: str, target: str = "") -> str:
    """How commands name one alert: CAUSE, or CAUSE:TARGET."""
    return f"{cause}:{target}" if target else cause
