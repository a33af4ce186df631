"""Parsers find what the platform's own would find, and overlook the rest."""

from app.platforms.parsers import by_literals, by_path
from app.platforms.platform import ParsedAnswer, ParsedOutcome, ReceivedAnswer
from tests.table import each_row

BY_PATH = by_path("answer.word", {"BUY": "accepted"}, price="answer.bids.0.price", id="answer.id", reason="errors.0")
BY_LITERALS = by_literals("ping_id")


def received(body: str, status: int = 200, content_type: str = "application/json") -> ReceivedAnswer:
    return ReceivedAnswer(status=status, content_type=content_type, body=body.encode(), ms=1.0)


def test_a_path_leads_through_objects_and_lists_and_keeps_the_digits_of_a_price() -> None:
    body = '{"answer": {"word": "BUY", "id": "x1", "bids": [{"price": 16.10}]}, "errors": ["none"]}'
    assert BY_PATH(received(body)) == ParsedAnswer(outcome="accepted", id="x1", price="16.10", reason="none")


def test_the_root_element_of_xml_is_where_a_root_object_is_in_json() -> None:
    parse = by_path("word", {"BUY": "accepted"}, price="price", id="id", reason="why", root="answer")
    json, xml = '{"answer": {"word": "BUY", "price": 1.50}}', "<answer><word>BUY</word><price>1.50</price></answer>"
    assert parse(received(json)) == parse(received(xml, content_type="text/xml; charset=utf-8"))


@each_row(
    ("answer", "outcome", "reason"),
    [
        (received('{"answer": {"word": "BUY"}}', status=500), "error", "HTTP 500, whose body is not read"),
        (received('{"answer": {"word": "MAYBE"}}'), "refused", ""),
        (received('{"answer": {}}'), "unreadable", "no answer.word"),
        (received('[{"answer": {"word": "BUY"}}]'), "unreadable", "no answer.word"),
        (received("{"), "unreadable", "the body is not JSON"),
        (received("<answer>", content_type="application/xml"), "unreadable", "the body is not XML"),
        (received("BUY", content_type=""), "unreadable", "a body of type unknown"),
    ],
)
def test_what_is_not_the_expected_word_at_its_path_is_no_bid(
    answer: ReceivedAnswer, outcome: ParsedOutcome, reason: str
) -> None:
    assert BY_PATH(answer) == ParsedAnswer(outcome=outcome, reason=reason)


@each_row(
    ("body", "outcome"),
    [
        ('{"status":"accepted","ping_id":"x1"}', "accepted"),
        ('{"status": "accepted","ping_id":"x1"}', "unreadable"),
        ('{"status":"rejected","reason":"not accepted"}', "unreadable"),
        ('{"status":"duplicate"}', "duplicate"),
        ('{"status":"paused"}', "refused"),
    ],
)
def test_a_search_for_literals_stumbles_over_a_space_and_over_an_accept_word(body: str, outcome: str) -> None:
    assert BY_LITERALS(received(body)).outcome == outcome
