"""Bytes as text: what the bytes themselves say counts before what is declared of them."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE

_MARKED = {
    BOM_UTF32_LE: "utf-32",
    BOM_UTF32_BE: "utf-32",
    BOM_UTF16_LE: "utf-16",
    BOM_UTF16_BE: "utf-16",
}
_UNMARKED = re.compile(rb"[<{\[]\x00|\x00[<{\[]")
"""How a document of two bytes a letter begins where no mark says so."""

_CODECS = {
    "iso885915": "iso8859_15",
    "latin9": "iso8859_15",
    "iso88592": "iso8859_2",
    "windows1250": "cp1250",
    "windows1251": "cp1251",
    "windows1254": "cp1254",
    "macintosh": "mac_roman",
    "cp437": "cp437",
    "ibm437": "cp437",
    "cp850": "cp850",
    "ibm850": "cp850",
}
"""What is no UTF-8 is Windows text (the web's Latin-1 too) unless one of these is declared: Python would look for a
module by any other name, and remember that it found none."""


def text_in(body: bytes, declared: str = "") -> str:
    """The text without byte order mark and the zeros that C programs leave behind it."""
    try:
        if b"\x00" not in body[:4]:
            return body.decode("utf-8-sig").rstrip("\x00")
    except UnicodeDecodeError:
        pass
    return _foreign(body, declared).removeprefix("\ufeff").rstrip("\x00")


def _foreign(body: bytes, declared: str) -> str:
    for mark, codec in _MARKED.items():
        if body.startswith(mark):
            return body.decode(codec, "replace")
    if _UNMARKED.match(body):
        return body.decode("utf-16-le" if body[1] == 0 else "utf-16-be", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode(_CODECS.get(re.sub("[^a-z0-9]", "", declared[:40].lower()), "cp1252"), "replace")
