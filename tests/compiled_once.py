"""Compiles tests and what they import by all workers together: in a fresh checkout each would compile all of it.

Pytest keeps what it has rewritten, but its workers read the same files in the same order at the same moments, so that
four of them rewrote ten thousand assertions four times. Each begins elsewhere here, and goes on to what is left.
"""

import py_compile
import sys
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pytest
from _pytest.assertion import rewrite

ROOT = Path(__file__).resolve().parents[1]


def compile_together(config: pytest.Config) -> None:
    """Compile from the place of this worker on, all around, whatever nobody has compiled yet."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is None or sys.dont_write_bytecode or config.option.assertmode != "rewrite":
        return
    files = [file for name in ("tests", "app", "training") for file in sorted(ROOT.glob(f"{name}/**/*.py"))]
    begin = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for file in (*files[begin:], *files[:begin]):
        if file.name.startswith("test_") or file.name == "conftest.py":
            _rewrite(config, file)
        elif not Path(cache_from_source(str(file))).exists():
            py_compile.compile(str(file))


def _rewrite(config: pytest.Config, file: Path) -> None:
    """As pytest does it when it imports the file, which reads this then, if it is still the same."""
    kept = rewrite.get_cache_dir(file) / f"{file.stem}{rewrite.PYC_TAIL}"
    if not kept.exists() and rewrite.try_makedirs(kept.parent):
        source_hash, code = rewrite._rewrite_test(file, config)
        rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, source_hash, kept)
