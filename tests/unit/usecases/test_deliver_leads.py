"""What is recorded of an attempt, decided from values alone."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.crm.outcome import Judgement
from app.crm.payload import Unbuildable, build_request
from app.domain.delivery.delivery import ClaimedDelivery
from app.domain.delivery.destination import Destination, Source, require_secrets, secret_references
from app.domain.delivery.feedback import Feedback
from app.domain.delivery.retry import SCHEDULE_S
from app.outbound.message import OutboundAnswer, OutboundRequest
from app.usecases.deliver_leads import Target, report_of, sent_of
from tests.integration.crm.world import a_lead
from tests.table import each_row

NOW = 1_790_000_000.0
LAST = len(SCHEDULE_S)


def claimed(attempt: int) -> ClaimedDelivery:
    return ClaimedDelivery(
        delivery_id="d-1", destination="crm", webhook_id="msg_1", owner="w-1", attempt=attempt, lead={"lead_id": "Ada"}
    )


@each_row(
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


HOOK = Destination(name="hook", url="https://seller.example/back?id={seller_lead_id}&why={feedback.text}")


def told_of(text: str, form: str = "", **destination: Any) -> OutboundRequest | Unbuildable:
    told = Feedback(type="return", reason="duplicate", code="DUPE", form=form, at=1_790_000_000.0, text=text)
    lead = {**a_lead(1), "seller_lead_id": "A/1&2"}
    claimed = ClaimedDelivery(
        delivery_id="d", destination="hook", webhook_id="msg_d", owner="w/0", attempt=1, lead=lead, feedback=told
    )
    target = Target(destination=replace(HOOK, **destination), secrets={"env:KEY": "s3cret"})
    what, document = sent_of(target, claimed)
    return build_request(what.destination, document, what.secrets, claimed.webhook_id, 1.0)


def test_feedback_fills_the_macros_of_an_address_url_encoded_and_holds_nobody() -> None:
    request = told_of("ours & theirs? #1 €")
    assert isinstance(request, OutboundRequest)
    assert request.url == "https://seller.example/back?id=A%2F1%262&why=ours%20%26%20theirs%3F%20%231%20%E2%82%AC"
    assert b"Lovelace" not in request.body
    assert b"5125550134" not in request.body
    body = msgspec.json.decode(request.body)
    assert (body["type"], body["data"]["feedback"]["code"]) == ("lead.return", "DUPE")


def test_feedback_goes_in_the_form_of_its_platform_unless_its_destination_has_fields() -> None:
    request = told_of("x", form="leadbyte")
    assert isinstance(request, OutboundRequest)
    assert msgspec.json.decode(request.body) == {"leadId": "A/1&2", "reason": "DUPE"}
    fields = {"key": Source(constant="env:KEY"), "BID": Source(constant="1"), "reason": "feedback.code"}
    request = told_of("x", form="leadbyte", fields=fields, encoding="form")
    assert isinstance(request, OutboundRequest)
    assert request.body == b"key=s3cret&BID=1&reason=DUPE"


def test_a_key_in_a_body_is_a_secret_that_must_be_there() -> None:
    keyed = replace(HOOK, fields={"key": Source(constant="env:KEY")})
    assert secret_references(keyed) == ("env:KEY",)
    with pytest.raises(ValueError, match="`env:KEY` is missing"):
        require_secrets(keyed, {})
