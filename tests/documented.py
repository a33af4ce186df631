"""The commands that README and docs print, line by line, and the blocks in which they stand."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPTS = ("leadbid ", ".venv/bin/leadbid ", "python -m training ", "make ")


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A block of code on a page, from the line after its first."""

    page: str
    line: int
    language: str
    text: str


class DocumentedCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command as it is printed, without the words that explain it; `words` are those of its first pipe."""

    page: str
    line: int
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(re.split(r" \| | > ", self.text)[0].removesuffix(' || echo "exit status $?"'))

    def __str__(self) -> str:
        return f"{self.page}:{self.line} {self.text}"


def blocks() -> list[Block]:
    """All blocks of all pages."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for block in _BLOCK.finditer(text):
            line = text.count("\n", 0, block.start()) + 2
            found.append(Block(page=page, line=line, language=block[1], text=block[2]))
    return found


def commands() -> list[DocumentedCommand]:
    """Every line of a block that runs a command of ours; one behind `&&` is a command of its own."""
    return [command for block in blocks() if block.language in ("", "sh") for command in _commands(block)]


def mentioned() -> list[DocumentedCommand]:
    """Commands with options in the midst of prose, between backquotes."""
    found = []
    for page in PAGES:
        text = _BLOCK.sub(lambda block: "\n" * block[0].count("\n"), (ROOT / page).read_text(encoding="utf-8"))
        for mention in re.finditer(r"`((?:leadbid|python -m training) [^`]* --[^`]+)`", text):
            line = text.count("\n", 0, mention.start()) + 1
            found.append(DocumentedCommand(page=page, line=line, text=" ".join(mention[1].split())))
    return found


def _commands(block: Block) -> Iterator[DocumentedCommand]:
    for number, line in enumerate(block.text.splitlines()):
        # What explains a command stands behind a hash or behind two spaces.
        text = re.split(r"\s+#\s|\s{2,}", line)[0].strip()
        for part in text.split(" && "):
            if part.startswith(_PROMPTS):
                part = part.removeprefix(".venv/bin/")
                yield DocumentedCommand(page=block.page, line=block.line + number, text=part)
