"""A urlencoded form as one flat mapping, however its pairs are parted and its names nested."""

import re
from itertools import product
from string import hexdigits
from urllib.parse import unquote

from app.dialects.body.charset import text_in
from app.dialects.body.tree import FIELDS_MAX, TooMuch, put
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.text import Scalar

_ESCAPES_MAX = 16_384
"""Percent signs in a form: five times what a document that was stuffed into one of its fields has."""

_PAIRS_MAX = 2 * FIELDS_MAX

_BYTES = {digits.encode(): bytes.fromhex(digits) for digits in map("".join, product(hexdigits, repeat=2))}
"""Bytes by the two digits that stand for them after a percent sign."""

_AMPERSANDS = re.compile(r"&(?:amp;|#0{0,4}38;|#[xX]0{0,4}26;)++")
"""An address that went through HTML, perhaps more than once."""

_PARTED_OTHERWISE = re.compile(r"[;\r\n]++[ \t]*+")
_LINES = re.compile(r"[\r\n]++[ \t]*+")
_PAIR = re.compile(r"\s*+[\w.\[\]%+-]++=")
_FORM = re.compile(rb"[\xef\xbb\xbf\s]*+&?[\w.\[\]%+-]+?(?:=|%3[Dd])")
_BRACKETED = re.compile(rb"(?:\[|%5[Bb])[\w.-]*+(?:\]|%5[Dd])[\w.\[\]%-]*+=")
_SEEN = 256


def is_form(body: bytes) -> bool:
    """Whether a body begins as a form does, with a plain name and what is set equal to it."""
    return _FORM.match(body[:_SEEN]) is not None


def begins_with_brackets(body: bytes) -> bool:
    """Whether a body is a form whose first name is all in brackets, as in `[0][zip]=10001`, and no document."""
    return _BRACKETED.match(body[:_SEEN]) is not None


def read_form(body: bytes) -> dict[str, Scalar] | UnreadableBody:
    """Dotted keys over texts. Of a repeated name the last that is filled counts."""
    text = text_in(body).strip().removeprefix("?")
    if "&amp;" in text or "&#" in text:
        text = _AMPERSANDS.sub("&", text)
    if "&" not in text or "\n" in text:
        text = _parted(text)
    pairs = [pair for pair in text.replace("+", " ").split("&") if pair]
    flat: dict[str, Scalar] = {}
    try:
        if len(pairs) > _PAIRS_MAX or text.count("%") > _ESCAPES_MAX:
            raise TooMuch(f"send at most {FIELDS_MAX} fields")
        for pair in pairs:
            name, _, value = pair.partition("=")
            put(flat, dotted(_unescaped(name)), _unescaped(value))
    except TooMuch as error:
        return UnreadableBody(encoding="form", remedy=str(error))
    return flat


def dotted(name: str) -> str:
    """A field's name as documents nest it: `lead[zip]` is `lead.zip`, and `zip[]` is `zip`."""
    if "[" in name:
        parts = [part for each in name.replace("]", "[").replace(".", "[").split("[") if (part := each.strip())]
        return ".".join(parts) or name
    return name.strip()


def _parted(text: str) -> str:
    """A form as one that ampersands part: it was escaped twice, or is parted by semicolons or lines."""
    if "=" not in text and "%3d" in text[:_SEEN].lower():
        return unquote(text)
    if "&" in text and _are_pairs(text.split("&", _PAIRS_MAX)):
        return text
    pairs = (_LINES if "&" in text else _PARTED_OTHERWISE).split(text, _PAIRS_MAX)
    # Nothing is escaped in lines, and an ampersand there is only that.
    return "&".join([pair.replace("&", "%26") for pair in pairs]) if len(pairs) > 1 and _are_pairs(pairs) else text


def _are_pairs(texts: list[str]) -> bool:
    return all(_PAIR.match(text) for text in texts if text.strip())


def _unescaped(text: str) -> str:
    """Without percent signs. A document in a field has hundreds, nearly all of them in its tags."""
    if "%" not in text:
        return text
    head, *rest = text.replace("%3C", "<").replace("%3E", ">").replace("%2F", "/").encode().split(b"%")
    plain = head + b"".join([code + each[2:] if (code := _BYTES.get(each[:2])) else b"%" + each for each in rest])
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return (
            plain.decode("cp1252", "replace") if text.isascii() else unquote(text, encoding="cp1252", errors="replace")
        )
