"""A seller's scorecard: what it may know, and how often it is counted."""

from pathlib import Path
from typing import Any

from app.domain.reasons import Disclosure
from app.reports.counting import Counting, SellersTrade
from app.reports.scorecard import KEPT_S, Scorecards, first_hour, scorecard
from app.reports.tally import SellerTrade
from app.store.returns.requests import ReturnCounts, ReturnWanted
from app.usecases.bidder import Bidder
from app.wire.returns import ReturnReply
from app.wire.scorecard import Scorecard
from tests.bidder import NOW, another, ask, at_bidder, journaled, sell, somebody
from tests.build import catalogue, seller
from tests.table import each_row

HOUR_S = 3_600.0
NOTHING = ReturnCounts(leads=0, returned=0, reasons={})


def card(trade: SellerTrade, disclosure: Disclosure = "full", returns: ReturnCounts = NOTHING) -> Scorecard:
    sellers = SellersTrade(sellers={"acme": trade})
    return scorecard("acme", disclosure, sellers, returns, NOW - HOUR_S, NOW)


def refused(disclosure: Disclosure) -> Scorecard:
    trade = SellerTrade(
        certificate_failures=4,
        no_bids={"outside_territory": 4, "filtered": 2, "missing_field": 1},
        answers={
            "accepted/": 9,
            "rejected/certificate_reused": 3,
            "rejected/consent_missing": 1,
            "rejected/ping_mismatch": 2,
            "duplicate/duplicate": 5,
        },
    )
    return card(trade, disclosure, ReturnCounts(leads=10, returned=1, reasons={"invalid_phone": 1}))


def test_a_seller_that_is_told_everything_reads_every_reason() -> None:
    found = refused("full")
    assert found.pings.refused == {"outside_territory": 4, "filtered": 2, "missing_field": 1}
    assert found.posts.refused == {"duplicate": 5, "certificate_reused": 3, "ping_mismatch": 2, "consent_missing": 1}
    assert (found.posts.certificate_failures, found.posts.duplicates) == (4, 5)
    assert (found.returns.rate, found.returns.reasons) == (0.1, {"invalid_phone": 1})


@each_row(
    ("disclosure", "pings", "posts"),
    [
        ("class", {"policy": 6, "missing_field": 1}, {"policy": 5, "consent": 4, "ping_mismatch": 2}),
        ("opaque", {"no_bid": 6, "missing_field": 1}, {"no_bid": 9, "ping_mismatch": 2}),
    ],
)
def test_a_seller_reads_no_more_than_its_answers_told_it(
    disclosure: Disclosure, pings: dict[str, int], posts: dict[str, int]
) -> None:
    found = refused(disclosure)
    assert (found.pings.refused, found.posts.refused) == (pings, posts)
    assert found.posts.certificate_failures is found.posts.duplicates is None
    assert found.returns.reasons is None
    assert found.returns.rate == 0.1


def test_of_nothing_there_is_no_rate() -> None:
    found = card(SellerTrade())
    assert (found.pings.bid_rate, found.pings.average_bid_cents, found.posts.win_rate) == (None, None, None)
    assert (found.returns.rate, found.ping_ms.p50, found.post_ms.p95) == (None, None, None)


def test_a_reason_of_another_version_is_an_internal_one() -> None:
    assert card(SellerTrade(no_bids={"gone_since": 2, "internal": 1})).pings.refused == {"internal": 3}


def test_the_last_days_begin_with_a_whole_hour() -> None:
    assert first_hour(NOW + 1_800.0, 1) == NOW - 24 * HOUR_S


def test_it_is_counted_once_a_minute_and_each_reads_its_own(tmp_path: Path) -> None:
    sellers = [seller(), seller(name="bluebird", key_sha256=())]

    async def scene(bidder: Bidder) -> None:
        cards = Scorecards(bidder.store, Counting(tmp_path / "journal"))
        acme, bluebird = sellers

        async def pings(who: Any, now: float) -> int:
            journaled(bidder, tmp_path)
            return (await cards.of(who, 7, now)).pings.received

        ask(bidder, **another(1))
        assert (await pings(acme, NOW), await pings(bluebird, NOW)) == (1, 0)
        ask(bidder, **another(2))
        ask(bidder, seller=bluebird, **another(3))
        assert (await pings(acme, NOW + KEPT_S - 1.0), await pings(bluebird, NOW + KEPT_S - 1.0)) == (1, 0)
        assert (await pings(acme, NOW + KEPT_S), await pings(bluebird, NOW + KEPT_S)) == (2, 1)
        # Whose disclosure has changed is told by the new one at once.
        opaque = seller(disclosure="opaque")
        assert (await cards.of(opaque, 7, NOW + KEPT_S)).posts.certificate_failures is None

    at_bidder(tmp_path, scene, catalogue(sellers=sellers))


def test_returns_are_those_of_the_leads_sold_in_these_days(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        leads = []
        for number in (1, 2, 3):
            bid = ask(bidder, **another(number))
            leads.append(await sell(bidder, bid.ping_id, contact=somebody(number), **another(number)))
        for lead in leads[:2]:
            wanted = ReturnWanted(lead=lead.lead_id, reason="invalid_phone", why="it rings at a fax", by="ada")
            await bidder.store.request_return(wanted, {}, NOW + HOUR_S)
        # What the seller has not accepted did not come back.
        await bidder.store.answer_return(ReturnReply(lead_id=leads[0].lead_id, answer="accepted"), "acme", NOW + HOUR_S)
        journaled(bidder, tmp_path)
        found = await bidder.scorecards.of(bidder.catalogue.sellers["acme"], 1, NOW + 2 * HOUR_S)
        assert (found.returns.leads, found.returns.returned, found.returns.reasons) == (3, 1, {"invalid_phone": 1})
        assert found.posts.accepted == 3
        later = await bidder.scorecards.of(bidder.catalogue.sellers["acme"], 1, NOW + 50 * HOUR_S)
        assert (later.returns.leads, later.posts.accepted) == (0, 0)

    at_bidder(tmp_path, scene)
