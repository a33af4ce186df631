"""Providers that do not answer or are used up need attention, and disks that are nearly full."""

from typing import Any

from app.reports.attention.others import provider_alerts, retain_alerts
from app.reports.attention.service import disk_alerts
from app.service_notes import ProviderState
from tests.table import each_row

GB = 1024**3


@each_row(
    ("state", "causes"),
    [
        ({}, []),
        ({"failures": 3}, []),
        ({"failures": 5, "opens_at": 1.0}, ["provider_down"]),
        ({"budget_cents": 100, "spent_millicents": 99_000, "call_millicents": 250}, []),
        ({"budget_cents": 100, "spent_millicents": 99_800, "call_millicents": 250}, ["provider_budget"]),
        ({"budget_cents": 100, "spent_millicents": 99_750, "call_millicents": 250}, []),  # one call more is paid for
        ({"spent_millicents": 10**9}, []),
        ({"sellers": {"acme": 4_900, "bluebird": 4_000}, "call_millicents": 250}, []),
    ],
)
def test_a_provider_needs_attention(state: dict[str, Any], causes: list[str]) -> None:
    assert [each.cause for each in provider_alerts({"trustedform": ProviderState(**state)})] == causes


def test_a_fault_of_ours_is_named() -> None:
    (only,) = provider_alerts({"tf": ProviderState(opens_at=1.0, fault="TrustedForm does not know our API key")})
    assert only.sentence == "check tf: TrustedForm does not know our API key, so its questions stay open"


def test_a_seller_that_used_up_its_part_of_a_budget_is_named() -> None:
    spent = {"acme": 4_900, "bluebird": 4_000}
    state = ProviderState(call_millicents=250, budget_cents=100, seller_budget_cents=5, sellers=spent)
    (only,) = provider_alerts({"trustedform": state})
    assert (only.cause, only.target) == ("provider_budget", "trustedform acme")
    assert "leads of acme today (UTC) is used up" in only.text


@each_row(
    ("free", "total", "causes"),
    [
        (50 * GB, 100 * GB, []),
        (3 * GB, 100 * GB, ["disk_low"]),
        (100 * GB, 4_000 * GB, []),
        (GB // 10, 100 * GB, ["disk_full"]),
    ],
)
def test_a_disk_needs_attention(free: int, total: int, causes: list[str]) -> None:
    assert [each.cause for each in disk_alerts(free, total, 0.05)] == causes


@each_row(
    ("late", "lost", "causes"),
    [(0, 0, []), (1, 0, ["certificates_expiring"]), (2, 3, ["certificates_expiring", "certificates_lost"])],
)
def test_certificates_that_are_not_stored_need_attention(late: int, lost: int, causes: list[str]) -> None:
    assert [each.cause for each in retain_alerts(late, lost)] == causes
