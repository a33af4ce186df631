"""What is logged of an error that nobody foresaw."""

import re

from app.telemetry.trouble import where


def fail(depth: int) -> None:
    if depth == 0:
        raise KeyError("maria.lopez@gmail.com")
    fail(depth - 1)


def caught(depth: int) -> Exception:
    try:
        fail(depth)
    except KeyError as error:
        return error
    raise AssertionError


def test_kind_and_place_are_told_innermost_first() -> None:
    place = r"test_trouble\.py:\d+"
    assert re.fullmatch(f"KeyError at {place} < {place} < {place}", where(caught(1)))


def test_the_message_is_not_told() -> None:
    assert "maria" not in where(caught(0))


def test_of_a_deep_fall_only_the_end_is_told() -> None:
    assert where(caught(40)).count(" < ") == 3


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert where(ValueError("512-461-2234")) == "ValueError at "
