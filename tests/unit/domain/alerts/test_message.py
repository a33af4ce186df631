"""A message says what is new, what is still so and what is over, and of one cause only a few."""

from app.domain.alerts.alert import Severity
from app.domain.alerts.message import TARGETS_SHOWN, message_of
from app.domain.alerts.notices import AlertState, Digest

NOW = 1_790_000_000.0


def state(cause: str = "seller_silent", target: str = "acme", severity: Severity = "warning") -> AlertState:
    text = f"{target} has sent no ping"
    return AlertState(cause=cause, target=target, severity=severity, text=text, since=NOW, seen_at=NOW)


def test_the_text_says_each_alert_with_its_time_on_the_buyers_clock() -> None:
    told = message_of(Digest(new=(state(),), over=(state("cap_ahead", "solar"),)), "Harbor", "America/New_York", NOW)
    assert told.title == "leadbid, Harbor: seller_silent, cap_ahead (1 new, 1 over)"
    first, *_, last = told.text.splitlines()
    assert first == "- acme has sent no ping (since 2026-09-21 10:13 EDT)"
    assert last.startswith("- solar")
    assert [each.state for each in told.alerts] == ["new", "over"]
    assert told.severity == "warning"


def test_forty_sellers_are_one_cause() -> None:
    told = message_of(Digest(new=tuple(state(target=f"seller-{n}") for n in range(40))), "Harbor", "UTC", NOW)
    assert len(told.text.splitlines()) == TARGETS_SHOWN + 1
    assert told.text.endswith("and 35 more of seller_silent: `leadbid status` shows all")
    assert len(told.alerts) == 40


def test_what_is_over_wakes_nobody() -> None:
    assert message_of(Digest(over=(state(severity="critical"),)), "Harbor", "UTC", NOW).severity == "warning"
    assert message_of(Digest(new=(state(severity="critical"),)), "Harbor", "UTC", NOW).severity == "critical"
