"""Whatever shape a contact comes in: each part of it is read, or a warning names it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.dialects.body.read import read_body
from app.dialects.generic import read_post
from app.dialects.reading import Reading
from app.domain.consent.certificate import read_trustedform
from app.domain.identity import normal_phone
from app.domain.seller import Seller
from app.domain.vertical import Vertical
from app.platforms.known import DIALECTS
from app.wire.post import Contact, Post
from tests.table import each_row

assert DIALECTS, "what platforms call things is known, as it is where posts are read"

SELLER = Seller(name="acme", title="Acme", key_sha256=())
SOLAR = Vertical(name="solar", title="Solar")
DUE: dict[str, Any] = {"ping_id": "C" + "a" * 63, "vertical": "solar", "zip": "78701"}

words = st.sampled_from(["main", "value", "number", "primary", "home", "x", "type", "foo", "default", "text", "detail"])
groups = st.sampled_from(["", "contact", "lead", "customer", "data", "person"])


def boxed(names: st.SearchStrategy[str], value: str) -> st.SearchStrategy[dict[str, Any]]:
    """A value under one of these names: plain, in an object, in a list, or deeper."""
    inner = st.one_of(
        st.just(value),
        st.just([value]),
        st.builds(lambda word: {word: value}, words),
        st.builds(lambda word: [{"type": "home", word: value}], words),
        st.builds(lambda one, other: {one: {other: value}}, words, words),
    )
    return st.builds(lambda name, box: {name: box}, names, inner)


def phones(digits: str) -> st.SearchStrategy[dict[str, Any]]:
    area, prefix, suffix = digits[:3], digits[3:6], digits[6:]
    written = st.sampled_from(
        [digits, f"({area}) {prefix}-{suffix}", f"+1 {area}.{prefix}.{suffix}", f"tel:+1{digits}", f"{digits}.0"]
    )
    names = st.sampled_from(["phone", "phone_number", "cell", "phone1", "phones", "customerPhone"])
    pieces: list[dict[str, Any]] = [
        {"phone_area": area, "phone_prefix": prefix, "phone_suffix": suffix},
        {"phone": {"area": area, "prefix": prefix, "line": suffix}},
        {"phone1": area, "phone2": prefix, "phone3": suffix},
        {"area_code": area, "phone": prefix + suffix},
        {"phone_area": area, "phone_prefix": prefix},
    ]
    return st.one_of(written.flatmap(lambda text: boxed(names, text)), st.sampled_from(pieces))


emails = st.sampled_from(
    ["ada@lovelace.net", "<ada@lovelace.net>", "mailto:ada@lovelace.net", "Ada <ada@lovelace.net>"]
)
numbers = st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True)
urls = st.from_regex(r"https://cert\.trustedform\.com/[0-9a-f]{40}", fullmatch=True).filter(
    lambda url: len(set(url[-40:])) > 2
)


@st.composite
def leads(draw: st.DrawFn) -> tuple[dict[str, Any], str, str]:
    """A lead's body, its phone and its certificate."""
    digits, url = draw(numbers), draw(urls)
    lead: dict[str, Any] = {"first_name": "Ada", "last_name": "King", **draw(phones(digits))}
    lead |= draw(boxed(st.sampled_from(["email", "email_address", "emails", "customer_email"]), draw(emails)))
    lead |= draw(boxed(st.sampled_from(["address", "street", "property_address"]), "12 Oak St"))
    lead |= draw(boxed(st.sampled_from(["trustedform_cert_url", "cert", "proof", "trustedform_link"]), url))
    group = draw(groups)
    return DUE | ({group: lead} if group else lead), digits, url


def in_a_form(tree: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    """As PHP writes it: brackets around each name within another."""
    flat: list[tuple[str, str]] = []
    for name, value in tree.items():
        inner = f"{path}[{name}]" if path else name
        nested = dict(enumerate(value)) if isinstance(value, list) else value
        flat += in_a_form(nested, inner) if isinstance(nested, dict) else [(inner, str(value))]
    return flat


@settings(derandomize=True, deadline=None, max_examples=50, phases=(Phase.generate,))
@given(leads())
def test_no_part_of_a_contact_is_lost_in_silence(lead: tuple[dict[str, Any], str, str]) -> None:
    tree, digits, url = lead
    assert_nothing_is_lost(json.dumps(tree).encode(), "application/json", digits, url)
    as_form = urlencode(in_a_form(tree)).encode()
    assert_nothing_is_lost(as_form, "application/x-www-form-urlencoded", digits, url)


def assert_nothing_is_lost(body: bytes, content_type: str, digits: str, url: str) -> None:
    fields = read_body(body, content_type)
    assert isinstance(fields, dict)
    reading: Reading[Post] = read_post(fields, SELLER, {"solar": SOLAR}, SOLAR)
    post = reading.value
    assert isinstance(post, Post)
    warned = {warning.partition(":")[0] for warning in reading.warnings}
    kept = read_trustedform(post.trustedform_cert_url)
    assert normal_phone(post.contact.phone) == digits or "phone" in warned
    assert post.contact.email == "ada@lovelace.net" or "email" in warned
    assert post.contact.address == "12 Oak St" or "address" in warned
    assert kept == read_trustedform(url) or "trustedform_cert_url" in warned
    assert not any(secret in warning for warning in reading.warnings for secret in (digits, "lovelace", url[-40:]))


@each_row(
    ("sent", "address"),
    [
        ({"street_number": "12", "street_name": "Oak St"}, "12 Oak St"),
        ({"address": {"houseNumber": "12", "streetName": "Oak St", "unit": "4"}}, "12 Oak St, 4"),
        ({"address": {"number": "12", "street": "Oak St"}}, "12 Oak St"),
        ({"address": "12 Oak St", "street_number": "12", "street_name": "Oak St"}, "12 Oak St"),
        ({"address": ["12 Oak St", "Apt 4"]}, "12 Oak St, Apt 4"),
        ({"address": {"line": ["12 Oak St", "Apt 4"]}}, "12 Oak St, Apt 4"),
        ({"address": ["12 Oak St", "14 Elm St"]}, "14 Elm St"),
    ],
)
def test_an_address_in_pieces_is_put_together(sent: dict[str, Any], address: str) -> None:
    assert contact_of(sent).address == address


def test_a_city_under_another_name_counts_after_our_own() -> None:
    assert contact_of({"address_city": "Austin"}).city == "Austin"
    assert contact_of({"address_city": "Dallas", "city": "Austin"}).city == "Austin"


def test_a_street_number_without_a_street_is_warned_of() -> None:
    reading = reading_of({"street_number": "12"})
    assert any(warning.startswith("address: ") for warning in reading.warnings)


def test_a_day_of_birth_in_pieces_is_warned_of() -> None:
    reading = reading_of({"birth_date": {"year": 1980, "month": 1, "day": 2}})
    assert any(warning.startswith("birth_date: ") for warning in reading.warnings)
    assert contact_of({"dob": [1980, 1, 2]}).birth_date == "1980-01-02"


@each_row(
    ("name", "parts"),
    [(["Ada", "King"], ("Ada", "King")), (["Ada King", "Tom Lee"], ("Tom", "Lee"))],
)
def test_the_parts_of_a_name_are_one_name_and_two_names_are_not(name: list[str], parts: tuple[str, str]) -> None:
    contact = contact_of({"name": name, "email": "ada@lovelace.net"})
    assert (contact.first_name, contact.last_name) == parts


def reading_of(sent: Mapping[str, Any]) -> Reading[Post]:
    fields = read_body(json.dumps({**DUE, "email": "ada@lovelace.net", "first_name": "Ada", **sent}).encode(), "")
    assert isinstance(fields, dict)
    if "name" in sent:
        del fields["first_name"]
    return read_post(fields, SELLER, {"solar": SOLAR}, SOLAR)


def contact_of(sent: Mapping[str, Any]) -> Contact:
    post = reading_of(sent).value
    assert isinstance(post, Post)
    return post.contact
