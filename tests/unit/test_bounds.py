"""Numbers on command lines: what none can mean is refused by its option's name."""

import argparse
from collections.abc import Iterator
from importlib import import_module

import pytest

import training.main as training_main
from app.bounds import SEED_MAX, real, whole
from app.cli import MODULES, main

BOUNDED = [
    *MODULES.values(),
    *(f"training.commands.{name.replace('-', '_')}" for name in training_main.COMMANDS),
]


def options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All of a command, those of its actions among them."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from options(inner)


def test_no_number_of_a_command_is_without_bounds() -> None:
    for module in BOUNDED:
        parser = argparse.ArgumentParser()
        import_module(module).add_arguments(parser)
        assert [action.dest for action in options(parser) if action.type in (int, float)] == [], module


@pytest.mark.parametrize(
    "words",
    [
        ("demo", "--leads", "-5"),
        ("demo", "--leads", "0"),
        ("demo", "--leads", "99999999999"),
        ("demo", "--leads", "5.5"),
        ("demo", "--leads", "many"),
        ("demo", "--seed", "-1"),
        ("demo", "--seed", "9" * 5_000),
        ("exchange", "--at-once", "0"),
        ("exchange", "--late-s", "nan"),
        ("sandbox", "--port", "65536"),
        ("serve", "--connections-per-address", "-1"),
        ("scorecard", "acme", "--days", "0"),
        ("deliveries", "list", "--limit", "-1"),
        ("journal", "compact", "--keep-hours", "1"),
        ("instructions", "acme", "--days", "0"),
        ("sellers", "add", "zeta", "--rate-per-second", "-1"),
    ],
    ids=" ".join,
)
def test_an_impossible_number_is_refused_by_name(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert f"argument {words[-2]}: {words[-1][:20]}" in said.replace("'", "")


def test_a_number_is_read_as_people_write_it() -> None:
    assert whole(1, 2_000)("1,000") == whole(1, 2_000)("1_000") == 1_000
    assert whole(0, SEED_MAX)(str(SEED_MAX)) == SEED_MAX
    assert real(0, 1)("0.1") == 0.1


def test_what_is_out_of_bounds_is_told_the_bounds_and_why() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"^-5 is out of bounds: use 1 to 10,000,000$"):
        whole(1, 10_000_000)("-5")
    with pytest.raises(argparse.ArgumentTypeError, match=r"^inf is out of bounds: use 0 or more: it is paid$"):
        real(0, why="it is paid")("inf")
