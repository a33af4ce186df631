"""The sums that a buyer asks for."""

from pathlib import Path

from app.domain.reasons import Refusal
from app.reports.report import Trade, Trading, campaign_rows, trading
from app.usecases.answer_ping import refuse_ping
from app.usecases.bidder import Bidder
from app.usecases.feedback import record_notice
from app.wire.feedback import Notice
from tests.bidder import NOW, another, ask, at_bidder, journaled, sell, somebody

DAY = "2026-11-20"


def test_every_ping_is_counted_once_and_every_sale(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bids = [ask(bidder, **another(number)) for number in (1, 2, 3)]
        ask(bidder, **another(1))
        ask(bidder, zip="90001", state="CA", **another(4))
        ask(bidder, took_ms=900.0, **another(5))
        refuse_ping(bidder, None, Refusal("auth_failed"), NOW)
        for _ in range(2):
            await sell(bidder, bids[0].ping_id, **another(1))
        await sell(bidder, bids[1].ping_id, contact=somebody(2), **{**another(2), "zip": "75201"})
        for _ in range(2):
            told = Notice(ping_id=bids[2].ping_id, result="lost")
            await record_notice(bidder, bidder.catalogue.sellers["acme"], told, NOW + 1.0)

        found = trading(journaled(bidder, tmp_path))

        assert (found.pings, found.bids, found.lost) == (7, 4, 1)
        assert found.reasons == {"outside_territory": 1, "deadline": 1, "auth_failed": 1}
        assert found.posts == {"accepted": 1, "ping_mismatch": 1}
        trade = found.campaigns["solar-tx"]
        price = bids[0].bids[0].price_cents
        assert (trade.leads, trade.spend_cents, len(trade.bids_cents)) == (1, price, 6)

    at_bidder(tmp_path, scene)


def test_an_empty_journal_is_no_trade() -> None:
    found = trading([])
    assert (found.pings, found.bids, found.campaigns) == (0, 0, {})
    assert campaign_rows(found) == []


def test_campaigns_are_listed_by_what_they_spent() -> None:
    found = Trading(
        campaigns={
            "small": Trade(bids_cents=[1_000, 1_200, 5_000], leads=1, spend_cents=1_200),
            "large": Trade(bids_cents=[2_000], leads=2, spend_cents=4_050),
            "silent": Trade(),
        }
    )
    assert campaign_rows(found) == [
        ("large", "1", "$20.00", "2", "$40.50", "$20.25"),
        ("small", "3", "$12.00", "1", "$12.00", "$12.00"),
        ("silent", "0", "-", "0", "$0.00", "-"),
    ]
