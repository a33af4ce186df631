"""Answers in a platform's words, as types."""

from app.instructions.answer_shapes import shape_of
from app.instructions.exchange import SampleAnswer


def answers(*bodies: str) -> list[SampleAnswer]:
    return [SampleAnswer(status=200, headers=(), body=body) for body in bodies]


def test_what_every_answer_has_is_required_and_other_fields_may_be() -> None:
    shape = shape_of(answers('{"Success":true,"Payout":12.5}', '{"Success":false,"Errors":["zip"],"Payout":"none"}'))
    assert shape["required"] == ["Success", "Payout"]
    assert shape["properties"] == {
        "Success": {"type": "boolean"},
        "Payout": {"type": ["number", "string"]},
        "Errors": {"type": "array", "items": {"type": "string"}},
    }


def test_an_answer_in_xml_has_the_name_of_its_root_and_numbers_where_all_are() -> None:
    bid = '<?xml version="1.0"?><response><status>Matched</status><price>26.92</price></response>'
    shape = shape_of(answers(bid, "<response><status>Unmatched</status><price></price></response>"))
    assert shape["xml"] == {"name": "response"}
    assert shape["properties"] == {"status": {"type": "string"}, "price": {"type": "number"}}


def test_an_answer_in_plain_words_is_a_text() -> None:
    assert shape_of(answers("SUCCESS", "FAILURE|duplicate")) == {"type": "string"}
