"""How likely a live bid still becomes a sale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.caps.honouring import BIDS_SEEN_MIN, PostRate, honoured_share
from tests.table import each_row

RATES = st.builds(
    lambda ended, share, delay: PostRate(ended=ended, posted=int(ended * share), delay_s=int(ended * share) * delay),
    st.integers(0, 10_000),
    st.floats(0.0, 1.0),
    st.floats(0.01, 100.0),
)


def test_a_seller_that_is_not_known_yet_counts_in_full_at_every_age() -> None:
    young = PostRate(ended=BIDS_SEEN_MIN - 1, posted=0)
    assert young.upper == young.share_at(0.0) == young.share_at(100.0) == 1.0


def test_the_share_is_an_upper_bound_that_tightens_with_what_is_seen() -> None:
    few, many = PostRate(ended=100, posted=10), PostRate(ended=10_000, posted=1_000)
    assert 0.1 < many.upper < few.upper < 0.2
    assert few.upper == pytest.approx(0.1762, abs=1e-4)  # Wilson, two deviations


def test_a_seller_that_never_posts_still_counts_a_little() -> None:
    assert 0.0 < PostRate(ended=1_000).upper < 0.01


@given(RATES, st.floats(0.0, 1e4), st.floats(0.0, 1e4))
def test_a_bid_that_waits_longer_is_never_likelier_to_be_posted(rate: PostRate, one: float, other: float) -> None:
    young, old = sorted((one, other))
    assert 0.0 <= rate.share_at(old) <= rate.share_at(young) <= rate.upper + 1e-12 <= 1.0 + 1e-12


def test_half_of_the_posts_are_awaited_after_the_median_delay() -> None:
    rate = PostRate(ended=1_000, posted=500, delay_s=500 * 2.0)
    w = rate.upper
    median = 2.0 * 0.693147
    assert rate.share_at(median) == pytest.approx(w / 2 / (w / 2 + 1 - w), abs=1e-6)


def test_each_ended_bid_is_counted_once() -> None:
    rate = PostRate().after(posted=True, delay_s=1.5).after(posted=False).after(posted=True, delay_s=0.5)
    assert rate == PostRate(ended=3, posted=2, delay_s=2.0)


def test_a_seller_that_posts_at_once_breaks_nothing() -> None:
    assert PostRate(ended=100, posted=50, delay_s=0.0).share_at(10.0) == 0.0


@each_row(
    ("posts", "share"),
    [
        ({}, 1.0),
        ({"accepted": 9, "cap_reached": 1}, 0.9),
        ({"accepted": 3, "budget_exhausted": 1, "internal": 1}, 0.6),
        # What the seller or another sale made impossible was no promise.
        ({"accepted": 4, "ping_expired": 5, "ping_mismatch": 1, "duplicate": 2}, 1.0),
    ],
)
def test_a_promise_is_broken_by_what_is_ours_to_keep(posts: dict[str, int], share: float) -> None:
    assert honoured_share(posts) == pytest.approx(share)
