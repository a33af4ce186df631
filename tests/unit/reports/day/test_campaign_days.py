"""What pushed a campaign's bids up, and what held them down."""

import pytest

from app.domain.pricing.pricing import TargetTerm, Valuation
from app.reports.day.campaign_days import CampaignBook
from app.reports.tally import CampaignTrade


def test_targets_take_off_a_price_or_pay_more_for_a_lead() -> None:
    book, plain = CampaignBook("solar-tx", bins=4), Valuation(probability=0.2, worth=40_000.0)
    cost = TargetTerm("cost", pressure=1.0, allowance=20_000.0)
    owed = TargetTerm("minimum", cents=500.0)
    for at, terms in ((0, (cost,)), (1, (owed,)), (2, ())):
        each = Valuation(probability=0.2, worth=40_000.0, targets=terms, raise_max=1_000.0)
        book.value(at, "787", each, ())
    book.value(3, "787", plain, ())
    day = book.day(CampaignTrade(), 0)
    assert day.shadows["targets"].totals == pytest.approx((2_000.0, 0.0, 0.0, 0.0))
    (push,) = day.pushes
    assert (push.kind, push.name, push.cents.totals) == ("target", "minimum", (0.0, 500.0, 0.0, 0.0))
