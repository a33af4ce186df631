"""Finds the line of every key of a TOML text, which the parser of the standard library does not report."""

import re
import tomllib
from bisect import bisect_right

from app.config.file.problem import KeyPath

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[\s,]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL)
_PLAIN_STRINGS = re.compile(r"""(?:"[^"\\\n]*"(?!")[ \t]*,?[ \t]*)+""")
_SCALAR = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> dict[KeyPath, int]:
    """Key path -> line, from 1. The text must be one that `tomllib` has read: nothing is checked again here."""
    return _Scan(text).whole()


class _Scan:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._ends = [end.start() for end in re.finditer("\n", text)]
        self._tables: dict[KeyPath, int] = {}
        self._lines: dict[KeyPath, int] = {}

    def whole(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip(_SPACE)
        while self._at < len(self._text):
            if self._sees("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_SPACE)
        return self._lines

    def _header(self) -> KeyPath:
        """`[a.b]` or `[[a.b]]`: the table that the next pairs belong to."""
        line, many = self._line(), self._sees("[[")
        self._at += 2 if many else 1
        names = self._dotted()
        self._at = self._text.index("]", self._at) + (2 if many else 1)
        path: KeyPath = ()
        for name in names[:-1]:
            self._lines.setdefault((*path, name), line)
            path = self._last((*path, name))
        path = (*path, names[-1])
        self._lines.setdefault(path, line)
        if many:
            self._tables[path] = self._tables.get(path, -1) + 1
            path = self._last(path)
            self._lines[path] = line
        return path

    def _pair(self, table: KeyPath) -> None:
        line, path = self._line(), table
        for name in self._dotted():
            path = (*path, name)
            self._lines.setdefault(path, line)
        self._at = self._text.index("=", self._at) + 1
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._sees("["):
            self._array(path)
        elif self._sees("{"):
            self._at += 1
            self._skip(_SPACE)
            while not self._sees("}"):
                self._pair(path)
                self._skip(_SPACE)
            self._at += 1
        else:
            self._skip(_STRING if self._text[self._at] in "\"'" else _SCALAR)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        self._skip(_SPACE)
        position = 0
        while not self._sees("]"):
            line, run = self._line(), _PLAIN_STRINGS.match(self._text, self._at)
            if run:
                # There are lists of thousands of ZIPs.
                self._at, after = run.end(), position + run.group().count('"') // 2
            else:
                self._value((*path, position))
                after = position + 1
            self._lines.update({(*path, each): line for each in range(position, after)})
            self._skip(_SPACE)
            position = after
        self._at += 1

    def _dotted(self) -> list[str]:
        """The parts of `a."b c".d`."""
        parts = []
        while found := _KEY.match(self._text, self._skip(_BLANK)):
            self._at = found.end()
            key = found.group()
            parts.append(tomllib.loads(f"key = {key}")["key"] if key[0] in "\"'" else key)
            self._skip(_BLANK)
            if not self._sees("."):
                break
            self._at += 1
        return parts

    def _last(self, path: KeyPath) -> KeyPath:
        """The table itself, or the latest one where it is an array of them."""
        return (*path, self._tables[path]) if path in self._tables else path

    def _sees(self, sign: str) -> bool:
        return self._text.startswith(sign, self._at)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _line(self) -> int:
        return bisect_right(self._ends, self._at - 1) + 1
