"""Which endpoint a path means: neither its case nor slashes too many keep a seller from the one that it typed."""

from collections.abc import Iterable, Mapping

import msgspec

_PARTS_MAX = 8
"""No path of ours has more parts."""


class KnownPath(msgspec.Struct, frozen=True, array_like=True):
    """A path as its endpoint spells it, and the methods that it takes."""

    path: str
    methods: frozenset[str]


class Endpoints:
    """All of them by their paths; a part in braces stands for anything."""

    def __init__(self, routes: Iterable[tuple[str, str]]) -> None:
        methods: dict[str, set[str]] = {}
        for method, path in routes:
            methods.setdefault(path, set()).add(method)
        self._known = [(_parts(path), frozenset(each)) for path, each in sorted(methods.items())]

    def at(self, path: str) -> KnownPath | None:
        """The endpoint that a path means; none has a NUL in it, for which PostgreSQL cannot even look."""
        if "\0" in path:
            return None
        parts = _parts(path)
        for known, methods in self._known:
            spelled = _spelled(parts, known)
            if spelled is not None:
                return KnownPath("/" + "/".join(spelled), methods)
        return None


def known_path(path: str, known: Mapping[str, object]) -> str:
    """The path among these that is meant, all of which are in lower case; empty where none is."""
    if path in known:
        return path
    plain = "/" + "/".join(_parts(path.strip(" ").lower()))
    return plain if plain in known else ""


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/", 256) if part][: _PARTS_MAX + 1]


def _spelled(parts: list[str], known: list[str]) -> list[str] | None:
    """These parts, the fixed ones as they are known; a part that varies keeps its case."""
    if len(parts) != len(known):
        return None
    for part, own in zip(parts, known, strict=True):
        if own[:1] != "{" and part.lower() != own:
            return None
    return [part if own[:1] == "{" else own for part, own in zip(parts, known, strict=True)]
