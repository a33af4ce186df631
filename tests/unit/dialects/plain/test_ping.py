"""The quick first reading of a ping: whatever it reads, the usual way reads just so, and it reads nearly all."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.dialects.body.read import read_body
from app.dialects.generic import read_ping
from app.dialects.plain.ping import plain_pings
from app.dialects.reading import Reading
from app.domain.identity import hash_digest
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from app.wire.ping import Ping
from tests.table import each_row
from tests.unit.dialects.conftest import AUTO, SOLAR

ACME = Seller(name="acme", title="Acme", key_sha256=())
VERTICALS = {
    AUTO.name: AUTO,
    SOLAR.name: replace(SOLAR, fields=(Field(name="roof_shade", type="choice", values=("None", "N/A", "full sun")),)),
}
CERTIFICATE = "https://cert.trustedform.com/8a5f4070c91bd173f392ad4894f9fb3b76189976"
LEADID = "833EFB29-527E-FD0C-7AC1-B54BE8E3E821"
LEAD = {
    "vertical": "auto_insurance",
    "zip": "78701",
    "state": "TX",
    "created_at": "2026-11-21T14:59:00Z",
    "seller_lead_id": "L8c07a591534ac774",
    "sub_id": "google-brand-7",
    "ip_address": "98.222.3.96",
    "landing_page": "https://www.quotes.example/auto?src=social",
    "tcpa_consent": True,
    "trustedform_cert_url": CERTIFICATE,
    "leadid_token": LEADID,
    "user_agent": "Mozilla/5.0 (Windows NT 10.0)",
    "tcpa_text": "I agree to be called.",
    "lead_type": "any",
    "max_legs": 2,
    "min_price": 12.5,
    "deadline_ms": 250,
    "age": 42,
    "credit_tier": "very_good",
    "homeowner": False,
    "monthly_payment": 120,
    "licensed_since": "2003-05-06",
    "occupation": "nurse",
}
ODD: list[Any] = [
    *(None, True, False, 0, -0.0, 1, 2, 15, 16, 100, 101, 42.0, 1.5, 1e9, 1e10, 1e300, 10**25, -1),
    *([], {}, [1], {"a": 1}),
    *("", " ", "N/A", "null", "none", "None", "unknown", "{{x}}", "[zip]", "yes", "no", "0", "1", "42", "1,000", "$5"),
    *("TX", "tx", "Texas", "XX", "78701", "7870", "78701-1234", "00000", "00004", "exclusive", "both", "a@b.co"),
    *("5125550123", "2026-11-21", "2026-11-21T14:59:00Z", "1795273140", 1795273140, 1795273140.5, "98.2.3.400", "::1"),
    *("https://x.example/a?b=c#d", "x" * 30, "x" * 600, CERTIFICATE, CERTIFICATE[-40:], LEADID, LEADID.lower()),
    *("1" * 40, "https://evil.example/" + "0f" * 20, "é", "a\nb", 'a":b', "a\\b", "<a>1</a>", '{"zip":"1"}', "solar"),
]
NAMES = [
    *LEAD,
    *("phone", "email", "first_name", "phone_hash", "hash_type", "consent_at", "test", "Zip", "zip_code", "lead.age"),
    *("trustedform_ping_url", "policy_number", "token", "id", "format", "foo", "roof_shade", "credit_rating"),
]

leads = st.fixed_dictionaries(
    {"vertical": st.sampled_from(["auto_insurance", "auto_insurance", "solar", "Solar", ""])},
    optional={name: st.just(value) for name, value in LEAD.items() if name != "vertical"},
)
changes = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(ODD)), max_size=3)


def usual(body: bytes, seller: Seller = ACME, verticals: Mapping[str, Vertical] = VERTICALS) -> Reading[Ping]:
    """As every other body is read."""
    fields = read_body(body, "application/json")
    assert isinstance(fields, dict)
    return read_ping(fields, seller, verticals, lambda kind, hashed: hash_digest(b"k" * 32, kind, hashed))


def plain_ping(body: bytes, seller: Seller, verticals: Mapping[str, Vertical]) -> Ping | None:
    return plain_pings(seller, verticals).read(body)


def body_of(pairs: list[tuple[str, Any]]) -> bytes:
    """A JSON object, in which a name may stand twice."""
    return ("{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in pairs) + "}").encode()


@settings(max_examples=200)
@given(leads, changes)
def test_what_is_plain_is_read_as_the_usual_way_reads_it(lead: dict[str, Any], more: list[tuple[str, Any]]) -> None:
    said = [*lead.items()]
    for body in map(body_of, ([*said, *more], [*more, *said], [*(lead | dict(more)).items()])):
        ping = plain_ping(body, ACME, VERTICALS)
        assert ping is None or Reading(ping) == usual(body), body


def test_a_ping_in_our_own_words_is_plain() -> None:
    body = json.dumps(LEAD).encode()
    ping = plain_ping(body, ACME, VERTICALS)
    assert ping is not None
    assert Reading(ping) == usual(body)
    assert ping.fields["monthly_payment"] == 120.0


@each_row("name", [name for name in LEAD if name not in ("vertical", "zip", "age")])
def test_a_ping_without_one_of_its_fields_is_plain_too(name: str) -> None:
    body = json.dumps({each: value for each, value in LEAD.items() if each != name}).encode()
    ping, as_ever = plain_ping(body, ACME, VERTICALS), usual(body).value
    assert ping == as_ever
    assert msgspec.json.encode(ping, order="sorted") == msgspec.json.encode(as_ever, order="sorted")


@each_row(
    "odd",
    [
        {"zip": None},
        {"zip": "7870"},
        {"age": None},
        {"age": "42"},
        {"age": True},
        {"age": 101},
        {"state": "nowhere"},
        {"credit_tier": "Very Good"},
        {"created_at": ""},
        {"phone": "5125550123"},
        {"test": True},
        {"consent_at": "2026-11-20T14:59:00Z"},
        {"seller_lead_id": "512-555-0123"},
        {"sub_id": CERTIFICATE[-40:]},
        {"landing_page": "a\\b"},
        {"anything": 1},
        {"lead_type": "both"},
        {"max_legs": "2"},
        {"deadline_ms": 0},
    ],
)
def test_one_field_that_is_written_otherwise_leaves_it_to_the_usual_way(odd: dict[str, Any]) -> None:
    assert plain_ping(json.dumps(LEAD | odd).encode(), ACME, VERTICALS) is None


def test_a_word_for_nothing_that_a_choice_lists_is_left_to_the_usual_way() -> None:
    """Of a name that stands twice the last that is filled counts, and this one may be filled or not."""
    told = {"vertical": "solar", "zip": "78701"}
    assert plain_ping(body_of([*told.items(), ("roof_shade", "full sun")]), ACME, VERTICALS) is not None
    assert plain_ping(body_of([*told.items(), ("roof_shade", "N/A")]), ACME, VERTICALS) is None


def test_a_seller_with_names_of_its_own_is_understood_by_them() -> None:
    body = json.dumps(LEAD).encode()
    renamed = replace(ACME, aliases={"age": "vehicle_year", "occupation": "sub_id"})
    assert plain_ping(body, renamed, VERTICALS) is None
    assert plain_ping(body, replace(ACME, value_maps={"state": {"TX": "CA"}}), VERTICALS) is None


def test_a_vertical_with_a_field_of_its_own_in_the_place_of_a_usual_one_is_left_to_the_usual_way() -> None:
    own = replace(AUTO, fields=(*AUTO.fields, Field(name="user_agent", type="choice", values=("phone", "desktop"))))
    body = json.dumps(LEAD | {"user_agent": "phone"}).encode()
    assert plain_ping(body, ACME, {AUTO.name: own}) is None
    assert usual(body, verticals={AUTO.name: own}).value.fields["user_agent"] == "phone"  # type: ignore[union-attr]


def test_a_ping_names_its_vertical_also_where_there_is_but_one() -> None:
    body = json.dumps({name: value for name, value in LEAD.items() if name != "vertical"}).encode()
    assert plain_ping(body, ACME, {AUTO.name: AUTO}) is None
    assert usual(body, verticals={AUTO.name: AUTO}).value == Refusal("missing_field", "vertical")


def test_after_a_reload_it_reads_by_what_is_declared_then() -> None:
    body = json.dumps(LEAD).encode()
    assert plain_ping(body, ACME, VERTICALS) is not None
    field = Field(name="age", type="integer", minimum=50)
    assert plain_ping(body, ACME, {AUTO.name: replace(AUTO, fields=(field,))}) is None
