"""What pages and forms are asked with: read in full or refused by the name of the field, and never half understood."""

from typing import Annotated

import msgspec
import pytest

from app.http.console.fields import TEXT_MAX, Unreadable, read_fields
from tests.table import each_row


class Wanted(msgspec.Struct, frozen=True):
    """A seller, and so many."""

    seller: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50


class Nothing(msgspec.Struct, frozen=True):
    """Nothing to choose."""


def test_what_is_left_empty_is_as_if_it_had_not_been_sent() -> None:
    assert read_fields({"seller": "acme", "limit": ""}, Wanted) == Wanted(seller="acme")


@each_row("empty", ["", "3"])
def test_a_misspelled_name_is_refused_with_those_that_there_are(empty: str) -> None:
    with pytest.raises(Unreadable, match=r"^limti: not known here; there are seller, limit$"):
        read_fields({"limti": empty}, Wanted)
    with pytest.raises(Unreadable, match=r"^days: leave it out"):
        read_fields({"days": empty}, Nothing)


@each_row("text", ["\0", "a\0b", "\ud800", "\udfff🙂", "x" * (TEXT_MAX + 1)])
def test_what_a_database_or_an_answer_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match=r"^seller: "):
        read_fields({"seller": text}, Wanted)


@each_row("text", ["Ácmé 🙂", "\u202e", "'; DROP TABLE leads; --", "x" * TEXT_MAX])
def test_any_other_text_is_as_it_was_sent(text: str) -> None:
    assert read_fields({"seller": text}, Wanted).seller == text


@each_row("limit", ["0", "101", "1e3", "nan", "9" * 40, "\uff12x"])
def test_a_number_out_of_its_bounds_is_refused_by_its_name(limit: str) -> None:
    with pytest.raises(Unreadable, match=r"^limit: "):
        read_fields({"limit": limit}, Wanted)
