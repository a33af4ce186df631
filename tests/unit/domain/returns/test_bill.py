"""A bill is compared line by line, and what its lines differ by is the whole difference."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.returns.bill import BilledLine, OtherPost, reconcile
from app.domain.returns.invoice import Invoice, LedgerLine, invoice_of, month_bounds

ZONE = "America/New_York"
SINCE, UNTIL = month_bounds("2026-11", ZONE)


def lead(number: int, **overrides: object) -> LedgerLine:
    facts: dict[str, object] = {
        "lead_id": f"lead-{number}",
        "ping_id": f"ping-{number}",
        "seller": "acme",
        "seller_lead_id": "",
        "campaign": "solar-tx",
        "price_cents": 2_000 + number,
        "sold_at": SINCE + 3_600.0 * number,
    }
    return LedgerLine(**facts | overrides)  # type: ignore[arg-type]


def invoice(*lines: LedgerLine) -> Invoice:
    return invoice_of("acme", "2026-11", ZONE, [each for each in lines if SINCE <= each.sold_at < UNTIL], ())


def causes(bill: list[BilledLine], leads: list[LedgerLine], posts: dict[str, OtherPost] | None = None) -> list[str]:
    own = [each for each in leads if each.seller == "acme"]
    found = reconcile(invoice(*own), bill, {each.lead_id: each for each in leads}, posts or {})
    assert found.billed_cents - found.owed_cents == sum(each.cents for each in found.differences)
    return [each.cause for each in found.differences]


def line(number: int, price_cents: int | None = None, id_: str = "") -> BilledLine:
    return BilledLine(line=number + 1, ids=(id_ or f"lead-{number}",), price_cents=price_cents)


def test_a_line_is_agreed_where_lead_and_price_are_ours() -> None:
    assert causes([line(1, 2_001), line(2)], [lead(1), lead(2)]) == ["agreed", "agreed"]


def test_each_cause_is_told_apart() -> None:
    leads = [
        lead(1),
        lead(2, returned="accepted", reason="duplicate"),
        lead(3, returned="requested", reason="duplicate"),
        lead(4, sold_at=UNTIL + 60.0),
        lead(5, seller="bluebird"),
        lead(6),
        lead(7),
    ]
    posts = {"t-1": OtherPost(test=True, code=""), "r-1": OtherPost(test=False, code="duplicate")}
    bill = [
        line(1, 2_501),
        line(2, 2_002),
        line(3, 2_003),
        line(4, 2_004),
        line(5, 2_005),
        line(6, 2_006),
        line(6, 2_006),
        line(8, 900, "t-1"),
        line(9, 900, "r-1"),
        line(10, 900, "never-heard-of"),
        line(2, -2_002),
    ]
    assert causes(bill, leads, posts) == [
        "price_differs",
        "returned",
        # Asked for and not answered, it is owed.
        "agreed",
        "outside_month",
        "not_ours",
        "agreed",
        "duplicate_line",
        "test",
        "not_ours",
        "unknown_id",
        "credit",
        "not_billed",
    ]


def test_a_month_ends_by_the_buyers_clock() -> None:
    # 1 December, 00:30 in UTC is the evening before in New York.
    in_utc_december = month_bounds("2026-12", "UTC")[0] + 1_800.0
    assert causes([line(1, 2_001)], [lead(1, sold_at=in_utc_december)]) == ["agreed"]
    assert causes([line(1, 2_001)], [lead(1, sold_at=UNTIL)]) == ["outside_month"]


@given(
    bill=st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(-3_000, 3_000)), max_size=20),
    states=st.lists(st.sampled_from([None, "requested", "accepted", "refused"]), min_size=8, max_size=8),
    days=st.lists(st.integers(-5, 35), min_size=8, max_size=8),
)
def test_the_differences_add_up_whatever_is_billed(
    bill: list[tuple[int, int | None]], states: list[str | None], days: list[int]
) -> None:
    leads = [
        lead(number, returned=state, sold_at=SINCE + 86_400.0 * day)
        for number, (state, day) in enumerate(zip(states, days, strict=True))
    ]
    causes([line(number, price) for number, price in bill], leads)
