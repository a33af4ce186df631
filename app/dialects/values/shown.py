"""What a browser would show of a text that went through HTML, URLs and string literals on its way here.

Every step is linear in the text, and is repeated where one escape was put upon another, up to a few layers.
"""

import html
import re
from unicodedata import category
from urllib.parse import unquote

from app.dialects.text import Scalar, text_of
from app.dialects.values.markup import visible

_LAYERS = 3
_ESCAPED_CODE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_ESCAPED_SPACE = re.compile(r"\\[nrt](?![a-z])")
_ESCAPED_SIGN = re.compile(r"\\([\"'/\\])")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ZERO_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_WORDS_BETWEEN_PLUSES = re.compile(r"[^\s+]+(?:\+[^\s+]+){2,}")
_ESCAPES = frozenset("&%\\+")
"""Signs without which nothing in a line is escaped."""

_JOINERS = "\u200c\u200d"
"""Some scripts write names with these."""


def shown(raw: Scalar) -> str:
    """A longer text: its markup and what is invisible gone, its escapes resolved, on one line."""
    text = raw if isinstance(raw, str) else text_of(raw)
    # One look in C for each sign takes a third of what a loop or a pattern does.
    is_marked = "<" in text or "&" in text or "%" in text or "+" in text or "\\" in text
    if not is_marked and text.isascii() and text.isprintable():
        return text.strip()
    for _ in range(_LAYERS):
        before, text = text, unescaped(visible(text) if "<" in text else text)
        if text == before:
            break
    if _WORDS_BETWEEN_PLUSES.fullmatch(text):
        text = text.replace("+", " ")
    return " ".join(text_of(_ZERO_WIDTH.sub("", text)).split())


def shown_name(raw: Scalar) -> str:
    """A person's own words. Markup stays, since no name has any: it is judged with the rest."""
    text = raw if isinstance(raw, str) else text_of(raw)
    if text.isalpha():
        return text
    if text.isascii() and text.isprintable() and _ESCAPES.isdisjoint(text):
        return " ".join(text.split())
    for _ in range(_LAYERS):
        before, text = text, unescaped(text)
        if text == before:
            break
    if "+" in text and " " not in text.strip():
        text = text.replace("+", " ")
    kept = "".join([letter for letter in text if letter in _JOINERS or category(letter) != "Cf"])
    return " ".join(_printable(kept).split())


def without_zero_width(raw: Scalar) -> str:
    """One line of text without what nobody sees."""
    return text_of(_ZERO_WIDTH.sub("", raw)) if isinstance(raw, str) and not raw.isascii() else text_of(raw)


def unescaped(text: str) -> str:
    """Without one layer of escapes: of HTML, of URLs, of string literals."""
    if "&" in text:
        text = html.unescape(text)
    if "%" in text and _PERCENT.search(text):
        text = _unquoted(text)
    if "\\" in text:
        text = _ESCAPED_CODE.sub(lambda code: chr(int(code[1], 16)), text)
        text = _ESCAPED_SIGN.sub(r"\1", _ESCAPED_SPACE.sub(" ", text))
    return text


def _unquoted(text: str) -> str:
    """Percent signs resolved where they are escapes. In "save 20%, 50% off" they are not; nor is a "+" then a space."""
    if text.count("%") != len(_PERCENT.findall(text)):
        return text
    plain = unquote(text.replace("+", " ") if " " not in text else text, errors="replace")
    return text if "\ufffd" in plain else plain


def _printable(text: str) -> str:
    return "".join([letter if letter.isprintable() or letter in _JOINERS else " " for letter in text])
