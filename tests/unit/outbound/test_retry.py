"""When what failed is sent again: the schedule, and what the answer asks for."""

from app.domain.delivery.retry import SCHEDULE_S
from app.outbound.message import OutboundAnswer
from app.outbound.retry import next_attempt_at, retry_after_s
from tests.table import each_row

NOW = 1_790_000_000.0


@each_row(
    ("text", "wait_s"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Mon, 21 Sep 2026 14:15:20 GMT", 120.0),
        ("Mon, 21 Sep 2020 14:15:20 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("٣", None),
        ("9" * 400, 999_999_999.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str, wait_s: float | None) -> None:
    assert retry_after_s(OutboundAnswer(status=429, headers={"retry-after": text}), NOW) == wait_s


def test_the_next_attempt_waits_for_the_longer_of_schedule_and_answer() -> None:
    assert next_attempt_at(1, OutboundAnswer(status=503), NOW, 0.0) == NOW + SCHEDULE_S[1]
    asked = OutboundAnswer(status=503, headers={"retry-after": "90"})
    assert next_attempt_at(1, asked, NOW, 0.0) == NOW + 90.0
    assert next_attempt_at(len(SCHEDULE_S) - 1, asked, NOW, 0.0) == NOW + SCHEDULE_S[-1]


def test_after_the_last_attempt_there_is_none_whatever_the_answer_asks() -> None:
    assert next_attempt_at(len(SCHEDULE_S), OutboundAnswer(headers={"retry-after": "9"}), NOW, 0.0) is None
