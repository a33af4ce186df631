"""A check's day counts every lead once for each time that it was asked about."""

from typing import Any

from app.domain.checks.verdict import CheckVerdict, Consultation
from app.reports.day.check_days import CheckBook, CheckDay


def of(*verdicts: Any, millicents: int = 0) -> Consultation:
    return Consultation(check="trustedform", verdicts=verdicts, millicents=millicents)


PASSED = CheckVerdict(question="certificate", outcome="pass")
CUT = CheckVerdict(question="insights", outcome="pass", price_cut=0.2)
OPEN = CheckVerdict(question="insights", outcome="unknown", on_unknown="accept", price_cut=0.2)
BOT = CheckVerdict(question="insights", outcome="fail", code="suspected_fraud", price_cut=0.2)


def test_leads_are_counted_by_what_came_of_them_and_costs_add_up() -> None:
    book = CheckBook()
    for each in (of(PASSED, CUT, millicents=2_000), of(PASSED, OPEN), of(OPEN, BOT), of(PASSED)):
        book.ping([each])
    book.post([of(PASSED, OPEN, millicents=25_000)])
    book.post([])
    assert book.days() == (
        CheckDay(
            check="trustedform",
            pings=4,
            posts=1,
            passed=2,
            open=2,
            # What failed has no bid that could be cut, and a post's price is promised.
            cut=2,
            refused={"suspected_fraud": 1},
            millicents=27_000,
        ),
    )
