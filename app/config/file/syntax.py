"""What is wrong with a text that is not TOML: the line at fault, and what its writer probably meant."""

import re

from app.config.file.problem import Problem
from app.config.file.shape import repeated_tables

_HEADER = re.compile(r"[ \t]*(\[\[?)[ \t]*([A-Za-z0-9_.\- \t]+?)[ \t]*\]")

_MEANT = (
    (r'["“”‘’„«»].*[“”‘’„«»]|[“”‘’„«»]', 'a word processor changed the quotes: write plain ones, as "..."'),
    (r"=\s*[$€£]", 'write money as 12.50 or "$1,200"'),
    (r"=\s*\d+,\d", "write numbers without a comma, as 1200 or 12.50"),
    (r"=\s*(True|False|TRUE|FALSE|[Yy]es|[Nn]o)\b", "write true or false, in lower case"),
    (r"=\s*0\d", "write numbers without leading zeros; a ZIP code in quotes"),
    (r"//|/\*", "a comment begins with #"),
    (r";\s*$", "a line ends without a semicolon"),
    (r"^\s*[\w.-]+\s*:", "write `key = value`, with an equals sign"),
    (r"^\s*[{<]", "this file is TOML, neither JSON nor XML: `leadbid init` writes one to start from"),
    (r"\{[^}]*$", "a table in braces stands on one line, or under a header of its own"),
    (r'"[^"]*\\', "a backslash in quotes is written twice; or use single quotes, as '...'"),
    (r"=\s*[A-Za-z]", 'write text in quotes, as "..."'),
)
"""What a line looks like at which no TOML parser can go on, in the order of asking."""


def syntax_problem(file: str, content: bytes, message: str) -> Problem:
    """The message of Python's parser as a problem of this file."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    lines = content.decode("utf-8-sig").splitlines()
    number = int(found[1]) if found else len(lines) if "end of document" in message else 0
    if "overwrite" in message or "declare" in message or "twice" in message:
        return _twice(file, lines, number)
    reason = re.sub(r"\s*\(at .*\)$", f" at column {found[2]}" if found else "", message)
    return Problem(
        file=file,
        line=number,
        reason=f"this is not TOML: {reason[:1].lower()}{reason[1:]}",
        remedy=_meant(lines[number - 1] if 0 < number <= len(lines) else ""),
    )


def _meant(line: str) -> str:
    usual = "check that line and the one before: text needs quotes; lists and tables need brackets and commas"
    return next((remedy for pattern, remedy in _MEANT if re.search(pattern, line)), usual)


def _twice(file: str, lines: list[str], number: int) -> Problem:
    """A key that stands twice; or a table, of which there may be several where its header has double brackets."""
    header = _HEADER.match(lines[number - 1]) if 0 < number <= len(lines) else None
    if header is None:
        key = lines[number - 1].partition("=")[0].strip() if 0 < number <= len(lines) else "a key"
        reason = f"this is not TOML: `{key}` is defined twice in one table"
        return Problem(file=file, line=number, reason=reason, remedy="keep one of them")
    name = header[2]
    single = _line_of_single(name, lines)
    if name in repeated_tables() and single:
        reason = f"[{name}] has single brackets, so it can only stand once; it stands again in line {number}"
        reason = reason if single != number else f"[{name}] has single brackets, and stands before"
        return Problem(file=file, line=single, reason=reason, remedy=f"write [[{name}]] wherever it stands")
    reason = f"this is not TOML: [{name}] is defined twice"
    return Problem(file=file, line=number, reason=reason, remedy="keep one of them")


def _line_of_single(name: str, lines: list[str]) -> int:
    """The first line where this table's header has single brackets; 0 where none has."""
    for number, line in enumerate(lines, start=1):
        found = _HEADER.match(line)
        if found and (found[1], found[2]) == ("[", name):
            return number
    return 0
