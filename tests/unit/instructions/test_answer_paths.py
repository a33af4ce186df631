"""Where a parser looks is found out from what a dialect says."""

from app.dialects.own_words import GENERIC
from app.instructions.answer_paths import dotted, literal, paths_of, price_regex, text_regex, xpath
from app.platforms.known import DIALECTS
from tests.table import each_row


def test_our_own_words_are_found() -> None:
    ping, post = paths_of(GENERIC, "ping"), paths_of(GENERIC, "post")
    assert (ping.status, ping.accepted, ping.price, ping.id, ping.reason) == (
        "status",
        "accepted",
        "price",
        "ping_id",
        "reason",
    )
    assert (post.accepted, post.duplicate, post.reping, post.error, post.id) == (
        "accepted",
        "duplicate",
        "reping",
        "error",
        "lead_id",
    )


def test_a_dialect_that_only_prices_has_no_word_for_a_bid() -> None:
    assert paths_of(DIALECTS["leadconduit_pricing"], "ping").status == ""


@each_row("name", DIALECTS)
def test_every_dialect_names_its_bid_and_its_price(name: str) -> None:
    ping, post = paths_of(DIALECTS[name], "ping"), paths_of(DIALECTS[name], "post")
    assert ping.price
    assert ping.id
    assert post.status
    assert post.accepted
    assert post.price


def test_paths_begin_at_the_root_of_the_answer() -> None:
    boberdoo = DIALECTS["boberdoo"]
    assert dotted("price", boberdoo) == "response.price"
    assert xpath("lead_id", boberdoo) == "/response/lead_id"
    assert dotted("price", GENERIC) == "price"
    assert dotted("", boberdoo) == ""


def test_expressions_hold_the_value_in_their_only_group() -> None:
    assert price_regex("price", quoted=False) == '"price":([0-9.]+)'
    assert price_regex("bid.price", quoted=True) == '"price":"([0-9.]+)"'
    assert text_regex("errors.0") == r'"errors":\["([^"]*)"'
    assert text_regex("") == ""
    assert literal("status", "accepted", GENERIC, "ping") == '"status":"accepted"'
    assert literal("Success", "true", DIALECTS["px"], "ping") == '"Success":true'
