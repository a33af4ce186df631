"""A table that is one test fails for each row that fails, and names it."""

from collections.abc import Callable

import pytest

from tests.table import each_row


def fails(number: int) -> None:
    if number == 2:
        raise KeyError(number)


def asserts(number: int) -> None:
    assert number != 2


def expects_an_error(number: int) -> None:
    if number == 2:
        with pytest.raises(KeyError):
            pass


def skips(number: int) -> None:
    if number == 2:
        pytest.skip("not here")


@pytest.mark.parametrize("test", [fails, asserts, expects_an_error, skips])
def test_the_row_that_fails_is_named_and_those_after_it_are_tried(test: Callable[[int], None]) -> None:
    tried = []

    def noted(number: int) -> None:
        tried.append(number)
        test(number)

    with pytest.raises(BaseExceptionGroup, match="1 of 3 rows fail") as raised:
        each_row("number", [1, 2, 3])(noted)()
    assert raised.value.exceptions[0].__notes__[-1] == "in row 2: 2"
    assert tried == [1, 2, 3]


def test_a_table_without_rows_is_none() -> None:
    with pytest.raises(AssertionError):
        each_row("number", [])(fails)
