"""The threat model names only controls and tests that there are, and no row without either."""

import ast
import re
from functools import cache
from pathlib import Path

from app.drill.run import all_drills
from tests.table import each_row

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "threats.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| ")]
THREATS = [row for row in ROWS if row[0] != "may try"]
ELSEWHERE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [*sorted((ROOT / "docs").glob("*.md")), ROOT / "SECURITY.md"]
    if path != PAGE
)
ACTORS = (
    "A stranger",
    "A seller",
    "A rival buyer",
    "An operator",
    "The browser",
    "insider",
    "CRM or provider",
    "supply chain",
)


@cache
def functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def is_path(name: str) -> bool:
    return "/" in name or name.endswith(".txt")


def test_every_kind_of_attacker_has_rows_and_what_is_left_is_said() -> None:
    sections = {title: body for title, _, body in (part.partition("\n") for part in TEXT.split("\n## "))}
    for actor in ACTORS:
        (body,) = [text for title, text in sections.items() if actor in title]
        assert body.count("\n| ") > 4, actor
    assert sections["What is not defended"].count("\n- ") >= 10


@each_row("row", THREATS, ids=lambda row: row[0][:60])
def test_a_threat_is_stopped_by_what_there_is_and_shown_by_a_test(row: list[str]) -> None:
    threat, stopped, shown = row
    assert threat
    controls, tests = named(stopped), named(shown)
    assert controls, "which module or setting stops it?"
    assert tests, "which test shows it?"
    assert [each for each in controls if is_path(each) and not (ROOT / each).exists()] == []
    assert [each for each in controls if not is_path(each) and each not in ELSEWHERE] == []
    assert [each for each in tests if not exists(each)] == []


def exists(test: str) -> bool:
    """A test is named by its file and function, a drill by its module."""
    path, _, name = test.partition("::")
    if not name:
        return path in all_drills()
    return (ROOT / path).is_file() and name in functions(ROOT / path)


def test_a_test_that_is_not_there_would_be_missed() -> None:
    here = "tests/unit/test_threats.py"
    assert exists(f"{here}::test_a_test_that_is_not_there_would_be_missed")
    assert not exists(f"{here}::test_that_nobody_wrote")
    assert not exists("tests/unit/test_nothing.py::test_that_nobody_wrote")


@each_row("page", ["SECURITY.md", "docs/operations.md"])
def test_it_is_found_where_it_is_looked_for(page: str) -> None:
    assert re.search(r"\]\((docs/)?threats\.md[)#]", (ROOT / page).read_text(encoding="utf-8"))
