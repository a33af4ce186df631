"""HTTP says as much of an answer as its seller goes by."""

from app.dialects.answers import ping_status, post_status, told_status
from app.dialects.own_words import GENERIC
from app.domain.seller import Statuses
from app.platforms.known import DIALECTS
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer
from tests.table import each_row


@each_row(("code", "status"), [("", 200), ("cap_reached", 200), ("auth_failed", 401), ("internal", 503)])
def test_only_faults_of_a_ping_have_codes_of_their_own(code: str, status: int) -> None:
    assert ping_status(PingAnswer(status="rejected", ping_id="", reason_code=code)) == status


@each_row(
    ("code", "statuses", "status"),
    [
        ("duplicate", "usual", 200),
        ("duplicate", "always_200", 200),
        ("duplicate", "strict_rest", 409),
        ("missing_field", "strict_rest", 400),
        ("consent_missing", "strict_rest", 422),
        ("internal", "strict_rest", 503),
    ],
)
def test_a_refused_post_has_the_code_that_its_seller_goes_by(code: str, statuses: Statuses, status: int) -> None:
    assert post_status(PostAnswer(status="rejected", ping_id="", reason_code=code), GENERIC, statuses) == status


def test_a_sale_has_its_dialects_code() -> None:
    sale = PostAnswer(status="accepted", ping_id="")
    assert post_status(sale, GENERIC, "strict_rest") == 200
    assert post_status(sale, DIALECTS["leadconduit"], "usual") == 201


def test_a_seller_that_is_always_told_200_finds_the_true_code_in_a_header() -> None:
    assert told_status(401, "always_200") == (200, {"X-Original-Status-Code": "401"})
    assert told_status(401, "usual") == (401, {})
    assert told_status(200, "always_200") == (200, {})
