"""Counts that add up."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports import tally
from app.reports.tally import JournalTally, NamedShares, SellerTrade, Share, add, total
from tests.tallies import merged


def test_counts_of_two_stretches_add_up_name_by_name() -> None:
    trade = SellerTrade(pings=1, no_bids={"paused": 1}, ping_ms={1.0: 2})
    add(trade, SellerTrade(pings=2, no_bids={"paused": 1, "filtered": 1}, ping_ms={1.0: 1, 3.0: 1}))
    assert trade == SellerTrade(pings=3, no_bids={"paused": 2, "filtered": 1}, ping_ms={1.0: 3, 3.0: 1})


def test_what_is_added_stays_as_it_was() -> None:
    one = JournalTally(states={"TX": Share(pings=1)})
    assert merged(one, one, one).states == {"TX": Share(pings=3)}
    assert one.states == {"TX": Share(pings=1)}
    assert total([{"a": 1}, {"a": 2, "b": 1}]) == {"a": 3, "b": 1}


@given(st.lists(st.sampled_from("abcdefgh"), max_size=40), st.integers(0, 40), st.integers(1, 4))
def test_which_names_are_told_apart_and_every_sum_is_the_same_however_they_came(
    names: list[str], cut: int, most: int
) -> None:
    def counted(*stretches: list[str]) -> NamedShares:
        whole = NamedShares()
        for stretch in stretches:
            shares = NamedShares()
            for name in stretch:
                shares.of(name).pings += 1
            shares.settle()
            add(whole, shares)
        whole.settle()
        return whole

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally, "NAMES_MAX", most)
        whole = counted(names)
        assert whole == counted(names[:cut], names[cut:]) == counted(names[::-1])
        assert len(whole.by_name) == min(len(set(names)), most)
        assert {name: share.pings for name, share in whole.by_name.items()} == {
            name: count for name, count in Counter(names).items() if name in whole.by_name
        }
        assert whole.others.pings == len(names) - sum(share.pings for share in whole.by_name.values())


def test_names_beyond_count_never_take_more_room_than_twice_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "NAMES_MAX", 10)
    shares = NamedShares()
    sizes = []
    for number in range(1_000):
        shares.of(str(number)).pings += 1
        sizes.append(len(shares.by_name))
    assert max(sizes) == 20
