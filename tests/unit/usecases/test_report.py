"""The sums that a buyer asks for."""

from pathlib import Path

from app.domain.reasons import Refusal
from app.usecases.answer_ping import refuse_at_door
from app.usecases.desk import Desk
from app.usecases.hear import hear_notice
from app.usecases.report import Trade, Trading, campaign_rows, cap_rows, trading
from app.wire.feedback import Notice
from tests.build import campaign, cap, catalogue
from tests.desk import NOW, another, ask, at_desk, journaled, sell, somebody

DAY = "2026-11-20"


def test_every_ping_is_counted_once_and_every_sale(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        bids = [ask(desk, **another(number)) for number in (1, 2, 3)]
        ask(desk, **another(1))
        ask(desk, zip="90001", state="CA", **another(4))
        ask(desk, took_ms=900.0, **another(5))
        refuse_at_door(desk, None, Refusal("auth_failed"), NOW)
        for _ in range(2):
            await sell(desk, bids[0].ping_id, **another(1))
        await sell(desk, bids[1].ping_id, contact=somebody(2), **{**another(2), "zip": "75201"})
        for _ in range(2):
            told = Notice(ping_id=bids[2].ping_id, result="lost")
            await hear_notice(desk, desk.catalogue.sellers["acme"], told, NOW + 1.0)

        found = trading(journaled(desk, tmp_path))

        assert (found.pings, found.bids, found.lost) == (7, 4, 1)
        assert found.reasons == {"outside_territory": 1, "deadline": 1, "auth_failed": 1}
        assert found.posts == {"accepted": 1, "ping_mismatch": 1}
        trade = found.campaigns["solar-tx"]
        price = bids[0].bids[0].price_cents
        assert (trade.leads, trade.spend_cents, len(trade.bids_cents)) == (1, price, 6)

    at_desk(tmp_path, scene)


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


def test_caps_stand_with_what_is_used_in_this_window() -> None:
    bought = campaign(
        caps=(
            cap(limit=40),
            cap(name="budget", measure="spend", limit=50_000),
            cap(name="per-state", scope="campaign_territory", limit=5),
        )
    )
    used = {
        f"campaign/solar-tx/daily//{DAY}": 7,
        "campaign/solar-tx/daily//2026-11-19": 40,
        f"campaign/solar-tx/budget//{DAY}": 12_345,
        f"campaign_territory/solar-tx/per-state/TX/{DAY}": 3,
        f"campaign_territory/solar-tx/per-state/CA/{DAY}": 1,
        f"campaign/other/daily//{DAY}": 9,
    }
    assert cap_rows([bought], used, NOW) == [
        ("solar-tx", "daily", "7", "40"),
        ("solar-tx", "budget", "$123.45", "$500.00"),
        ("solar-tx", "per-state CA", "1", "5"),
        ("solar-tx", "per-state TX", "3", "5"),
    ]


def test_a_cap_that_nothing_used_stands_at_zero() -> None:
    assert cap_rows([campaign(caps=(cap(),))], {}, NOW) == [("solar-tx", "daily", "0", "100")]


def test_the_counters_of_the_database_are_those_of_the_report(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await sell(desk, ask(desk).ping_id)
        rows = cap_rows(desk.catalogue.campaigns.values(), await desk.store.cap_usage(), NOW)
        assert rows == [("solar-tx", "daily", "1", "100"), ("solar-tx", "each acme", "1", "9")]

    caps = (cap(), cap(name="each", scope="campaign_seller", limit=9))
    at_desk(tmp_path, scene, catalogue([campaign(caps=caps)]))
