"""Every command of README and docs is one: its words, options and numbers are taken as they are printed."""

import argparse
import json
import re
import tomllib
from importlib import import_module

import training.main as training_main
from app.cli import MODULES
from app.http.asgi_request import BODY_MAX
from tests.documented import ROOT, Block, DocumentedCommand, blocks, commands, mentioned
from tests.table import each_row

OPTIONS = {f"leadbid {name}": module for name, module in MODULES.items()} | {
    f"python -m training {name}": f"training.commands.{name.replace('-', '_')}" for name in training_main.COMMANDS
}
COMMANDS = commands()


def parsed(command: DocumentedCommand) -> argparse.Namespace:
    """Its words as the command reads them; SystemExit where it would refuse them."""
    words = command.words
    taken = 2 if words[0] == "leadbid" else 4
    parser = argparse.ArgumentParser(allow_abbrev=False)
    import_module(OPTIONS[" ".join(words[:taken])]).add_arguments(parser)
    return parser.parse_args(words[taken:])


def test_there_are_commands_of_all_kinds() -> None:
    shown = {" ".join(command.words[: 2 if command.words[0] in ("leadbid", "make") else 4]) for command in COMMANDS}
    assert len(COMMANDS) > 80
    assert set(OPTIONS) - shown <= {"python -m training landscape"}


@each_row("command", [*(each for each in COMMANDS if each.words[0] != "make"), *mentioned()], ids=str)
def test_a_command_is_taken_as_it_is_printed(command: DocumentedCommand) -> None:
    assert parsed(command)


@each_row("command", [each for each in COMMANDS if each.words[0] == "make"], ids=str)
def test_make_knows_what_is_printed(command: DocumentedCommand) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(command.words[1:]) <= set(targets)


@each_row("block", [each for each in blocks() if each.language == "toml"], ids=lambda b: f"{b.page}:{b.line}")
def test_what_is_printed_as_toml_is_toml(block: Block) -> None:
    assert tomllib.loads(block.text)


@each_row("block", [each for each in blocks() if each.language == "json"], ids=lambda b: f"{b.page}:{b.line}")
def test_what_is_printed_as_json_is_json(block: Block) -> None:
    assert json.loads(block.text)


def test_the_proxy_lets_everything_through_that_we_answer_ourselves() -> None:
    (block,) = [each for each in blocks() if each.language == "nginx"]
    (kilobytes,) = re.findall(r"client_max_body_size (\d+)k;", block.text)
    assert int(kilobytes) * 1_024 > BODY_MAX
    assert "$http_host;" in block.text
    assert "$host;" not in block.text
    assert block.text.count("{") == block.text.count("}")
