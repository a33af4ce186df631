"""Chance by keyed hash: reproducible, independent by name, and of the right shape."""

from statistics import fmean, pstdev

import pytest

from app.mock_exchange.chance import chance_of
from tests.table import each_row


def test_the_same_names_draw_the_same_in_any_order() -> None:
    one, other = chance_of(1, "person", 5), chance_of(1, "person", 5)
    drawn = (one.uniform("a"), one.uniform("b"))
    assert (other.uniform("b"), other.uniform("a")) == drawn[::-1]


def test_a_draw_is_the_same_in_every_process() -> None:
    assert chance_of(1, "person", 5).hexadecimal("a", 8) == "293b18fa"


@each_row("other", [(2, "person", 5), (1, "lead", 5), (1, "person", 6)])
def test_other_seeds_and_names_draw_otherwise(other: tuple[int, str, int]) -> None:
    assert chance_of(*other).uniform("a") != chance_of(1, "person", 5).uniform("a")


def test_uniform_and_normal_draws_have_their_moments() -> None:
    draws = [chance_of(1, number) for number in range(4_000)]
    uniform, normal = [one.uniform("u") for one in draws], [one.normal("n") for one in draws]
    assert 0.0 <= min(uniform) < 0.01 < 0.99 < max(uniform) < 1.0
    assert fmean(uniform) == pytest.approx(0.5, abs=0.02)
    assert fmean(normal) == pytest.approx(0.0, abs=0.05)
    assert pstdev(normal) == pytest.approx(1.0, abs=0.05)


def test_weights_are_followed_and_zero_is_never() -> None:
    drawn = [chance_of(1, number).weighted("w", {"a": 3.0, "b": 1.0, "c": 0.0}) for number in range(4_000)]
    assert drawn.count("a") / 4_000 == pytest.approx(0.75, abs=0.03)
    assert "c" not in drawn


def test_whole_numbers_reach_both_ends() -> None:
    assert {chance_of(1, number).integer("i", 2, 5) for number in range(200)} == {2, 3, 4, 5}
