"""The recipes of CONTRIBUTING, followed to the letter on a copy of the tree: they suffice, and touch what they say."""

import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.recipes import recipe
from tests.service import ROOT

pytestmark = pytest.mark.long

COPIED = ("app", "docs", "fixtures", "models", "tests", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml")

REASON_FILES = (
    "app/domain/reasons.py",
    "app/domain/*.py",
    "fixtures/contract/supplemental/*.json",
    "docs/*.md",
    "CHANGELOG.md",
)
PLATFORM_FILES = (
    "app/platforms/leadmart/*.py",
    "fixtures/contract/dialects/leadmart/*.json",
    "docs/dialects.md",
    "CHANGELOG.md",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree as somebody has checked it out."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_reason_code_needs_its_row_its_rule_a_fixture_and_docs(copy: Path) -> None:
    edits = recipe("a reason code")
    assert touched_beyond(edits_of := [edit.path for edit in edits], REASON_FILES) == []
    assert {"app/domain/reasons.py", "docs/reasons.md", "CHANGELOG.md"} < set(edits_of)
    for edit in edits:
        edit.apply(copy)
    passes(
        copy,
        "post_box or post-box or every_reason or every_code or forces_two or table_of_reasons or reasons_are",
        "tests/contract/test_fixtures.py",
        "tests/contract/test_forced_outcomes.py",
        "tests/contract/test_openapi.py",
        "tests/contract/test_substring_safety.py",
        "tests/unit/domain",
        "tests/unit/test_documentation.py",
        "tests/unit/instructions/test_handbook.py",
    )


def test_a_platform_needs_its_folder_its_fixtures_and_docs(copy: Path) -> None:
    edits = recipe("a platform")
    assert touched_beyond([edit.path for edit in edits], PLATFORM_FILES) == []
    for edit in edits:
        edit.apply(copy)
    passes(
        copy,
        "leadmart or has_its_fixtures or every_folder or dialects_table",
        "tests/contract/test_dialects.py",
        "tests/contract/test_malformed.py",
        "tests/contract/test_platforms.py",
        "tests/integration/instructions",
        "tests/integration/test_conform.py",
        "tests/unit/platforms",
        "tests/unit/test_documentation.py",
    )


def touched_beyond(paths: list[str], allowed: tuple[str, ...]) -> list[str]:
    """What is touched without being named in the recipe."""
    return [path for path in paths if not any(fnmatch(path, pattern) for pattern in allowed)]


def passes(copy: Path, chosen: str, *tests: str) -> None:
    """These tests pass in the copy, by its own code; what chooses none of them has found nothing out."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", chosen, *tests]
    ran = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
