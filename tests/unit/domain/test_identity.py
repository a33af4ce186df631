"""Who a person is for us."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from app.domain.identity import ALGORITHMS, Person, hash_digest, normal_email, normal_phone, person
from tests.table import each_row

KEY = b"k" * 32


@each_row(
    "written", ["5124612234", "(512) 461-2234", "+1 512 461 2234", "1-512-461-2234", "512.461.2234", " 15124612234\n"]
)
def test_one_phone_is_one_number_however_it_is_written(written: str) -> None:
    assert normal_phone(written) == "5124612234"


@each_row("written", ["", "461-2234", "25124612234", "512461223", "+44 20 7946 0958 1", "٥١٢٤٦١٢٢٣٤", "call me"])
def test_what_is_no_number_of_ours_is_empty(written: str) -> None:
    assert normal_phone(written) == ""


@given(st.text())
def test_a_normal_phone_is_ten_plain_digits_or_nothing(written: str) -> None:
    normal = normal_phone(written)
    assert normal == "" or (len(normal) == 10 and normal.isascii() and normal.isdigit())


def test_an_email_has_no_case_and_no_space_around_it() -> None:
    assert normal_email("  Maria.Lopez@GMail.com\n") == "maria.lopez@gmail.com"
    assert normal_email("maria") == ""


@each_row("algorithm", ALGORITHMS)
def test_a_seller_that_hashes_the_normal_form_asks_for_the_same_person(algorithm: str) -> None:
    known = person(KEY, "+1 (512) 461-2234", "Maria.Lopez@gmail.com")
    by_phone = hash_digest(KEY, algorithm, hashlib.new(algorithm, b"5124612234").hexdigest())
    by_email = hash_digest(KEY, algorithm, hashlib.new(algorithm, b"maria.lopez@gmail.com").hexdigest().upper())
    assert by_phone in known.phone
    assert by_email in known.email


@each_row(
    ("algorithm", "hashed"),
    [
        ("sha256", "a" * 40),
        ("sha1", "a" * 64),
        ("md5", ""),
        ("sha256", "g" * 64),
        ("sha256", "٣" * 64),
        ("sha512", "a" * 128),
    ],
)
def test_what_is_no_hash_of_its_kind_stands_for_nobody(algorithm: str, hashed: str) -> None:
    assert hash_digest(KEY, algorithm, hashed) == ""


def test_a_digest_is_sixteen_hex_digits_and_needs_our_key() -> None:
    mine, other = person(KEY, "5124612234", ""), person(b"j" * 32, "5124612234", "")
    assert all(len(digest) == 16 and int(digest, 16) >= 0 for digest in mine.all)
    assert len(set(mine.all)) == 3
    assert not set(mine.all) & set(other.all)


def test_people_are_the_same_by_phone_or_by_email() -> None:
    maria = person(KEY, "5124612234", "maria@gmail.com")
    assert maria.same_as(person(KEY, "(512) 461-2234", "other@gmail.com"))
    assert maria.same_as(person(KEY, "", "MARIA@gmail.com"))
    assert not maria.same_as(person(KEY, "5124612235", "other@gmail.com"))


def test_nobody_is_the_same_as_nobody() -> None:
    assert not Person().same_as(Person())


def test_broken_unicode_in_an_email_is_still_a_person() -> None:
    assert person(KEY, "", "a@\ud800.com").same_as(person(KEY, "", "A@\ud800.com"))
