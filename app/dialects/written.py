"""A body of plain values as bytes: as compact JSON, XML of the same names or lines of text, whichever is wanted."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any, Literal

import msgspec
from msgspec.structs import asdict

from app.dialects.text import Scalar, alike, printable, text_of
from app.domain.money import dollars

Format = Literal["json", "xml", "text"]
Body = dict[str, Any]
"""Names to text, numbers, booleans, `msgspec.Raw` for prices, lists, or bodies; in the order in which it is written."""

AnyBody = Body | msgspec.Struct
"""A struct is written as its fields, and takes less time to make and write than a dict."""

CONTENT_TYPES: dict[Format, str] = {
    "json": "application/json",
    "xml": "application/xml",
    "text": "text/plain",
}

_ASKING = frozenset({"format", "resptype", "lpresponse", "responseformat"})

_FORMATS: dict[str, Format] = {"json": "json", "xml": "xml", "text": "text", "plain": "text"}
_ACCEPTED: dict[str, Format] = {"application/xml": "xml", "text/xml": "xml", "text/plain": "text"}
_KINDS_MAX = 32
_QUALITY = re.compile(r";\s*+q\s*+=\s*+(\d?\.?\d{0,6})")
_ANYTHING = frozenset({"*/*", "*"})

_encode = msgspec.json.Encoder().encode


def answer_format(asked: Mapping[str, Scalar], accept: str, suffix: str, default: Format) -> Format:
    """The path's suffix (".xml") decides, then a `format`, `resptype` or `lp_response` field, then the Accept header.

    `asked` is the request's flat mapping, empty where it could not be read. `default` is the seller's own format, or
    XML where it sent XML. A browser's Accept header asks for nothing.
    """
    by_path = _FORMATS.get(suffix.removeprefix(".").lower()) if suffix else None
    return by_path or _by_field(asked) or _by_header(accept) or default


def _by_field(asked: Mapping[str, Scalar]) -> Format | None:
    key = _asking(tuple(asked))
    return _FORMATS.get(text_of(asked[key]).lower()) if key else None


@lru_cache(maxsize=256)
def _asking(keys: tuple[str, ...]) -> str:
    """The first key that asks for a format; requests come with the same keys again and again."""
    return next((key for key in keys if alike(key) in _ASKING), "")


@lru_cache(maxsize=256)
def _by_header(accept: str) -> Format | None:
    """What a client likes best of what we write; of several that it likes alike JSON, or else the first."""
    liked: dict[Format, float] = {}
    anything, is_browser = 0.0, False
    for part in accept.lower().split(",")[:_KINDS_MAX]:
        kind, quality = part.partition(";")[0].strip(), _quality(part)
        form = _named(kind)
        if form is not None and quality > 0.0:
            liked[form] = max(quality, liked.get(form, 0.0))
        anything = max(anything, quality) if kind in _ANYTHING else anything
        is_browser = is_browser or kind == "text/html"
    best = max(liked, key=lambda form: (liked[form], form == "json"), default=None)
    # A browser lists XML without wanting any, but JSON is listed by programs alone.
    if is_browser or (best is not None and anything > liked[best]):
        return "json" if "json" in liked else None
    return best


def _quality(part: str) -> float:
    match = _QUALITY.search(part)
    return min(float(match[1]), 1.0) if match is not None and match[1].strip(".") else 1.0


def _named(kind: str) -> Format | None:
    """What a media type asks for; a page, a picture and whatever may be anything ask for nothing."""
    if kind.partition("/")[2].endswith("json"):
        return "json"
    if kind.endswith("+xml") and "html" not in kind:
        return "xml"
    return _ACCEPTED.get(kind)


def write(body: AnyBody, form: Format, root: str) -> bytes:
    """The body in this form; `root` names the whole in XML."""
    if form == "json":
        return _encode(body)
    if form == "xml":
        return f'<?xml version="1.0" encoding="UTF-8"?>{_element(root, body)}'.encode()
    return _as_text(body).encode()


def plain(text: str) -> str:
    """The text on one line."""
    return text if text.isprintable() else printable(text)


class _Prices(dict[int, msgspec.Raw]):
    def __missing__(self, amount_cents: int) -> msgspec.Raw:
        return msgspec.Raw(dollars(amount_cents).encode())


price = _Prices({cents: msgspec.Raw(dollars(cents).encode()) for cents in range(20_000)}).__getitem__
"""Cents as a number with two decimals; up to $200, as nearly all prices are, they are written once."""


@lru_cache(maxsize=4096)
def quoted_price(amount_cents: int) -> msgspec.Raw:
    """The same as a string, for parsers that look for one."""
    return msgspec.Raw(f'"{dollars(amount_cents)}"'.encode())


def names_of(body: AnyBody) -> Body:
    """What stands in a body, by name."""
    return asdict(body) if isinstance(body, msgspec.Struct) else body


def _element(name: str, value: object) -> str:
    if isinstance(value, dict | msgspec.Struct):
        inner = "".join([_element(each, child) for each, child in names_of(value).items()])
    elif isinstance(value, list):
        one = name.removesuffix("s")  # Lists are named in the plural: `bids` holds one `bid` after the other.
        inner = "".join([_element(one, each) for each in value])
    else:
        inner = _text(value)
        if "&" in inner or "<" in inner or ">" in inner:
            inner = escape(inner, quote=False)
    return f"<{name}>{inner}</{name}>"


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode().strip('"')
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _as_text(body: AnyBody) -> str:
    """The first value alone in capitals, which is all that old clients look for, then a line for each of them."""
    lines = [(name, _text(value)) for name, value in names_of(body).items() if not isinstance(value, dict | list)]
    return f"{lines[0][1].upper()}\n" + "".join([f"{name}: {text}\n" for name, text in lines])
