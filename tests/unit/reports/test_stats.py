"""A journal in numbers."""

from pathlib import Path

from app.domain.reasons import Refusal
from app.journal.compact import compact
from app.reports.stats import Share, Stats, disk, percentiles, stats
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


def counted(folder: Path, since: float = 0.0, until: float = float("inf")) -> Stats:
    return stats(folder / "journal", since, until, lambda _count: None)


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
    assert (found.tests, found.trade.pings, found.posts) == (1, 1, {("rejected", "missing_field"): 1})


def test_every_ping_counts_once_with_its_seller_and_its_vertical(tmp_path: Path) -> None:
    traded(tmp_path)
    found = counted(tmp_path)
    (price,) = found.paid_cents
    assert (found.trade.pings, found.trade.bids, found.repeats, found.tests, found.trade.lost) == (6, 3, 1, 1, 1)
    assert found.trade.reasons == {"outside_territory": 1, "deadline": 1, "auth_failed": 1}
    assert found.posts == {("accepted", ""): 1}
    assert found.sellers == {
        "acme": Share(pings=4, bids=2, leads=1, spend_cents=price),
        "bluebird": Share(pings=1, bids=1),
        "unknown": Share(pings=1),
    }
    assert found.verticals == {"solar": Share(pings=5, bids=3, leads=1, spend_cents=price)}
    assert found.hours == {"2026-11-20T16": 11, "2026-11-20T17": 1}


def test_parquet_and_json_lines_count_alike(tmp_path: Path) -> None:
    traded(tmp_path)
    before = counted(tmp_path)
    with (tmp_path / "journal" / "2026-11-20T16.jsonl").open("ab") as file:
        file.write(b"torn")
    size = disk(tmp_path / "journal", *EVER)
    assert (size.json_files, size.parquet_files) == (2, 0)
    list(compact(tmp_path / "journal", NOW + HOUR_S, lambda _name, _count: None))
    after = counted(tmp_path)
    assert after.unread == 1
    before.unread = 1
    assert after == before
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


def test_percentiles_of_prices_are_whole_cents() -> None:
    assert percentiles([]) == {}
    assert percentiles([700]) == {"p5": 700, "p25": 700, "p50": 700, "p75": 700, "p95": 700}
    assert percentiles(range(10_001)) == {"p5": 500, "p25": 2_500, "p50": 5_000, "p75": 7_500, "p95": 9_500}


def test_counting_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    folder.mkdir()
    line = b'{"kind":"notice","at":1795190400.0,"seller":"acme","ping_id":"a","result":"won"}\n'
    (folder / "2026-11-20T16.jsonl").write_bytes(line * 100_001)
    told: list[int] = []
    stats(folder, *EVER, told.append)
    assert told == [50_000, 100_000]
