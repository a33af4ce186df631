"""Keyed digests."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.keyed import digest

KEY = b"k" * 32
PARTS = st.lists(st.text(), max_size=4)


def test_a_digest_has_the_size_asked_for_and_is_always_the_same() -> None:
    assert len(digest(KEY, b"purpose", ["a"], size=6)) == 6
    assert digest(KEY, b"purpose", ["a"], size=8) == digest(KEY, b"purpose", ["a"], size=8)


@given(PARTS, PARTS)
def test_two_lists_of_parts_share_a_digest_only_when_equal(one: list[str], other: list[str]) -> None:
    same = digest(KEY, b"purpose", one, size=16) == digest(KEY, b"purpose", other, size=16)
    assert same == (one == other)


def test_where_one_part_ends_matters() -> None:
    assert digest(KEY, b"p", ["ab", "c"], size=16) != digest(KEY, b"p", ["a", "bc"], size=16)
    assert digest(KEY, b"p", ["1:a"], size=16) != digest(KEY, b"p", ["1", "a"], size=16)
    assert digest(KEY, b"p", [""], size=16) != digest(KEY, b"p", [], size=16)


def test_another_key_or_purpose_gives_another_digest() -> None:
    assert digest(KEY, b"p", ["a"], size=16) != digest(b"j" * 32, b"p", ["a"], size=16)
    assert digest(KEY, b"p", ["a"], size=16) != digest(KEY, b"q", ["a"], size=16)


def test_broken_unicode_has_a_digest_too() -> None:
    assert digest(KEY, b"p", ["\ud800"], size=16) != digest(KEY, b"p", ["\ud801"], size=16)
