"""Every command explains itself in the trade's words, with its acronyms in capitals."""

import argparse
import re
from collections.abc import Iterator
from importlib import import_module
from typing import cast

import pytest

import training.main as training_main
from app.cli import COMMANDS, MODULES, Command, main
from app.cli.help import sentence
from tests.words import unplain

_LOWER = re.compile(r"(?<![-\w/.{,`])(http|csv|crm|json|parquet|zip|html|url)(?![-\w:/.},])")
"""An acronym in lower case, unless it is part of an option, a file name, a URL, or a list of choices."""

PARSERS = {
    **{f"leadbid {name}": module for name, module in MODULES.items()},
    **{f"python -m training {name}": f"training.commands.{name.replace('-', '_')}" for name in training_main.COMMANDS},
}


def texts(module: str) -> Iterator[str]:
    """What the command and its actions say of themselves and of each option."""
    parser = argparse.ArgumentParser()
    cast(Command, import_module(module)).add_arguments(parser)
    yield from _said(parser)


def _said(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield parser.description or ""
    for action in parser._actions:
        yield action.help or ""
        if isinstance(action, argparse._SubParsersAction):
            yield from (choice.help or "" for choice in action._choices_actions)
            for inner in action.choices.values():
                yield from _said(inner)


def test_help_keeps_acronyms_in_capitals() -> None:
    for command, module in PARSERS.items():
        # A value of an option is quoted as it is typed.
        found = [text for text in texts(module) if _LOWER.search(re.sub(r"\(default: [^)]*\)", "", text))]
        assert found == [], command


def test_help_is_in_plain_words() -> None:
    for command, module in PARSERS.items():
        assert [text for text in texts(module) if unplain(text)] == [], command


def test_the_list_of_commands_is_in_plain_words() -> None:
    purposes = [*COMMANDS.values(), *training_main.COMMANDS.values()]
    assert [purpose for purpose in purposes if unplain(purpose) or _LOWER.search(purpose)] == []


def test_a_command_is_described_by_its_purpose_with_acronyms_kept(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["outcomes", "--help"])
    assert "\nImport outcomes of leads from a CSV file of the CRM.\n" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        training_main.main(["describe", "--help"])
    assert "\nDraft the specification of a history, and name fields that leak the outcome.\n" in capsys.readouterr().out


def test_a_sentence_begins_with_a_capital_and_keeps_the_others() -> None:
    assert sentence("read HTTP and CSV") == "Read HTTP and CSV."


def test_what_is_no_text_is_refused_before_any_command_sees_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", b"\xff".decode(errors="surrogateescape")]) == 2
    assert "is not text in UTF-8" in capsys.readouterr().err
