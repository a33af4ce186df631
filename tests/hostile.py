"""Text that would be markup if it were not escaped, put wherever a value holds free text."""

from collections.abc import Collection, Mapping
from html.parser import HTMLParser
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import replace

T = TypeVar("T")

TEMPLATE = "{{7*7}}{% raw %}"
HOSTILE = f"""</title></style></pre><script>alert(1)</script><img src=x onerror="a()"> '"> {TEMPLATE}"""


def hostile(value: T, keep: Collection[str] = ()) -> T:
    """The same value with hostile text in every field that may hold any text, but for those of these names."""
    changed: T = _changed(value, type(value), frozenset(keep))
    return changed


def _changed(value: Any, hint: Any, keep: frozenset[str]) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        fitting = [each for each in inner if isinstance(value, get_origin(each) or each)]
        return _changed(value, fitting[0], keep) if fitting else value
    if isinstance(value, msgspec.Struct):
        hints = get_type_hints(type(value))
        fields = [name for name in value.__struct_fields__ if name not in keep]
        return replace(value, **{name: _changed(getattr(value, name), hints[name], keep) for name in fields})
    if isinstance(value, tuple) and inner:
        hints_of = inner[:1] * len(value) if inner[-1] is ... else inner
        return tuple(_changed(each, one, keep) for each, one in zip(value, hints_of, strict=True))
    if isinstance(value, dict) and inner and inner[0] is str:
        return {f"{HOSTILE}{number}": _changed(each, inner[1], keep) for number, each in enumerate(value.values())}
    return HOSTILE if hint is str else value


class _Reader(HTMLParser):
    """Elements with the names of their attributes, and the text outside of them."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[tuple[str, tuple[str, ...]]] = set()
        self.text = ""
        self._in_svg = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # A plot places a short name by other attributes than a long one.
        names = sorted({name for name, _ in attrs} - ({"x", "y", "transform"} if self._in_svg else set()))
        self._in_svg = self._in_svg or tag == "svg"
        self.elements.add((tag, tuple(names)))

    def handle_endtag(self, tag: str) -> None:
        self._in_svg = self._in_svg and tag != "svg"

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(page: str, like: str, times: int) -> None:
    """The page has no other elements than one with plain text, and shows what is hostile at least so many times."""
    read, plain = _Reader(), _Reader()
    read.feed(page)
    plain.feed(like)
    assert read.elements <= plain.elements
    assert "img" not in {tag for tag, _ in read.elements}
    assert "<script>alert" not in page
    assert read.text.count(TEMPLATE) >= times


def filled(hint: Any, text: str, given: Mapping[str, object] | None = None) -> Any:
    """A value of any type: one of whatever there may be many, and this text wherever any may stand.

    `given` are fields by name that hold no free text.
    """
    origin, inner, given = get_origin(hint), get_args(hint), given or {}
    if origin is Annotated:
        return filled(inner[0], text, given)
    if origin is Literal:
        return inner[0]
    if origin in (Union, UnionType):
        return filled(next(each for each in inner if each is not type(None)), text, given)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hints = get_type_hints(hint, include_extras=True)
        return hint(**{name: filled(each, str(given.get(name, text)), given) for name, each in hints.items()})
    if origin is not None and issubclass(origin, Mapping):
        return {filled(inner[0], text, given): filled(inner[1], text, given)}
    if origin is not None and issubclass(origin, Collection):
        hints_of = inner[:1] if inner[-1] is ... or origin is not tuple else inner
        return tuple([filled(each, text, given) for each in hints_of])
    return {str: text, bool: True, int: 3, float: 1.5}.get(hint, text)
