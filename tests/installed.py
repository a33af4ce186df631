"""leadbid as others install it: its wheel in an environment that sees chosen packages, and never the source."""

import os
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Installed:
    """An environment; its commands know nothing of ours but where a temporary folder is."""

    folder: Path

    def command(self, name: str) -> Path:
        """A program of it."""
        return self.folder / "bin" / name

    def run(self, cwd: Path, name: str, *words: str, timeout_s: float = 120.0) -> "subprocess.CompletedProcess[str]":
        """Run one to its end in this folder."""
        return subprocess.run(
            [self.command(name), *words],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )


def environment() -> dict[str, str]:
    """Nothing that leads back to the source, or to what a developer has set."""
    return {name: value for name, value in os.environ.items() if name in ("HOME", "PATH", "TMPDIR", "LANG")}


def build_wheel(folder: Path) -> Path:
    """The wheel of the source tree, built without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120.0)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path, *extras: str) -> Installed:
    """A new environment with the wheel, and of our packages those alone that it needs with these extras."""
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "install"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True, capture_output=True, timeout=120.0)
    (site,) = folder.glob("lib/python*/site-packages")
    (metadata,) = site.glob("leadbid-*.dist-info")
    seen = folder / "seen"
    seen.mkdir()
    for needed in _needed(Distribution.at(metadata), extras):
        _link(needed, seen)
    # Paths that such a file names are no places for further ones: what makes our own install editable stays unread.
    (site / "seen.pth").write_text(f"{seen}\n")
    return Installed(folder)


def _needed(root: Distribution, extras: Iterable[str]) -> Iterator[Distribution]:
    """What this distribution needs, and what that needs, as far as it is installed here."""
    waiting, met = [(root, frozenset(extras))], set[tuple[str, frozenset[str]]]()
    while waiting:
        one, asked = waiting.pop()
        for requirement in map(Requirement, one.requires or ()):
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in asked or {""}):
                continue
            key = (requirement.name.lower(), frozenset(requirement.extras))
            if key in met:
                continue
            met.add(key)
            try:
                found = distribution(requirement.name)
            except PackageNotFoundError:
                continue
            yield found
            waiting.append((found, frozenset(requirement.extras)))


def _link(one: Distribution, folder: Path) -> None:
    """Show a distribution in this folder by links to its modules, packages and metadata."""
    tops = {PurePosixPath(str(file)).parts[0] for file in one.files or ()} - {"..", "__pycache__"}
    for top in tops:
        link, target = folder / top, Path(str(one.locate_file(top)))
        if not link.exists() and not top.endswith(".pth"):
            link.symlink_to(target)
