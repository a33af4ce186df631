"""Whoever is meant is read from a phone or an email in any form, a hash, or a lead's id."""

import hashlib

import pytest

from app.domain.identity import person
from app.usecases.people.who import NobodyNamed, read_email, read_phone, read_who
from tests.table import each_row

KEY = b"k" * 32
PHONE, EMAIL, LEAD = "5124612234", "maria.gonzalez@gmail.com", "4b98926a7f4dfe19ee7aea21"


@each_row(
    "text",
    [
        PHONE,
        "+15124612234",
        "+1 (512) 461-2234",
        "512.461.2234",
        "1-512-461-2234",
        "  512 461 2234 ",
        "(512)4612234",
        "tel:+1-512-461-2234",
        "512\u2011461\u20112234",
        "5124612234.0",
        "001 512 461 2234",
    ],
)
def test_a_phone_is_read_in_any_form(text: str) -> None:
    assert read_who(text, KEY).person == read_phone(text, KEY).person == person(KEY, PHONE, "")
    assert read_who(text, KEY).kind == "phone"


@each_row(
    "text",
    [
        EMAIL,
        " Maria.Gonzalez@GMAIL.com ",
        "<maria.gonzalez@gmail.com>",
        f"mailto:{EMAIL}",
        f'="{EMAIL}"',
        EMAIL.replace("@", "\uff20"),
    ],
)
def test_an_email_is_read_in_any_case(text: str) -> None:
    assert read_who(text, KEY).person == read_email(text, KEY).person == person(KEY, "", EMAIL)


@each_row("algorithm", ["sha256", "sha1", "md5"])
def test_a_hash_is_one_of_the_digests_of_its_person(algorithm: str) -> None:
    for text, known in ((PHONE, person(KEY, PHONE, "")), (EMAIL, person(KEY, "", EMAIL))):
        hashed = hashlib.new(algorithm, text.encode()).hexdigest()
        for written in (hashed, hashed.upper()):
            (found,) = read_who(written, KEY).person.all
            assert found in known.all


def test_a_leads_id_is_no_phone_however_many_digits_it_has() -> None:
    for text in (LEAD, LEAD.upper(), f" {LEAD} ", "a5b1c2d4e6f1a2b2c3d4aaaa"):
        assert read_who(text, KEY).lead_id == text.strip().lower()
        assert read_who(text, KEY).person.all == ()


@each_row("text", ["", "12", "911", "maria", "@", "maria@", "+44 20 7946 0958 1234", "none@none.com"])
def test_what_names_nobody_is_said_to(text: str) -> None:
    with pytest.raises(NobodyNamed, match="write"):
        read_who(text, KEY)
