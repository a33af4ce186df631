"""Readers of certificates of consent: cleaned of what wrapped them on their way, then read as strictly as ever.

Nothing here looks for an address inside another: whatever stands before the provider's host makes it another host.
"""

import re
from collections.abc import Callable

from app.dialects.text import Scalar, is_absent, text_of
from app.dialects.values.kinds import FALSE, TRUE, Noted, ReadValue
from app.dialects.values.shown import shown, unescaped, without_zero_width
from app.domain.consent.certificate import is_placeholder, read_leadid, read_trustedform

_LENGTH_MAX = 2_048
_LAYERS = 3
_LEADID_LENGTH = 36
_FLAGS = TRUE | FALSE
_WRAPPING = " \t\"'`“”‘’«»()<>[]{}.,;:|\\"
_HYPHENS = str.maketrans("‐‑‒–—−_", "-------")
_APART = re.compile(r"[\s,;|]+")
_SCHEMELESS = re.compile(r"^(?:https?:/{0,2}){0,2}/{0,2}(?=(?:cert|ping)\.trustedform\.com(?:[:/]|$))", re.IGNORECASE)
_PING_URL = re.compile(r"/ping_url/?$", re.IGNORECASE)
_DEFAULT_PORT = re.compile(r"(?<=\.com):(?:443|80)(?=/|$)", re.IGNORECASE)
_LABEL = re.compile(r"(?:urn:)?uuid:|(?:jornaya|universal)?[ _-]?lead[ _-]?id(?:[ _-]?token)?[:=]", re.IGNORECASE)

BROKEN = "not a certificate as its provider writes it; it does not count"


def cleaned_trustedform(raw: Scalar) -> ReadValue:
    """A TrustedForm URL; some sellers send its id alone or leave out the scheme."""
    return _read(raw, _trustedform)


def cleaned_leadid(raw: Scalar) -> ReadValue:
    """A LeadiD token."""
    return _read(raw, _leadid)


def certificate_in(raw: Scalar) -> tuple[str, str] | None:
    """The well-formed certificate that a value is, whatever its name is: our name for it, and the certificate."""
    text = text_of(raw)
    if not _LEADID_LENGTH <= len(text) <= _LENGTH_MAX:
        return None
    if "trustedform" in text.lower():
        url = cleaned_trustedform(raw)
        found = read_trustedform(url) if isinstance(url, str) else None
        if found is None or not isinstance(url, str):
            return None
        return ("trustedform_ping_url" if found.provider == "trustedform_ping" else "trustedform_cert_url"), url
    token = cleaned_leadid(raw)
    return ("leadid_token", token) if isinstance(token, str) else None


def _read(raw: Scalar, clean: Callable[[str], str]) -> ReadValue:
    """The certificate, none where a text only promises one, a yes or a no, or what is broken, as it came."""
    text = without_zero_width(raw)
    if is_absent(text) or text.lower() in _FLAGS or is_placeholder(text):
        return None
    if len(text) > _LENGTH_MAX:
        return Noted(text, BROKEN)
    for candidate in dict.fromkeys((text, _unescaped(text), shown(text))):
        piece = _first_piece(candidate)
        found = clean(piece)
        if found or not piece or is_placeholder(piece) or is_placeholder(_bare(piece)):
            return found or None
    return Noted(text, BROKEN)


def _trustedform(piece: str) -> str:
    """An address as the provider writes it; empty where it is none."""
    if "/" not in piece and "." not in piece:
        url = f"https://cert.trustedform.com/{piece}"
    else:
        url = _SCHEMELESS.sub("https://", piece.partition("?")[0].partition("#")[0], count=1)
        url = _DEFAULT_PORT.sub("", _PING_URL.sub("", url), count=1)
    return url if read_trustedform(url) is not None else ""


def _leadid(piece: str) -> str:
    token = _bare(piece)
    return token if read_leadid(token) is not None else ""


def _bare(piece: str) -> str:
    """A token without what says that it is one."""
    return _LABEL.sub("", piece.translate(_HYPHENS), count=1).strip(_WRAPPING)


def _first_piece(text: str) -> str:
    """The first of several that says anything."""
    pieces = [piece for each in _APART.split(text.strip(_WRAPPING)) if (piece := each.strip(_WRAPPING))]
    return next((piece for piece in pieces if not is_placeholder(piece)), pieces[0] if pieces else "")


def _unescaped(text: str) -> str:
    for _ in range(_LAYERS):
        before, text = text, unescaped(text)
        if text == before:
            break
    return text
