"""The sums that a buyer asks for."""

from pathlib import Path

from msgspec.structs import replace

from app.domain.reasons import Refusal
from app.journal.compact import compact
from app.reports.disk import disk
from app.reports.hours import count_span
from app.reports.tally import CampaignTrade, JournalTally, LegTrade, NamedShares, Share
from app.reports.trading import Trading, campaign_rows, trading
from app.usecases.accept_post import refuse_post
from app.usecases.answer_ping import refuse_ping
from app.usecases.bid_reference import BidReference
from app.usecases.bidder import Bidder
from app.usecases.feedback import record_notice
from app.wire.feedback import Notice
from tests.bidder import NOW, another, ask, at_bidder, journaled, sell, somebody
from tests.build import campaign, catalogue, seller

HOUR_S = 3_600.0
EVER = (0.0, float("inf"))


def counted(folder: Path, since: float = 0.0, until: float = float("inf")) -> Trading:
    return trading(count_span(folder / "journal", since, until))


def traded(folder: Path) -> None:
    """Acme: three bids, one bought, one lost, one withdrawn; a repeat, a test, a refusal. Bluebird: one bid."""
    sellers = [seller(), seller(name="bluebird", key_sha256=())]

    async def scene(bidder: Bidder) -> None:
        bids = [ask(bidder, **another(number)) for number in (1, 2)]
        ask(bidder, **another(1))
        ask(bidder, took_ms=900.0, **another(3))
        ask(bidder, zip="90001", state="CA", **another(4))
        test = ask(bidder, test=True, **another(5))
        await sell(bidder, test.ping_id, test=True, contact=somebody(5), **another(5))
        for _ in range(2):
            await sell(bidder, bids[0].ping_id, **another(1))
        lost = Notice(ping_id=bids[1].ping_id, result="lost")
        await record_notice(bidder, bidder.catalogue.sellers["acme"], lost, NOW + 1.0)
        ask(bidder, seller=sellers[1], now=NOW + HOUR_S, **another(6))
        refuse_ping(bidder, None, Refusal("auth_failed"), NOW)
        journaled(bidder, folder)

    at_bidder(folder, scene, catalogue([campaign()], sellers))


def test_a_test_that_was_refused_at_the_door_or_names_no_bid_counts_as_a_test(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        acme = bidder.catalogue.sellers["acme"]
        refuse_ping(bidder, acme, Refusal("missing_field", "zip"), NOW, test=True)
        refuse_post(bidder, acme, BidReference(ping_id="", test=True), Refusal("missing_field", "ping_id"), NOW)
        refuse_ping(bidder, acme, Refusal("missing_field", "zip"), NOW)
        refuse_post(bidder, acme, BidReference(ping_id=""), Refusal("missing_field", "ping_id"), NOW)
        journaled(bidder, tmp_path)

    at_bidder(tmp_path, scene)
    found = counted(tmp_path)
    assert (found.tests, found.pings, found.posts) == (1, 1, {("rejected", "missing_field"): 1})


def test_every_ping_counts_once_with_its_seller_and_its_vertical(tmp_path: Path) -> None:
    traded(tmp_path)
    found = counted(tmp_path)
    ((price, leads),) = found.paid_cents.items()
    assert (leads, found.leads, found.spend_cents) == (1, 1, price)
    assert (found.pings, found.bids, found.repeats, found.tests, found.lost) == (6, 3, 1, 1, 1)
    assert found.reasons == {"outside_territory": 1, "deadline": 1, "auth_failed": 1}
    assert found.posts == {("accepted", ""): 1}
    assert found.sellers == {
        "acme": Share(pings=4, bids=2, won=1, leads=1, spend_cents=price),
        "bluebird": Share(pings=1, bids=1),
        "unknown": Share(pings=1),
    }
    assert found.verticals == {"solar": Share(pings=5, bids=3, won=1, leads=1, spend_cents=price)}
    assert found.hours == {"2026-11-20T16": 11, "2026-11-20T17": 1}


def test_hours_and_days_are_those_of_the_zone(tmp_path: Path) -> None:
    traded(tmp_path)
    tally = count_span(tmp_path / "journal", *EVER)
    found = trading(tally, "Asia/Kolkata")
    # 16:00 and 17:00 UTC are half past there.
    assert (found.zone, found.hours) == ("Asia/Kolkata", {"2026-11-20T21": 11, "2026-11-20T22": 1})
    assert trading(tally, "Pacific/Auckland").days == {"2026-11-21": 12}


def test_parquet_and_json_lines_count_alike(tmp_path: Path) -> None:
    traded(tmp_path)
    before = counted(tmp_path)
    with (tmp_path / "journal" / "2026-11-20T16.jsonl").open("ab") as file:
        file.write(b"torn")
    size = disk(tmp_path / "journal", *EVER)
    assert (size.json_files, size.parquet_files) == (2, 0)
    list(compact(tmp_path / "journal", NOW + HOUR_S, lambda _name, _count: None))
    after = counted(tmp_path)
    assert after == replace(before, unread=1)
    now = disk(tmp_path / "journal", *EVER)
    assert (now.json_files, now.parquet_files, now.compacted_lines) == (1, 1, 12)
    assert now.compacted_bytes + now.json_bytes == size.json_bytes


def test_a_span_counts_what_lies_in_it(tmp_path: Path) -> None:
    traded(tmp_path)
    assert counted(tmp_path, NOW + HOUR_S).sellers == {"bluebird": Share(pings=1, bids=1)}
    assert disk(tmp_path / "journal", NOW + HOUR_S, float("inf")).json_files == 1


def test_a_lead_whose_ping_lies_before_the_span_still_has_its_vertical_and_a_test_is_still_none(tmp_path: Path) -> None:
    traded(tmp_path)
    found = counted(tmp_path, NOW + 0.5, NOW + 10.0)
    assert {name: (share.pings, share.leads) for name, share in found.verticals.items()} == {"solar": (0, 1)}
    assert found.posts == {("accepted", ""): 1}


def test_campaigns_are_listed_by_what_they_spent() -> None:
    campaigns = {
        "small": campaign_trade({1_000: 1, 1_200: 1, 5_000: 1}, {1_200: 1}),
        "large": campaign_trade({2_000: 1}, {2_000: 1, 2_050: 1}),
        "silent": CampaignTrade(),
    }
    assert campaign_rows(campaigns) == [
        ("large", "1", "$20.00", "2", "$40.50", "$20.25"),
        ("small", "3", "$12.00", "1", "$12.00", "$12.00"),
        ("silent", "0", "-", "0", "$0.00", "-"),
    ]


def test_an_empty_journal_is_no_trade() -> None:
    found = trading(JournalTally())
    assert (found.pings, found.bids, found.campaigns, found.hours, found.days) == (0, 0, {}, {}, {})


def test_words_that_sellers_took_for_a_vertical_stand_beside_the_verticals() -> None:
    words = NamedShares(by_name={"slar": Share(pings=2), "": Share(pings=1)}, others=Share(pings=3))
    found = trading(JournalTally(unsupported=words)).verticals
    assert found == {"slar": Share(pings=2), "unknown": Share(pings=1), "(others)": Share(pings=3)}


def test_posts_are_told_by_their_reason_or_that_they_were_accepted(tmp_path: Path) -> None:
    traded(tmp_path)
    assert counted(tmp_path).posts_by_code == {"accepted": 1}


def campaign_trade(bid_cents: dict[int, int], paid_cents: dict[int, int]) -> CampaignTrade:
    return CampaignTrade(legs={"exclusive": LegTrade(bid_cents=bid_cents, paid_cents=paid_cents)})
