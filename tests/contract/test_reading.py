"""Nothing that arrives can raise, and no spelling of a field's name or encoding changes what a lead means."""

import json
import time
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.dialects.aliases import LEAD, PING
from app.dialects.body.read import read_body
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.feedback import read_demand, read_notice, read_outcome, read_signal
from app.dialects.generic import ping_id_of, read_ping, read_post
from app.dialects.text import Scalar, alike
from app.domain.identity import hash_digest
from app.domain.reasons import REASONS, Refusal
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from app.wire.ping import Ping
from app.wire.post import Post
from tests.table import each_row

SELLER = Seller(name="acme", title="Acme", key_sha256=(), value_maps={"credit_tier": {"A": "good"}})
AUTO = Vertical(
    name="auto",
    title="Auto Insurance",
    fields=(
        Field(name="age", type="integer", minimum=16, maximum=100),
        Field(name="credit_tier", type="choice", values=("good", "poor")),
        Field(name="homeowner", type="boolean"),
        Field(name="bill", type="number", minimum=0),
        Field(name="since", type="date"),
        Field(name="note", type="text"),
    ),
)
VERTICALS = {"auto": AUTO}
DIGEST = partial(hash_digest, b"k" * 32)

everyones_settings = settings(derandomize=True, deadline=None, max_examples=50)

NAMES = (
    "vertical zip ZipCode state age credit_tier homeowner bill since note test lead_mode is_shared lead_id token id "
    "ping_id bid_id phone email first_name full_name phone_hash hash_type created_at min_price deadline_ms ip url "
    "trusted_form tcpa src result event open expected premium cause until value occurred_at contact meta Request xml"
)
ODD: tuple[Scalar, ...] = (
    "78701",
    "auto",
    "TX",
    "NA",
    "\ud800",
    "\x00",
    "1e999",
    "9" * 400,
    "2026-11-21",
    10**400,
    -1,
    "a@b.co",
)
names = st.sampled_from(NAMES.split())
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(ODD),
)


def all_readings(raw: Mapping[str, Scalar]) -> list[Any]:
    return [
        read_ping(raw, SELLER, VERTICALS, DIGEST),
        read_post(raw, SELLER, VERTICALS, AUTO),
        read_post(raw, SELLER, VERTICALS, None),
        read_notice(raw, SELLER),
        read_outcome(raw),
        read_demand(raw),
        read_signal(raw),
    ]


@everyones_settings
@given(st.dictionaries(st.one_of(names, st.text(max_size=12)), scalars, max_size=12))
def test_no_fields_can_raise(raw: dict[str, Scalar]) -> None:
    good: dict[str, Scalar] = {"vertical": "auto", "zip": "78701", "ping_id": "x", "phone": "1", "last_name": "x"}
    for fields in (raw, good | raw, raw | good):
        assert isinstance(ping_id_of(fields, SELLER), str)
        for reading in all_readings(fields):
            json.dumps(reading.warnings).encode()
            if isinstance(reading.value, Refusal):
                assert reading.value.code in REASONS


STARTS = (
    b"",
    b"{",
    b'{"zip":',
    b"[",
    b"<",
    b"<a b='",
    b"zip=",
    b"xml=%3C",
    b"\xff\xfe{\x00",
    b"\xef\xbb\xbf",
    b"{'",
    b"<a>&",
)
MORE_STARTS = (b"--x\r\nContent-Disposition: form-data; name=", b"--x\n\n", b"%7B", b'"{', b"a[", b"data={")


@everyones_settings
@given(st.binary(max_size=400), st.text(max_size=20), st.binary(max_size=40))
def test_no_bytes_can_raise(body: bytes, content_type: str, query: bytes) -> None:
    for start in (*STARTS, *MORE_STARTS):
        flat = read_body(start + body, content_type, query)
        if not isinstance(flat, UnreadableBody):
            all_readings(flat)


nested = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=30
)


@everyones_settings
@given(st.dictionaries(names, nested, max_size=8))
def test_no_json_can_raise(tree: dict[str, Any]) -> None:
    flat = read_body(json.dumps(tree).encode(), "application/json")
    if not isinstance(flat, UnreadableBody):
        assert all(value is None or isinstance(value, (str, int, float, bool)) for value in flat.values())
        all_readings(flat)


@everyones_settings
@given(st.dictionaries(names, scalars, max_size=8), st.text(max_size=30))
def test_no_value_is_ever_repeated_in_a_refusal(raw: dict[str, Scalar], told: str) -> None:
    # Nothing that we say begins like this, whereas any text alone may be words of ours.
    secret = f"5127-secret {told}".rstrip()
    fields: dict[str, Scalar] = {"vertical": "auto", "zip": "78701", **raw}
    for key in list(fields):
        for reading in all_readings(fields | {key: secret}):
            said = [*reading.warnings, reading.value.detail if isinstance(reading.value, Refusal) else ""]
            assert not any(secret in text for text in said)


CANONICAL: dict[str, Scalar] = {
    "zip": "78701",
    "state": "TX",
    "lead_type": "shared",
    "max_legs": 3,
    "min_price": 4.5,
    "deadline_ms": 250,
    "created_at": "2026-11-21T12:00:00Z",
    "seller_lead_id": "L-1",
    "sub_id": "src-42",
    "ip_address": "203.0.113.9",
    "user_agent": "Mozilla/5.0",
    "landing_page": "https://q.example/auto",
    "tcpa_consent": True,
    "tcpa_text": "I agree to be called.",
    "trustedform_cert_url": "https://cert.trustedform.com/" + "0f" * 20,
    "trustedform_ping_url": "https://ping.trustedform.com/0.a.b.c",
    "leadid_token": "4F0C2D1A-93B7-4E58-A6C1-0D9E7B35F284",
    "phone_hash": "0f" * 32,
    "email_hash": "f0" * 32,
    "hash_type": "sha256",
    "test": True,
    "age": 37,
    "credit_tier": "good",
}
SPELLINGS = {name: (LEAD | PING).get(name, name).split() for name in CANONICAL}
EXPECTED = read_ping({"vertical": "auto", **CANONICAL}, SELLER, VERTICALS, DIGEST)


@st.composite
def spelled(draw: st.DrawFn) -> dict[str, Scalar]:
    """The canonical ping with every name in some spelling, in any order, perhaps inside a group."""
    flat: dict[str, Scalar] = {"vertical": "auto"}
    for name in draw(st.permutations(list(CANONICAL))):
        spelling = draw(st.sampled_from(SPELLINGS[name]))
        spelling = draw(
            st.sampled_from([spelling, spelling.upper(), spelling.replace("_", "-"), spelling.replace("_", "")])
        )
        flat[draw(st.sampled_from(["", "", "data.", "Meta."])) + spelling] = CANONICAL[name]
    return flat


@settings(everyones_settings, max_examples=30)
@given(spelled())
def test_no_spelling_and_no_encoding_changes_what_a_ping_means(flat: dict[str, Scalar]) -> None:
    assert read_ping(flat, SELLER, VERTICALS, DIGEST) == EXPECTED
    for encoding in ("json", "nested", "form", "xml", "query"):
        read = read_body(*encoded(flat, encoding))
        assert isinstance(read, dict), encoding
        assert read_ping(read, SELLER, VERTICALS, DIGEST) == EXPECTED, encoding


def encoded(flat: dict[str, Scalar], encoding: str) -> tuple[bytes, str, bytes]:
    if encoding == "json":
        return json.dumps(flat).encode(), "application/json", b""
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        group, _, name = key.rpartition(".")
        (tree.setdefault(group, {}) if group else tree)[name] = value
    if encoding == "nested":
        return json.dumps({"Request": tree}).encode(), "", b""
    if encoding == "xml":
        return f"<lead>{elements(tree)}</lead>".encode(), "text/xml", b""
    form = urlencode(flat).encode()
    return (form, "application/x-www-form-urlencoded", b"") if encoding == "form" else (b"", "", form)


def elements(tree: Mapping[str, Any]) -> str:
    inner = {name: elements(value) if isinstance(value, dict) else escape(str(value)) for name, value in tree.items()}
    return "".join([f"<{name}>{text}</{name}>" for name, text in inner.items()])


OTHERS: dict[str, Scalar] = CANONICAL | {
    "zip": "10001",
    "state": "NY",
    "lead_type": "exclusive",
    "max_legs": 1,
    "min_price": 9,
    "deadline_ms": 100,
    "created_at": "2026-11-20T12:00:00Z",
    "seller_lead_id": "L-2",
    "sub_id": "src-43",
    "ip_address": "198.51.100.9",
    "landing_page": "https://q.example/other",
    "tcpa_consent": False,
    "trustedform_cert_url": "https://cert.trustedform.com/" + "1e" * 20,
    "trustedform_ping_url": "https://ping.trustedform.com/0.d.e.f",
    "leadid_token": "4FA85F64-5717-4562-B3FC-2C963F66AFA6",
    "phone_hash": "1e" * 32,
    "email_hash": "e1" * 32,
}
REPEATED = [name for name in OTHERS if len({alike(each) for each in SPELLINGS[name]}) > 1]


@st.composite
def twice(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A field and two of its names, the earlier of its line first, then the one that comes first in the request."""
    name = draw(st.sampled_from(REPEATED))
    # Where two names differ in case, separators and group alone, they are one name.
    line = list({alike(each.rpartition(".")[2]): each for each in SPELLINGS[name]}.values())
    early, late = sorted(draw(st.permutations(range(len(line))))[:2])
    group = draw(st.sampled_from(["", "data.", "Meta."]))
    return name, line[early], group + line[late], draw(st.sampled_from([line[early], group + line[late]]))


@everyones_settings
@given(twice())
def test_of_two_names_that_disagree_the_earlier_in_its_line_counts(drawn: tuple[str, str, str, str]) -> None:
    name, early, late, first = drawn
    pair: dict[str, Scalar] = {early: OTHERS[name], late: CANONICAL[name]}
    pair = pair if first == early else dict(reversed(pair.items()))
    raw: dict[str, Scalar] = {"vertical": "auto", "hash_type": "sha256"}
    raw |= {} if name == "zip" else {"zip": "78701"}
    alone = read_ping(raw | {early: OTHERS[name]}, SELLER, VERTICALS, DIGEST)
    assert isinstance(alone.value, Ping)
    assert read_ping(raw | pair, SELLER, VERTICALS, DIGEST) == alone


@each_row(
    ("raw", "zip_code"),
    [
        ({"Zip": "10001", "zip": "78701"}, "10001"),
        ({"zip": "78701", "ZIP": "10001"}, "78701"),
        ({"contact.zip": "10001", "zip": "78701"}, "10001"),
        ({"postal_code": "10001", "contact.zip": "78701"}, "78701"),
        ({"Zip": "", "zip": "78701"}, "78701"),
        ({"zip": "78701", "plz": "10001"}, "10001"),
    ],
)
def test_of_one_name_written_twice_the_first_counts_and_a_sellers_own_before_all(
    raw: dict[str, Scalar], zip_code: str
) -> None:
    seller = replace(SELLER, aliases={"PLZ": "zip"})
    ping = read_ping({"vertical": "auto", **raw}, seller, VERTICALS, DIGEST).value
    assert isinstance(ping, Ping)
    assert ping.zip == zip_code


@each_row(
    ("flags", "lead_type"),
    [
        ({"is_shared": 1, "is_exclusive": 1}, "shared"),
        ({"exclusive": 1, "is_shared": 1}, "shared"),
        ({"exclusive": 1, "is_exclusive": 0}, "shared"),
        ({"exclusive": 1, "lead_type": "any"}, "any"),
        ({"is_shared": "sometimes"}, "any"),
        ({"is_shared": "sometimes", "exclusive": 1}, "exclusive"),
    ],
)
def test_of_flags_that_disagree_the_earlier_in_their_table_counts_and_an_unreadable_one_says_nothing(
    flags: dict[str, Scalar], lead_type: str
) -> None:
    ping = read_ping({"vertical": "auto", "zip": "78701", **flags}, SELLER, VERTICALS, DIGEST).value
    assert isinstance(ping, Ping)
    assert ping.lead_type == lead_type


SLOW: list[dict[str, Scalar]] = [
    {"sub_id": "@" + "a" * 16_000, "note": "a" * 16_000 + "@"},
    {"note": "512" * 5_000, "sub_id": " a@" * 5_000, "url": "-512" * 4_000},
    {"created_at": "x" + " " * 16_000 + "x", "since": "1/1/2026 " + " " * 16_000 + "x"},
    {"trusted_form": "@" + "a." * 8_000, "lead_id": "a-" * 8_000, "ip": ":" * 16_000},
    {"_" * (count % 60) + "sub_id" + "_" * (count // 60): "x" for count in range(390)},
]


@each_row("fields", SLOW)
def test_no_text_is_dwelt_on(fields: dict[str, Scalar]) -> None:
    body = json.dumps({"vertical": "auto", "zip": "78701", **fields}).encode()
    started = time.thread_time()
    flat = read_body(body, "application/json")
    assert isinstance(flat, dict)
    all_readings(flat)
    # It takes a few milliseconds; patterns that try every start of a text take seconds.
    assert time.thread_time() - started < 0.5


HUGE = [
    {f"k{index}": index for index in range(10_000)},
    {
        "zip": "9" * 16_000,
        "vertical": "auto",
        "age": "9" * 16_000,
        "created_at": "9" * 16_000,
        "min_price": "9" * 16_000,
    },
    {
        "zip": 10**300,
        "vertical": "auto",
        "age": 10**300,
        "created_at": 10**300,
        "bill": 10**300,
        "deadline_ms": 10**300,
    },
    {"vertical": {"vertical": {"vertical": "auto"}}, "zip": [["78701"], [{"zip": {}}]]},
]


@each_row("tree", HUGE)
def test_what_is_huge_is_refused(tree: dict[str, Any]) -> None:
    flat = read_body(json.dumps(tree).encode(), "application/json")
    if not isinstance(flat, UnreadableBody):
        values = [reading.value for reading in all_readings(flat)[:3]]
        assert not any(isinstance(value, (Ping, Post)) for value in values)
