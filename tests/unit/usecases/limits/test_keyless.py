"""What is refused without a key is counted by the minute, whatever its number."""

from app.domain.reasons import Refusal
from app.journal.lines import PostLine, RefusedLine
from app.usecases.limits.keyless import KeylessRefusals

MINUTE = 29_000_000 * 60.0
NO_KEY, UNREADABLE = Refusal("auth_failed"), Refusal("invalid_field", "json body at byte 17")


def test_each_minute_has_one_line_for_each_reason() -> None:
    refusals = KeylessRefusals()
    for number in range(1_000):
        refusals.add("ping", NO_KEY, MINUTE + number % 60, test=False)
    refusals.add("ping", UNREADABLE, MINUTE + 1.0, test=True)
    refusals.add("post", NO_KEY, MINUTE + 59.9, test=False)
    refusals.add("ping", NO_KEY, MINUTE + 60.0, test=False)
    assert list(refusals.lines(MINUTE + 59.0)) == []
    at = MINUTE + 59.999
    assert list(refusals.lines(MINUTE + 60.0)) == [
        RefusedLine(at=at, seller="", id="", refusal=NO_KEY, count=1_000),
        RefusedLine(at=at, seller="", id="", refusal=Refusal("invalid_field"), test=True),
        PostLine(at=at, seller="", ping_id="", status="rejected", reason_code="auth_failed"),
    ]
    assert [line.at for line in refusals.lines(MINUTE + 71.0, unfinished=True)] == [MINUTE + 71.0]
    assert list(refusals.lines(MINUTE + 999.0)) == []
