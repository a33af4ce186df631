"""The quick first reading of a post: whatever it reads, the usual way reads just so, and it reads nearly all."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from app.dialects.body.read import read_body
from app.dialects.generic import ping_id_of, read_post
from app.dialects.plain.post import PostAtOnce, plain_posts
from app.dialects.reading import Reading
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from app.wire.post import Post
from tests.table import each_row
from tests.unit.dialects.conftest import AUTO, SOLAR
from tests.unit.dialects.plain.test_ping import ACME, CERTIFICATE, LEADID, ODD, body_of

VERTICALS = {AUTO.name: AUTO, SOLAR.name: SOLAR}
TOKEN, OTHER = "C" + "aB3" * 21, "C" + "x-_" * 21
LEAD = {
    "ping_id": TOKEN,
    "vertical": "auto_insurance",
    "zip": "78701",
    "state": "TX",
    "created_at": "2026-11-21T14:59:00Z",
    "seller_lead_id": "L8c07a591534ac774",
    "sub_id": "google-brand-7",
    "ip_address": "98.222.3.96",
    "user_agent": "Mozilla/5.0 (Windows NT 10.0)",
    "landing_page": "https://www.quotes.example/auto?src=social",
    "tcpa_consent": True,
    "tcpa_text": "I agree that insurance agents may call me about quotes.",
    "consent_at": "2026-11-21T14:58:00Z",
    "trustedform_cert_url": CERTIFICATE,
    "leadid_token": LEADID,
    "first_name": "Ada",
    "last_name": "Lovelace",
    "phone": "5125550134",
    "email": "ada@lovelace.net",
    "address": "12 Main St",
    "city": "Austin",
    "birth_date": "1990-12-10",
    "age": 42,
    "credit_tier": "very_good",
    "homeowner": False,
    "monthly_payment": 120,
    "licensed_since": "2003-05-06",
    "occupation": "nurse",
    "policy_number": "P-17",
}
NEEDED = ("vertical", "ping_id", "zip", "tcpa_text", "age", "policy_number")
STRANGE = [
    *ODD,
    *(
        "Null",
        "NA",
        "(blank)",
        "#n/a",
        "test",
        "O'Neil",
        "Ada\u200b",
        "\ud800",
        "Smith, Ada",
        "a\x00b",
        "a@b.con",
        "@",
        "-",
    ),
    *("(512) 555-0134", "15125550134", "512555013", "5125550134 x5", 5125550134, "noemail@noemail.com", "A@B.CO"),
    *("No, I do not agree that anybody may call me at all", "I agree &amp; sign that agents may call me up", ":x"),
    *(TOKEN, OTHER, "C" * 64, TOKEN[1:], "2026-11-01T00:00:00Z", 1795273140000, "11/21/2026 3:04 PM", "yesterday"),
]
NAMES = [
    *LEAD,
    *("bid_id", "name", "test", "is_test", "lead_mode", "Zip", "lead.age", "contact.phone", "phone2", "area_code"),
    *("signed_up_at", "consent_date", "EmailAddress", "token", "id", "format", "foo", "credit_rating", "lead_type"),
]

leads = st.fixed_dictionaries(
    {name: st.just(LEAD[name]) for name in NEEDED},
    optional={name: st.just(value) for name, value in LEAD.items() if name not in NEEDED},
)
changes = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(STRANGE)), max_size=3)
numbers = st.sampled_from(["-0", "-0.0", "1e3", "4.2E1", "42." + "0" * 70, "1" * 20])


def usual(body: bytes, seller: Seller = ACME, verticals: Mapping[str, Vertical] = VERTICALS) -> Reading[Post]:
    """As every other body is read, where the bid was for what the post names."""
    fields = read_body(body, "application/json")
    assert isinstance(fields, dict)
    named = verticals.get(str(fields["vertical"]))
    return read_post(fields, seller, verticals, named, ping_id_of(fields, seller))


def plain_post(body: bytes, seller: Seller = ACME, verticals: Mapping[str, Vertical] = VERTICALS) -> PostAtOnce | None:
    return plain_posts(seller, verticals).read(body)


def told(post: Any) -> str:
    """All that a post says; equal numbers may be of two types, and zeros of two signs."""
    assert isinstance(post, Post)
    return repr([asdict(post) | {"contact": asdict(post.contact), "fields": sorted(post.fields.items())}])


def assert_alike(body: bytes) -> None:
    at_once = plain_post(body)
    if at_once is not None:
        reading = usual(body)
        assert Reading(at_once.post) == reading, body
        assert told(at_once.post) == told(reading.value), body
        assert at_once.reading(ACME, at_once.form.vertical, at_once.post.ping_id) == reading


@settings(max_examples=300)
@given(leads, changes)
def test_what_is_plain_is_read_as_the_usual_way_reads_it(lead: dict[str, Any], more: list[tuple[str, Any]]) -> None:
    said = [*lead.items()]
    for body in map(body_of, ([*said, *more], [*more, *said], [*(lead | dict(more)).items()])):
        for spaced in (body, body.replace(b'":', b'" : '), body.replace(b',"', b',\n "')):
            assert_alike(spaced)


@given(st.sampled_from(sorted(LEAD)), numbers, st.booleans())
def test_a_number_is_what_the_usual_way_takes_it_for(name: str, digits: str, twice: bool) -> None:
    body = json.dumps({**LEAD, name: "#"}).encode().replace(b'"#"', digits.encode())
    assert_alike(body[:-1] + b', "%s" : %s}' % (name.encode(), digits.encode()) if twice else body)


def test_a_post_in_our_own_words_is_plain() -> None:
    body = json.dumps(LEAD).encode()
    at_once = plain_post(body)
    assert at_once is not None
    assert told(at_once.post) == told(usual(body).value)


@each_row("name", [name for name in LEAD if name not in NEEDED])
def test_a_post_without_one_of_its_fields_is_plain_too(name: str) -> None:
    body = json.dumps({each: value for each, value in LEAD.items() if each != name}).encode()
    at_once = plain_post(body)
    assert at_once is not None
    assert Reading(at_once.post) == usual(body)


def test_a_bid_id_says_more_than_the_ping_id_beside_it() -> None:
    at_once = plain_post(json.dumps(LEAD | {"bid_id": OTHER}).encode())
    assert at_once is not None
    assert at_once.post.ping_id == OTHER


@each_row(
    "odd",
    [
        {"ping_id": "none"},
        {"bid_id": ""},
        {"zip": "7870"},
        {"age": None},
        {"age": 42.0},
        {"credit_tier": "Very Good"},
        {"monthly_payment": 12.5},
        {"created_at": "yesterday"},
        {"test": False},
        {"tcpa_consent": "yes"},
        {"tcpa_text": ""},
        {"first_name": "NA"},
        {"name": "Ada Lovelace"},
        {"phone": "555"},
        {"email": "(blank)"},
        {"email": "ada@gmial.com"},
        {"policy_number": "512-555-0123"},
        {"landing_page": "a\\b"},
        {"anything": 1},
    ],
)
def test_one_field_that_is_written_otherwise_leaves_it_to_the_usual_way(odd: dict[str, Any]) -> None:
    assert plain_post(json.dumps(LEAD | odd).encode()) is None


@each_row("without", [*NEEDED, "phone email", "first_name last_name"])
def test_a_post_that_lacks_what_it_needs_is_left_to_the_usual_way(without: str) -> None:
    less = {name: value for name, value in LEAD.items() if name not in without.split()}
    assert plain_post(json.dumps(less).encode()) is None
    assert plain_post(json.dumps(less).encode(), verticals={AUTO.name: AUTO}) is None


def test_of_a_name_that_stands_twice_a_word_for_nothing_displaces_nothing() -> None:
    body = body_of([*LEAD.items(), ("last_name", "NA")])
    assert plain_post(body) is None
    assert usual(body).value.contact.last_name == "Lovelace"  # type: ignore[union-attr]


def test_a_seller_with_names_of_its_own_is_understood_by_them() -> None:
    body = json.dumps(LEAD).encode()
    for aliases in ({"age": "vehicle_year"}, {"ping_id": "sub_id"}, {"phone": "foo"}):
        assert plain_post(body, replace(ACME, aliases=aliases)) is None
    assert plain_post(body, replace(ACME, value_maps={"state": {"TX": "CA"}})) is None


def test_a_vertical_with_a_field_of_its_own_in_the_place_of_a_usual_one_is_left_to_the_usual_way() -> None:
    own = replace(AUTO, fields=(*AUTO.fields, Field(name="city", type="text")))
    assert plain_post(json.dumps(LEAD).encode(), ACME, {AUTO.name: own}) is None


def test_it_counts_only_as_both_were_declared_when_the_bid_was_made() -> None:
    at_once = plain_post(json.dumps(LEAD).encode())
    assert at_once is not None
    assert at_once.reading(ACME, AUTO, TOKEN) == Reading(at_once.post)
    assert at_once.reading(replace(ACME), AUTO, TOKEN) is None
    assert at_once.reading(ACME, replace(AUTO), TOKEN) is None
    assert at_once.reading(ACME, SOLAR, TOKEN) is None
    assert at_once.reading(ACME, None, TOKEN) is None
    assert at_once.reading(ACME, AUTO, OTHER) is None
