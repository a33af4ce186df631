"""Sellers' trade counted again and again, an hour at a time."""

import os
from pathlib import Path

import pytest

from app.domain.reasons import Refusal
from app.journal.compact import compact
from app.journal.lines import PostLine
from app.journal.writer import JournalWriter
from app.reports.counting import Counting
from app.usecases.accept_post import refuse_post
from app.usecases.answer_ping import refuse_ping
from app.usecases.bid_reference import BidReference
from app.usecases.bidder import Bidder
from tests.bidder import NOW, another, ask, at_bidder, journaled, sell, somebody
from tests.build import catalogue, seller

HOUR_S = 3_600.0


def traded(folder: Path) -> int:
    """Acme: three bids of which two are posted, one refusal, one at the endpoint; repeats, tests. Price of the sale."""
    sellers = [seller(), seller(name="bluebird", key_sha256=())]

    async def scene(bidder: Bidder) -> int:
        acme = bidder.catalogue.sellers["acme"]
        bids = [ask(bidder, took_ms=2.04, **another(number)) for number in (1, 2, 3)]
        ask(bidder, **another(1))
        ask(bidder, zip="90001", state="CA", **another(4))
        refuse_ping(bidder, acme, Refusal("rate_limited", "0.4 s"), NOW)
        refuse_ping(bidder, acme, Refusal("missing_field", "zip"), NOW, test=True)
        refuse_ping(bidder, None, Refusal("auth_failed"), NOW)
        test = ask(bidder, test=True, **another(5))
        await sell(bidder, test.ping_id, test=True, contact=somebody(5), **another(5))
        for _ in range(2):
            await sell(bidder, bids[0].ping_id, **another(1))
        changed = {"roof": "flat", "monthly_bill": 180.0}
        await sell(bidder, bids[1].ping_id, contact=somebody(2), fields=changed, zip="75201", **another(2))
        refuse_post(bidder, acme, BidReference(ping_id="gone"), Refusal("ping_unknown"), NOW)
        ask(bidder, seller=sellers[1], now=NOW + HOUR_S, **another(6))
        journaled(bidder, folder)
        return bids[0].bids[0].price_cents

    return at_bidder(folder, scene, catalogue(sellers=sellers))


def test_all_that_a_seller_did_is_counted_once_and_tests_and_repeats_apart(tmp_path: Path) -> None:
    price = traded(tmp_path)
    sellers = Counting(tmp_path / "journal").since(0.0).sellers
    acme = sellers["acme"]
    assert (acme.pings, acme.bids, acme.ping_repeats, acme.test_pings) == (5, 3, 1, 2)
    assert acme.bid_cents == 3 * price
    assert acme.no_bids == {"outside_territory": 1, "rate_limited": 1}
    assert (acme.posts, acme.won, acme.accepted, acme.spend_cents) == (3, 2, 1, price)
    assert (acme.post_repeats, acme.test_posts) == (1, 1)
    assert acme.answers == {"accepted/": 1, "rejected/ping_mismatch": 1, "reping/ping_unknown": 1}
    assert acme.mismatched == {"zip": 1, "roof": 1}
    assert acme.ping_ms == {2.0: 3, 0.0: 1}
    assert (sellers["bluebird"].pings, sellers["bluebird"].bids) == (1, 1)
    assert set(sellers) == {"acme", "bluebird"}


def test_only_hours_from_the_one_asked_for_count(tmp_path: Path) -> None:
    traded(tmp_path)
    assert set(Counting(tmp_path / "journal").since(NOW + HOUR_S).sellers) == {"bluebird"}


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    traded(tmp_path)
    journal = tmp_path / "journal"
    counting = Counting(journal)
    before = counting.since(0.0).sellers
    first = min(journal.glob("*.jsonl"))
    status = first.stat()
    first.write_bytes(b"x" * status.st_size)
    os.utime(first, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert counting.since(0.0).sellers == before
    line = PostLine(at=NOW + HOUR_S, seller="bluebird", ping_id="b", status="accepted", campaign="c", price_cents=900)
    writer = JournalWriter(journal)
    writer.append(line)
    writer.flush()
    after = counting.since(0.0).sellers
    assert after["acme"] == before["acme"]
    assert (after["bluebird"].accepted, before["bluebird"].accepted) == (1, 0)


def test_parquet_and_json_lines_count_alike(tmp_path: Path) -> None:
    traded(tmp_path)
    journal = tmp_path / "journal"
    counting = Counting(journal)
    before = counting.since(0.0)
    assert list(compact(journal, NOW + 2 * HOUR_S, lambda _name, _done: None))
    assert counting.since(0.0) == before == Counting(journal).since(0.0)


def test_hours_of_another_version_are_counted_as_such_and_the_first_is_named(tmp_path: Path) -> None:
    traded(tmp_path)
    first = min((tmp_path / "journal").glob("*.jsonl"))
    first.write_bytes(b'{"v":2,"kind":"post"}\n')
    counted = Counting(tmp_path / "journal").since(0.0)
    assert (counted.unread, set(counted.sellers)) == (1, {"bluebird"})
    assert str(counted.refusal).startswith(f"{first} holds lines of version 2")


@pytest.mark.usefixtures("without_duckdb")
def test_hours_that_cannot_be_read_here_are_counted_as_such(tmp_path: Path) -> None:
    traded(tmp_path)
    journal = tmp_path / "journal"
    first = min(journal.glob("*.jsonl"))
    first.rename(journal / "2026-11-20T16-1.parquet")
    counted = Counting(journal).since(0.0)
    assert (counted.unread, set(counted.sellers)) == (1, {"bluebird"})


def test_whoever_shares_the_interpreter_has_a_turn_now_and_then(tmp_path: Path) -> None:
    rests: list[None] = []
    writer = JournalWriter(tmp_path)
    for number in range(1_000):
        writer.append(PostLine(at=NOW, seller="acme", ping_id=f"b{number}", status="accepted"))
    writer.flush()
    Counting(tmp_path, lambda: rests.append(None)).since(0.0)
    assert len(rests) == 5
