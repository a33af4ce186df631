"""Which providers and CRMs somebody should look at: those that fail, are used up, or take no leads."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from app.domain.alerts.alert import Alert, alert
from app.service_notes import ProviderState

WAITS_S = 900.0
"""A lead that waits longer for its CRM is late."""


class DestinationStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries of one destination, of all time but for those `undelivered` lately, which are rejected or dead.

    `failures` are in a row, and `tried_at` is when it is tried next where it is left alone.
    """

    destination: str
    waiting: int
    waiting_since: float | None
    arrived: int
    rejected: int
    dead: int
    undelivered: int
    disabled: str
    failures: int
    tried_at: float | None


def destination_alerts(destinations: Iterable[DestinationStatus], now: float) -> Iterator[Alert]:
    """Destinations that take no leads, and leads that have not arrived."""
    for each in destinations:
        name = each.destination
        if each.disabled:
            sentence, remedy = f"{name} is disabled ({each.disabled})", f"`leadbid deliveries enable {name}`"
            yield alert("destination_disabled", sentence, remedy, name)
        elif each.tried_at is not None:
            sentence = f"{name} fails ({each.failures} times in a row) and is left alone for a while"
            yield alert("destination_failing", sentence, target=name)
        if each.undelivered:
            sentence = f"{_counted(each.undelivered, 'lead')} of the last week did not reach {name}"
            remedy = f"`leadbid deliveries list --status dead --destination {name}`"
            yield alert("leads_undelivered", sentence, remedy, name)
        if each.waiting and now - (each.waiting_since if each.waiting_since is not None else now) > WAITS_S:
            first = f"the first for more than {WAITS_S / 60:.0f} minutes"
            sentence = f"{_counted(each.waiting, 'lead')} waiting for {name}, {first}"
            yield alert("leads_waiting", sentence, target=name)


def provider_alerts(providers: Mapping[str, ProviderState]) -> Iterator[Alert]:
    """Providers that do not answer, or may not be asked any more today."""
    for name, each in providers.items():
        if each.opens_at is not None:
            what = f"check {name}: {each.fault}" if each.fault else f"the provider of check {name} fails"
            often = f" ({each.failures} times in a row)" if each.failures else ""
            sentence = f"{what}{often}, so its questions stay open"
            yield alert("provider_down", sentence, "`on_unknown` says what becomes of leads meanwhile", name)
        if _is_used_up(each, each.spent_millicents, each.budget_cents):
            sentence = f"the budget of check {name} for today (UTC) is used up, so its questions stay open"
            yield alert("provider_budget", sentence, "raise `daily_budget`", name)
        for seller, spent in each.sellers.items():
            if _is_used_up(each, spent, each.seller_budget_cents):
                sentence = (
                    f"what check {name} may cost for leads of {seller} today (UTC) is used up, so its questions about "
                    "them stay open"
                )
                remedy = f"see whether {seller} sends what it should, or raise `seller_daily_budget`"
                yield alert("provider_budget", sentence, remedy, f"{name} {seller}")


def _is_used_up(each: ProviderState, millicents: int, budget_cents: int | None) -> bool:
    """Whether what is left pays for no call."""
    return budget_cents is not None and millicents > budget_cents * 1000 - each.call_millicents


def retain_alerts(late: int, lost: int) -> Iterator[Alert]:
    """Certificates that are not stored yet though they soon expire, and those that no longer can be."""
    if late:
        sentence = f"the certificates of {_counted(late, 'lead')} could not be stored yet, and expire"
        yield alert("certificates_expiring", sentence, "see whether the provider answers: `leadbid status`")
    if lost:
        sentence = f"the certificates of {_counted(lost, 'lead')} of the last week are lost"
        yield alert("certificates_lost", sentence, "the log names the leads; do not call them without other proof")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
