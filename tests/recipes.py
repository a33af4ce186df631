"""The examples in CONTRIBUTING, as the edits of files that they are."""

import re
from pathlib import Path

import msgspec

from tests.service import ROOT

_EXAMPLE = re.compile(
    r"""
    ^`(?P<path>[^`\n]+)`
    (?:,\ (?P<where>before|after)\ (?P<mark>`(?P<code>[^\n]+)`|"(?P<text>[^\n]+)"))?
    :\n\n```\w+\n(?P<lines>.*?)^```$
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


class FileEdit(msgspec.Struct, frozen=True, kw_only=True):
    """A new file or, with `where`, lines that go before or after the one line that holds `mark`."""

    path: str
    lines: str
    where: str = ""
    mark: str = ""

    def apply(self, root: Path) -> None:
        """Make this edit in a copy of the tree."""
        path = root / self.path
        if not self.where:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(self.lines)
            return
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        marked = [number for number, line in enumerate(lines) if self.mark in line]
        assert marked, f"{self.path} has no line with {self.mark!r}"
        lines.insert(marked[0] + (self.where == "after"), self.lines)
        path.write_text("".join(lines), encoding="utf-8")


def recipe(title: str) -> tuple[FileEdit, ...]:
    """The edits of the recipe that begins with this title in bold."""
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, _, rest = contributing.partition(f"**{title}.**")
    text = rest.partition("\n**")[0]
    return tuple(
        FileEdit(
            path=found["path"],
            lines=found["lines"],
            where=found["where"] or "",
            mark=found["code"] or found["text"] or "",
        )
        for found in _EXAMPLE.finditer(text)
    )
