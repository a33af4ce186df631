"""Bids while no sale can be recorded: ever fewer, then none, and the same in replay."""

import os

import msgspec
import pytest

from app.domain.auction.decide import decide
from app.domain.auction.marks import draw_of
from app.domain.auction.snapshot import Snapshot, Standing
from app.domain.auction.withholding import BEGINS_S, ENDS_S, UNRECORDABLE, is_withheld
from app.domain.pricing.exploration import Draw
from app.domain.reasons import ACCEPT_WORDS, Refusal, sentence
from tests.build import NOW, catalogue, ping, seller
from tests.table import each_row

DRAWS = [draw_of(b"k" * 32, number.to_bytes(8)) for number in range(4_000)]


def share(unwritable_s: float) -> float:
    """How many of many pings get no bid."""
    return sum(is_withheld(unwritable_s, draw) for draw in DRAWS) / len(DRAWS)


def test_the_share_of_pings_without_a_bid_grows_from_none_to_all() -> None:
    assert share(BEGINS_S) == 0.0
    assert share((BEGINS_S + ENDS_S) / 2) == pytest.approx(0.5, abs=0.03)
    assert share(ENDS_S) == share(ENDS_S + 3_600.0) == 1.0


def test_who_gets_no_bid_at_one_moment_gets_none_later() -> None:
    assert all(is_withheld(9.0, draw) for draw in DRAWS if is_withheld(6.0, draw))


def test_what_is_bid_in_spite_of_it_explores_as_ever() -> None:
    left = [draw for draw in DRAWS if not is_withheld(7.0, draw)]
    assert sum(draw.slice for draw in left) / len(left) == pytest.approx(0.5, abs=0.03)
    assert sum(draw.place for draw in left) / len(left) == pytest.approx(0.5, abs=0.03)
    assert sum(draw.slice < 0.1 for draw in left) / len(left) == pytest.approx(0.1, abs=0.02)


@each_row("test", [False, True])
def test_a_ping_is_refused_as_paused_and_decided_again_alike(test: bool) -> None:
    standing = Standing(unwritable_s=ENDS_S)
    read = msgspec.json.decode(msgspec.json.encode(standing), type=Standing)
    for each in (standing, read):
        snapshot = Snapshot(catalogue=catalogue(), seller=seller(), standing=each)
        assert decide(ping(test=test), snapshot, NOW, Draw(0.99, 0.5)).refusal == UNRECORDABLE


def test_a_test_gets_what_it_asks_for_by_its_zip_though_no_sale_can_be_recorded() -> None:
    snapshot = Snapshot(catalogue=catalogue(), seller=seller(), standing=Standing(unwritable_s=ENDS_S))
    for zip_code, code in (("00020", "cap_reached"), ("00012", "paused")):
        refusal = decide(ping(test=True, zip=zip_code), snapshot, NOW, Draw(0.99, 0.5)).refusal
        assert refusal == Refusal(code)
    assert decide(ping(test=True, zip="00001"), snapshot, NOW, Draw(0.99, 0.5)).bids


def test_while_sales_can_be_recorded_no_line_of_the_journal_says_so() -> None:
    assert msgspec.json.encode(Standing()) == b"{}"


def test_a_seller_is_told_no_more_than_that_a_sale_cannot_be_recorded() -> None:
    said = sentence(UNRECORDABLE)
    assert said == "buying is paused: a sale cannot be recorded at present"
    assert not any(word in said for word in ACCEPT_WORDS)
    assert os.sep not in said
