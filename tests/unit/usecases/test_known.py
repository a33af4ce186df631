"""Whom and which certificates we know, against plain sets and lists."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.duplicate import Sighting
from app.usecases import known
from app.usecases.known import DigestSet, People

DIGESTS = st.integers(0, 40).map(lambda number: f"{number * 2**58:016x}")
SALES = st.tuples(DIGESTS, st.sampled_from(["a", "b"]), st.just("solar"), st.integers(0, 5).map(float))


@pytest.fixture(autouse=True, scope="module")
def small_segments() -> Iterator[None]:
    """Segments of four entries, so that a short test crosses many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "RECENT_MAX", 4)
        yield


@given(st.sets(DIGESTS), st.lists(DIGESTS))
def test_a_digest_set_is_a_set_whatever_segments_it_has(first: set[str], added: list[str]) -> None:
    ours, plain = DigestSet(first), set(first)
    for digest in added:
        ours.add(digest)
        plain.add(digest)
        assert digest in ours
    every = [f"{number * 2**58:016x}" for number in range(64)]
    assert [digest for digest in every if digest in ours] == sorted(plain)
    assert len(ours) == len(plain)


@given(st.lists(SALES), st.lists(SALES))
def test_people_are_found_whatever_segments_they_are_in(
    first: list[tuple[str, str, str, float]], added: list[tuple[str, str, str, float]]
) -> None:
    people = People(sorted(first))
    for sale in added:
        people.add(*sale)
    for number in range(42):
        digest = f"{number * 2**58:016x}"
        expected = {
            Sighting(campaign, vertical, at) for name, campaign, vertical, at in first + added if name == digest
        }
        found = people.sightings([digest])
        assert set(found) == expected
        assert len(found) == len(expected)
        assert [seen.sold_at for seen in found] == sorted(seen.sold_at for seen in found)
    assert len(people) == len(first) + len(added)


def test_a_sale_known_by_phone_and_by_email_is_seen_once() -> None:
    people = People()
    people.add("01" * 8, "a", "solar", 5.9)
    people.add("02" * 8, "a", "solar", 5.9)
    assert people.sightings(["01" * 8, "02" * 8, ""]) == (Sighting("a", "solar", 5.0),)


def test_nobody_is_known_at_first() -> None:
    assert People().sightings(["01" * 8]) == ()
    assert "01" * 8 not in DigestSet()
    assert len(People()) == len(DigestSet()) == 0


def test_longer_digests_count_by_their_first_eight_bytes() -> None:
    ours = DigestSet(["ab" * 16])
    assert "ab" * 8 in ours
    assert "ab" * 7 + "ac" not in ours
