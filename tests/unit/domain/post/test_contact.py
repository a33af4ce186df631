"""Whether a contact could be a real, reachable person."""

from itertools import product
from typing import Any

from email_validator import EmailNotValidError, validate_email

from app.domain.post.contact import implausible, is_human_name, is_reachable_email, is_reachable_phone
from app.domain.reasons import Refusal
from tests.build import ZIP_STATES, contact
from tests.table import each_row


@each_row("phone", ["(512) 461-2234", "787-241-3456", "1-212-736-5000", "6023334455"])
def test_a_number_that_can_ring_is_reachable(phone: str) -> None:
    assert is_reachable_phone(phone)


@each_row(
    "phone",
    [
        "",
        "123",
        "212-555-0100",
        "212-911-1234",
        "211-461-2234",
        "5124444444",
        "2222222222",
        "512-345-6789",
        "512-012-3456",
        "800-461-2234",
        "900-461-2234",
        "416-461-2234",
        "012-461-2234",
        "112-461-2234",
        "512-061-2234",
        "٥١٢٤٦١٢٢٣٤",
    ],
)
def test_a_number_that_rings_at_nobody_is_not(phone: str) -> None:
    assert not is_reachable_phone(phone)


@each_row("email", ["maria.lopez@gmail.com", " m+solar@sub.domain.co.uk ", "josé@correo.mx"])
def test_a_well_formed_address_is_reachable(email: str) -> None:
    assert is_reachable_email(email)


@each_row(
    "email",
    [
        "",
        "maria",
        "maria@",
        "@gmail.com",
        "maria@gmail",
        "a b@gmail.com",
        "maria@example.com",
        "maria@mail.example.com",
        "maria@site.example",
        "maria@test.invalid",
        "maria@localhost",
        "maria@mailinator.com",
        "maria@x.mailinator.com",
        "maria@[127.0.0.1]",
        "m@\ud800.com",
        "maria@" + "a" * 300 + ".com",
    ],
)
def test_a_malformed_reserved_or_disposable_address_is_not(email: str) -> None:
    assert not is_reachable_email(email)


def test_the_quick_way_to_read_an_address_says_what_the_library_says() -> None:
    locals_ = ("a", "a.b", ".a", "a.", "a..b", "a-_+b", "-a", "a'b", "é", "a" * 64, "a" * 65, "A.b")
    domains = ("b", "b-c", "-b", "b-", "b--c", "1", "xn--b", "b" * 33, "b" * 64, "b.c", "b..c", "B", "a.b.c.d")
    ends = ("com", "COM", "c", "test", "local", "onion", "arpa", "c0m", "1", "co.uk", "c" * 17, "")
    for local, domain, end in product(locals_, domains, ends):
        address = f"{local}@{domain}.{end}"
        try:
            validate_email(address, check_deliverability=False)
        except EmailNotValidError:
            assert not is_reachable_email(address), address
        else:
            assert is_reachable_email(address), address


@each_row(
    ("first", "last"),
    [
        ("Maria", "Lopez"),
        ("Sean", "O'Brien"),
        ("Sean", "O’Brien"),
        ("Mary J.", "St. John"),
        ("Martin", "King, Jr."),
        ("Anne-Marie", "de la Cruz"),
        ("Nguyễn", "Văn"),
        ("Nguye\u0302\u0303n", "Va\u0306n"),
        ("अनिता", "शर्मा"),
        ("李", "伟"),
        ("Bo", "Li"),
        ("Madonna", ""),
        ("", "Lopez"),
        ("Robert (Bob)", "Null"),
        ("Dick", "Butts"),
    ],
)
def test_names_of_people_are_names(first: str, last: str) -> None:
    assert is_human_name(first, last)


@each_row(
    ("first", "last"),
    [
        ("", ""),
        (" ", " "),
        ("-", "."),
        ("Test", "Test"),
        ("TEST", ""),
        ("John", "Doe"),
        ("mickey", "MOUSE"),
        ("Asdf", "Lopez"),
        ("Maria", "asdfgh"),
        ("aaa", "aaa"),
        ("Maria1", "Lopez"),
        ("R2", "D2"),
        ("<b>Maria</b>", "Lopez"),
        ("maria_", "lopez"),
        ("http", "evil"),
        ("www.evil", "com"),
        ("maria@gmail.com", "Lopez"),
        ("Maria٣", "Lopez"),
        ("{{first_name}}", "x"),
    ],
)
def test_placeholders_and_keyboards_are_not(first: str, last: str) -> None:
    assert not is_human_name(first, last)


@each_row(
    ("overrides", "state", "zip_code", "named"),
    [
        ({}, "TX", "78701", None),
        ({"phone": "", "email": ""}, "TX", "78701", None),
        ({"phone": "212-555-0100"}, "TX", "78701", "phone"),
        ({"email": "maria@mailinator.com"}, "TX", "78701", "email"),
        ({"first_name": "Test", "last_name": ""}, "TX", "78701", "first_name"),
        ({"first_name": "", "last_name": "Test"}, "TX", "78701", "last_name"),
        ({}, "CA", "78701", "zip and state disagree"),
        ({}, "CA", "00001", None),
        ({}, "KY", "42223", None),
        ({}, "TN", "42223", None),
        ({}, "VA", "42223", "zip and state disagree"),
    ],
)
def test_an_implausible_contact_is_refused_by_the_field_at_fault(
    overrides: dict[str, Any], state: str, zip_code: str, named: str | None
) -> None:
    refusal = implausible(contact(**overrides), state, zip_code, ZIP_STATES)
    assert refusal == (Refusal("invalid_contact", named) if named else None)
