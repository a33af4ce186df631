"""What is recorded of an attempt, decided from values alone."""

import pytest

from app.crm.outcome import Judgement
from app.crm.payload import Unbuildable
from app.domain.delivery.delivery import ClaimedDelivery
from app.domain.delivery.destination import Destination
from app.domain.delivery.retry import SCHEDULE_S
from app.outbound.message import OutboundAnswer
from app.usecases.deliver_leads import Target, report_of

NOW = 1_790_000_000.0
LAST = len(SCHEDULE_S)


def claimed(attempt: int) -> ClaimedDelivery:
    return ClaimedDelivery(
        delivery_id="d-1", destination="crm", webhook_id="msg_1", owner="w-1", attempt=attempt, lead={"lead_id": "Ada"}
    )


@pytest.mark.parametrize(
    ("attempt", "judgement", "asked_s", "status", "due_at"),
    [
        (1, Judgement(outcome="delivered"), "100", "delivered", None),
        (1, Judgement(outcome="duplicate"), "", "duplicate", None),
        (1, Judgement(outcome="rejected"), "", "rejected", None),
        (1, Judgement(outcome="retry"), "", "pending", NOW + 2.0 + 5.0 * 1.1),
        (1, Judgement(outcome="retry"), "100", "pending", NOW + 2.0 + 110.0),
        (LAST - 1, Judgement(outcome="retry"), "", "pending", NOW + 2.0 + 86_400.0 * 1.1),
        (LAST, Judgement(outcome="retry"), "", "dead", None),
        (LAST, Judgement(outcome="retry", disables=True), "", "pending", NOW + 2.0),
    ],
)
def test_the_judgement_and_the_attempt_decide_what_comes_next(
    attempt: int, judgement: Judgement, asked_s: str, status: str, due_at: float | None
) -> None:
    answer = OutboundAnswer(status=503, headers={"retry-after": asked_s}, took_s=2.0)
    report = report_of(claimed(attempt), answer, judgement, NOW, 0.5)
    assert (report.status, report.started_at, report.took_ms) == (status, NOW, 2_000)
    assert report.due_at == (None if due_at is None else pytest.approx(due_at))
    assert (report.owner, report.attempt) == ("w-1", attempt)


def test_no_request_means_no_status_and_no_time_spent() -> None:
    report = report_of(claimed(1), Unbuildable(why="no"), Judgement(outcome="rejected", note="no"), NOW, 0.0)
    assert (report.http_status, report.took_ms, report.failure, report.note) == (None, 0, "", "no")


def test_neither_a_claim_nor_a_target_prints_what_it_holds() -> None:
    target = Target(destination=Destination(name="crm", url="env:U"), secrets={"env:U": "https://h.example/s3cret"})
    assert "s3cret" not in repr(target)
    assert "Ada" not in repr(claimed(1))
