"""One value from one configuration: the same each time, without a secret, and true of the seller."""

import msgspec

from app.domain.onboarding.test_values import TABLE
from app.domain.reasons import REASONS
from app.http.authentication import keys_in_fields, keys_in_headers
from app.instructions.exchange import KEY, Placeholder, pieces
from app.instructions.handbook import Handbook, handbook_of
from app.instructions.markdown import markdown
from app.instructions.page import page
from tests.build import campaign, catalogue, seller
from tests.table import each_row

URL = "https://leads.example.com"


def book(**of_seller: object) -> Handbook:
    own = seller(**of_seller)
    return handbook_of(catalogue([campaign()], [own]), own, URL + "/")


def test_the_same_arguments_give_the_same_value() -> None:
    assert msgspec.json.encode(book()) == msgspec.json.encode(book())


def test_no_key_and_no_digest_of_one_stands_in_it() -> None:
    text = msgspec.json.encode(book()).decode()
    assert "acme-key" not in text
    assert seller().key_sha256[0] not in text
    assert KEY in text


def test_everything_begins_at_the_base_url_without_a_double_slash() -> None:
    whole = book()
    assert whole.base_url == URL
    assert all(route.path.startswith("/") for route in whole.routes)
    assert all(url.startswith(f"{URL}/v1/") for card in whole.cards for url in card.urls.values())


@each_row(
    ("disclosure", "told"),
    [("full", {*REASONS} - {"litigator"}), ("class", {"capacity", "policy"}), ("opaque", {"no_bid"})],
)
def test_reasons_are_those_that_this_seller_is_told(disclosure: str, told: set[str]) -> None:
    codes = {reason.code for reason in book(disclosure=disclosure).reasons}
    assert told <= codes
    assert {"missing_field", "auth_failed", "ping_expired", "internal"} <= codes
    assert ("cap_reached" in codes) == (disclosure == "full")
    assert {test.code for test in book(disclosure=disclosure).tests} <= codes | {""}


def test_every_test_value_is_listed() -> None:
    assert [test.zips for test in book().tests] == [each.zips for each in TABLE]


def test_a_direct_seller_and_one_that_may_get_are_told_so() -> None:
    plain, free = book(), book(direct=True, allow_get=True)
    assert "Post without a ping" not in {route.what for route in plain.routes}
    assert "/v1/lead?mode=full" in {route.path for route in free.routes}
    assert {route.methods for route in plain.routes if route.takes} == {("POST",)}
    assert {route.methods for route in free.routes if route.takes} == {("POST", "GET")}


def test_the_key_is_taken_wherever_the_value_says() -> None:
    for place in book(dialect="boberdoo").keys:
        if place.looks.startswith(("X-", "Authorization")) and "base64" not in place.looks:
            name, _, value = place.looks.partition(": ")
            assert keys_in_headers({name.lower().encode(): value.encode()}) == [KEY]
        elif place.name.startswith("A field"):
            assert all(list(keys_in_fields({name: KEY})) == [KEY] for name in place.looks.split(", "))
        elif place.name.startswith("Field"):
            assert list(keys_in_fields({place.looks.partition("=")[0]: KEY})) == [KEY]


def test_limits_are_told_in_numbers() -> None:
    facts = dict(book(rate_per_s=2.5, burst=7, allowed_ips=("203.0.113.0/24",), quoted_prices=True).facts)
    assert "2.5 pings a second, 7 at once" in facts["Rate limit"]
    assert facts["Addresses"] == "203.0.113.0/24"
    assert facts["Prices"].startswith("strings")
    assert "none for you" in dict(book().facts)["Rate limit"]


def test_a_buyer_of_nothing_has_instructions_without_fields() -> None:
    own = seller()
    empty = handbook_of(catalogue([], [own]), own, URL)
    assert [*empty.sheets, *empty.samples, *empty.cards] == []
    assert page(empty, {})
    assert markdown(empty, {})


def test_a_text_is_cut_where_it_varies() -> None:
    marks = (Placeholder("ping_id", "abc"), Placeholder("key", "K"))
    assert pieces("Kxabcyabc", marks) == [
        ("K", "key"),
        ("x", None),
        ("abc", "ping_id"),
        ("y", None),
        ("abc", "ping_id"),
    ]
