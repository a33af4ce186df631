"""Whom and which certificates we know, against plain sets and lists."""

from collections.abc import Iterator
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.duplicate import Sighting
from app.store.known import SightingPart
from app.usecases.standing import known
from app.usecases.standing.changes import KnownRead, KnownSale, PeopleRead, Sold, Suppressed
from app.usecases.standing.known import DigestSet, KnownLeads, People

DIGESTS = st.integers(0, 40).map(lambda number: f"{number * 2**58:016x}")
SALES = st.tuples(DIGESTS, st.sampled_from(["a", "b"]), st.just("solar"), st.integers(0, 5).map(float))


def part_of(sales: list[KnownSale]) -> SightingPart:
    digests = "".join([digest for digest, _, _, _ in sales])
    bought_by = [f'{campaign}":"{vertical}' for _, campaign, vertical, _ in sales]
    return SightingPart.of(digests, [int(sold_at) for _, _, _, sold_at in sales], bought_by)


@pytest.fixture(autouse=True, scope="module")
def small_segments() -> Iterator[None]:
    """Segments of four entries, so that a short test crosses many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "RECENT_MAX", 4)
        yield


@given(st.lists(st.sets(DIGESTS), max_size=4), st.lists(DIGESTS), st.sets(DIGESTS))
def test_a_digest_set_is_a_set_whatever_segments_it_has(
    parts: list[set[str]], added: list[str], more: set[str]
) -> None:
    ours, plain = DigestSet(), set[str]()
    for part in parts:
        ours.extend(bytes.fromhex("".join(part)))
        plain |= part
    for digest in added:
        ours.add(digest)
        plain.add(digest)
        assert digest in ours
    ours.extend(bytes.fromhex("".join(more)))
    plain |= more
    every = [f"{number * 2**58:016x}" for number in range(64)]
    assert [digest for digest in every if digest in ours] == sorted(plain)
    assert len(ours) == len(plain)


@given(st.lists(st.lists(SALES), max_size=4), st.lists(SALES))
def test_people_are_known_whatever_segments_they_are_in(parts: list[list[KnownSale]], added: list[KnownSale]) -> None:
    people = People()
    for part in parts:
        people.extend(part_of(sorted(part)))
    for sale in added:
        people.add(*sale)
    sales = [*chain(*parts), *added]
    for number in range(42):
        digest = f"{number * 2**58:016x}"
        expected = {Sighting(campaign, vertical, at) for name, campaign, vertical, at in sales if name == digest}
        seen = people.sightings([digest])
        assert set(seen) == expected
        assert len(seen) == len(expected)
        assert [sighting.sold_at for sighting in seen] == sorted(sighting.sold_at for sighting in seen)
    assert len(people) == len(sales)


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
    ours = DigestSet()
    ours.add("ab" * 16)
    assert "ab" * 8 in ours
    assert bytes.fromhex("ab" * 16) in ours
    assert "ab" * 7 + "ac" not in ours


def test_a_sale_makes_its_people_and_certificates_known() -> None:
    leads = KnownLeads()
    sold = Sold(
        nonce=b"n",
        at=9.0,
        campaign="a",
        vertical="solar",
        zip="78701",
        state="TX",
        people=("01" * 8, "02" * 8),
        certificates=("03" * 16,),
    )
    leads.sell(sold)
    assert leads.people.sightings(["02" * 8]) == (Sighting("a", "solar", 9.0),)
    assert bytes.fromhex("03" * 16) in leads.certificates
    assert bytes.fromhex("01" * 16) not in leads.certificates
    assert not leads.suppressed.holds_any(["01" * 8])
    leads.apply(Suppressed(digests=("01" * 8,)))
    assert leads.suppressed.holds_any(["01" * 8])


def test_what_a_database_knows_comes_in_parts() -> None:
    leads = KnownLeads()
    leads.apply(PeopleRead(part=part_of([("01" * 8, "a", "solar", 5.0), ("02" * 8, "b", "solar", 6.0)])))
    leads.read(KnownRead(sales=(("02" * 8, "a", "solar", 7.0),)))
    leads.read(KnownRead(suppressed=b"\x06" * 8, certificates=b"\x07" * 8))
    assert leads.people.sightings(["02" * 8]) == (Sighting("b", "solar", 6.0), Sighting("a", "solar", 7.0))
    assert leads.suppressed.holds_any(["06" * 8])
    assert bytes.fromhex("07" * 16) in leads.certificates
