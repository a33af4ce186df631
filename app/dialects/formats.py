"""In which format an answer is written: what the request asks for, or else what its seller is used to."""

from collections.abc import Mapping
from functools import lru_cache

from app.dialects.text import Scalar, alike, text_of
from app.dialects.written import Format

_ASKING = frozenset({"format", "resptype", "lpresponse", "responseformat"})

_FORMATS: dict[str, Format] = {"json": "json", "xml": "xml", "text": "text", "plain": "text"}
_ACCEPTED: dict[str, Format | None] = {
    "application/json": "json",
    "text/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/plain": "text",
    "text/html": None,
    "*/*": None,
}


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
    for part in accept.split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind in _ACCEPTED:
            return _ACCEPTED[kind]
    return None
