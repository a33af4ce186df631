"""What is wrong with a user's file is a sentence and a status, not a trace."""

import pytest

from app.cli.user_files import run_with_files


def raising(error: Exception) -> int:
    raise error


def test_what_the_command_returns_is_returned() -> None:
    assert run_with_files(lambda: 3, ValueError) == 3


def test_a_file_is_named_as_the_system_names_it_or_else_as_the_command_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_with_files(lambda: raising(FileNotFoundError(2, "No such file", "a.csv")), place="b.csv") == 1
    assert run_with_files(lambda: raising(OSError(28, "No space left")), place="b.csv", status=2) == 2
    assert capsys.readouterr().err.splitlines() == [
        "a.csv cannot be used (No such file)",
        "b.csv cannot be used (No space left)",
    ]


def test_only_what_a_command_expects_becomes_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_with_files(lambda: raising(ValueError("line 3: no phone")), ValueError) == 1
    assert capsys.readouterr().err == "line 3: no phone\n"
    for unexpected in (KeyError("a fault of ours"), BrokenPipeError()):
        with pytest.raises(type(unexpected)):
            run_with_files(lambda error=unexpected: raising(error), ValueError)  # type: ignore[misc]
