"""A person on a list is found however a list, a spreadsheet or a person writes them, and nobody else is."""

import hashlib

from app.domain.identity import person
from app.usecases.suppression.person_text import digests_of, kind_of
from tests.table import each_row

KEY = b"k" * 32


@each_row(
    "text",
    [
        "5128675309",
        "512-867-5309",
        "(512) 867-5309",
        "512.867.5309",
        "+1 512 867 5309",
        "+1-512-867-5309",
        "1 (512) 867-5309",
        "15128675309",
        "'5128675309",
        '="5128675309"',
        "5128675309.0",
        "tel:+1-512-867-5309",
        "Phone: 512 867 5309",
        "512-867-5309 x12",
        "512-867-5309 ext. 12",
        "512\u2011867\u20115309",
        "\ufeff5128675309",
        " 512\u00a0867\u00a05309 ",
    ],
)
def test_a_phone_is_read_in_every_usual_form(text: str) -> None:
    assert kind_of(text) == ("phone", "5128675309")


@each_row(
    "text",
    [
        "",
        "n/a",
        "0000000000",
        "1234567890",
        "1000000001",
        "5.12868E+09",
        "2026-11-30",
        "20261130 101500",
        "867-5309",
        "512867530",
        "+44 20 7946 0958",
        "Jane Doe",
        "123 Main St 78701",
        "jane@",
        "@example.com",
        "jane@example",
        "abcdef0123",
        "g" * 32,
    ],
)
def test_what_names_nobody_is_nobody(text: str) -> None:
    assert kind_of(text) is None


@each_row(
    "text",
    [
        "JANE@Example.com",
        " jane@example.com ",
        "Jane Doe <jane@example.com>",
        "mailto:jane@example.com",
        "<jane@example.com>",
    ],
)
def test_an_email_is_read_without_what_is_around_it(text: str) -> None:
    assert kind_of(text) == ("email", "jane@example.com")


@each_row("algorithm", ["sha256", "sha1", "md5"])
def test_a_hash_finds_who_is_posted_plainly(algorithm: str) -> None:
    hashed = hashlib.new(algorithm, b"5128675309").hexdigest()
    for text in (hashed, hashed.upper(), f"{algorithm}:{hashed}"):
        named = kind_of(text)
        assert named == ("hash", hashed)
        assert set(digests_of(KEY, *named)) <= set(person(KEY, "(512) 867-5309", "").phone)
