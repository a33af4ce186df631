"""A body of plain values as bytes: compact JSON, XML of the same names, or lines of text."""

from functools import lru_cache
from html import escape
from typing import Any, Literal

import msgspec

from app.dialects.text import printable
from app.domain.money import dollars

Format = Literal["json", "xml", "text"]
Body = dict[str, Any]
"""Names to text, numbers, booleans, `msgspec.Raw` for prices, lists, or bodies; in the order in which it is written."""

CONTENT_TYPES: dict[Format, str] = {
    "json": "application/json",
    "xml": "application/xml",
    "text": "text/plain",
}

_encode = msgspec.json.Encoder().encode


def write(body: Body, form: Format, root: str) -> bytes:
    """The body in this form; `root` names the whole in XML."""
    if form == "json":
        return _encode(body)
    if form == "xml":
        return f'<?xml version="1.0" encoding="UTF-8"?>{_element(root, body)}'.encode()
    return _as_text(body).encode()


def plain(text: str) -> str:
    """The text on one line."""
    return text if text.isprintable() else printable(text)


_PRICES = tuple([msgspec.Raw(dollars(amount_cents).encode()) for amount_cents in range(20_000)])
"""Prices of every ping are among these, up to $200, written once."""


def price(amount_cents: int) -> msgspec.Raw:
    """Cents as a number with two decimals."""
    return _PRICES[amount_cents] if 0 <= amount_cents < len(_PRICES) else msgspec.Raw(dollars(amount_cents).encode())


@lru_cache(maxsize=4096)
def quoted_price(amount_cents: int) -> msgspec.Raw:
    """The same as a string, for parsers that look for one."""
    return msgspec.Raw(f'"{dollars(amount_cents)}"'.encode())


def _element(name: str, value: object) -> str:
    if isinstance(value, dict):
        inner = "".join([_element(each, child) for each, child in value.items()])
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


def _as_text(body: Body) -> str:
    """The first value alone in capitals, which is all that old clients look for, then a line for each of them."""
    lines = [(name, _text(value)) for name, value in body.items() if not isinstance(value, dict | list)]
    return f"{lines[0][1].upper()}\n" + "".join([f"{name}: {text}\n" for name, text in lines])
