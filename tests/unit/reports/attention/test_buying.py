"""Caps that run ahead and contact rates that fall are told with enough leads, and not before."""

from app.domain.caps.caps import PacedUse
from app.reports.attention.buying import caps_ahead, contact_alerts
from app.store.feedback import ContactCounts
from tests.build import cap
from tests.table import each_row


@each_row(
    ("used", "planned", "is_found"),
    [
        (60, 0.55, False),
        (60, 0.30, True),
        (100, 0.50, False),  # full is not ahead: nothing is lost but the rest of the day
        (9, 0.0, False),  # three pings are no alarm, nor are nine leads
        (20, 0.10, False),
    ],
)
def test_a_cap_far_ahead_of_its_plan_is_told(used: int, planned: float, is_found: bool) -> None:
    use = PacedUse(cap=cap(name="daily", limit=100), part="", used=used, planned=planned)
    assert [each.cause for each in caps_ahead([use])] == ["cap_ahead"] * is_found


@each_row(("price_cents", "is_found"), [(100, True), (5_000, False)])
def test_a_budget_is_judged_by_the_leads_that_it_buys(price_cents: int, is_found: bool) -> None:
    budget = cap(name="budget", measure="spend", limit=30_000)
    use = PacedUse(cap=budget, part="acme", used=15_000, planned=0.3, price_cents=price_cents)
    assert [each.target for each in caps_ahead([use])] == [f"{budget.title} acme"] * is_found


@each_row(
    ("counts", "is_found"),
    [
        ((100, 60, 1_000, 600), False),
        ((100, 30, 1_000, 600), True),
        ((20, 0, 1_000, 600), False),
        ((100, 0, 100, 60), False),
        ((100, 0, 1_000, 0), False),  # who never reported an outcome has no rate
        ((60, 2, 1_000, 60), False),  # 3 % after 6 % is chance among sixty
    ],
)
def test_a_contact_rate_that_falls_is_told(counts: tuple[int, int, int, int], is_found: bool) -> None:
    found = contact_alerts([ContactCounts("solar-tx", "acme", *counts)], 0.3)
    assert [(each.cause, each.target) for each in found] == [("contact_falling", "solar-tx acme")] * is_found


WELL, BADLY = (100, 60, 1_000, 600), (100, 30, 1_000, 600)
A_FEW, A_FEW_BADLY = (20, 12, 100, 60), (20, 2, 100, 60)


@each_row(
    ("sellers", "targets"),
    [
        # One of two, which together would not be far enough below what they were.
        ({"acme": BADLY, "bluebird": (400, 240, 4_000, 2_400)}, ["solar-tx acme"]),
        ({"acme": BADLY, "bluebird": BADLY, "cascade": WELL}, ["solar-tx acme", "solar-tx bluebird"]),
        # All of them: it is not the sellers.
        ({"acme": BADLY, "bluebird": BADLY}, ["solar-tx"]),
        # Many with too few leads each are judged together, and not by what a large one does.
        (dict.fromkeys("abcd", A_FEW_BADLY), ["solar-tx"]),
        ({"acme": WELL, **dict.fromkeys("abcd", A_FEW_BADLY)}, ["solar-tx"]),
        (dict.fromkeys("abcd", A_FEW), []),
        ({"acme": A_FEW_BADLY}, []),
    ],
)
def test_each_seller_with_enough_leads_is_judged_by_itself(
    sellers: dict[str, tuple[int, int, int, int]], targets: list[str]
) -> None:
    counts = [ContactCounts("solar-tx", name, *each) for name, each in sellers.items()]
    assert [each.target for each in contact_alerts(counts, 0.3)] == targets
