"""Reads the files and secrets that a configuration refers to, each once."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from app.config.file.problem import Findings, KeyPath

ReadFile = Callable[[Path], bytes]
"""The content of a file, or OSError."""


class Files:
    """Relative names are meant beside the configuration. `contents` are of all that was asked for."""

    def __init__(self, config: Path, content: bytes, environ: Mapping[str, str], read_file: ReadFile) -> None:
        self.contents: dict[Path, bytes | None] = {config: content}
        self._folder = config.parent
        self._environ = environ
        self._read_file = read_file
        self._hash = sha256(sha256(content).digest())

    def text(self, name: str, at: KeyPath, findings: Findings) -> str | None:
        """The text of a file that belongs to the configuration; `None`, and reported, where there is none."""
        content = self._content(name, at, findings)
        if content is None:
            return None
        self._hash.update(sha256(content).digest())
        return _decoded(content, name, at, findings)

    def secret(self, reference: str, at: KeyPath, findings: Findings) -> str | None:
        """What `env:NAME` or `file:PATH` stands for. Never part of the hash, which every decision shows."""
        scheme, _, name = reference.partition(":")
        if scheme == "env":
            value = self._environ.get(name)
            if value is None:
                findings.error(at, f"the environment variable {name} is not set", f"set {name}, or refer to another")
            return value
        content = self._content(name, at, findings)
        text = None if content is None else _decoded(content, name, at, findings)
        return None if text is None else text.strip()

    def shown(self, name: str) -> str:
        """A file's path as messages give it."""
        return str(self._folder / name)

    @property
    def hash(self) -> str:
        """16 hex digits that stand for the configuration with all files it is made of."""
        return self._hash.hexdigest()[:16]

    def _content(self, name: str, at: KeyPath, findings: Findings) -> bytes | None:
        path = self._folder / name
        try:
            content = self.contents[path] = self._read_file(path)
        except (OSError, ValueError) as error:
            self.contents[path] = None
            cause = getattr(error, "strerror", None) or "no such name"
            reason = f"{path} cannot be read ({cause})"
            findings.error(at, reason, "file names are relative to the configuration file")
            return None
        return content


def _decoded(content: bytes, name: str, at: KeyPath, findings: Findings) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        findings.error(at, f"{name} is not UTF-8 text", "save it as UTF-8")
        return None
