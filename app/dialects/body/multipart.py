"""A multipart form as one flat mapping: its parts are fields, and files among them that hold text are documents."""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from app.dialects.body.charset import text_in
from app.dialects.body.form import dotted
from app.dialects.body.tree import FIELDS_MAX, TooMuch, put
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.text import Scalar

_DECLARED = re.compile(r"""boundary\s*+=\s*+(?:"([^"]{1,200})"|([^\s;,"]{1,200}))""", re.IGNORECASE)
_FIRST_LINE = re.compile(rb"[\xef\xbb\xbf\s]*+--([^\r\n]{1,200}?)[ \t]*(?:\r?\n|\Z)")
_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n|\A\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_PARAMETER = re.compile(r""";\s*+([\w*-]{1,20})\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^;\s"]*+))""")
_QUOTED = re.compile(r"\\([\"\\])")
_HEAD_MAX = 4_096

_NO_TEXT = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip", "application/octet-stream")
"""Files that no lead is written in; they are left out, as unknown fields are."""

_CHARSET = "_charset_"
_REMEDY = "send the boundary that its Content-Type declares before each part and at the end"


def is_multipart(body: bytes) -> bool:
    """Whether a body begins as one with parts does, whatever it is said to be."""
    return _FIRST_LINE.match(body[:256]) is not None and b"form-data" in body[:512].lower()


def read_multipart(body: bytes, content_type: str) -> dict[str, Scalar] | UnreadableBody:
    """Dotted keys over texts. Of a repeated name the last that is filled counts."""
    parts = _parts_of(body, content_type)
    if not parts:
        return UnreadableBody(encoding="multipart", remedy=_REMEDY)
    flat: dict[str, Scalar] = {}
    charset = ""
    try:
        if len(parts) > FIELDS_MAX:
            raise TooMuch(f"send at most {FIELDS_MAX} fields")
        for part in parts:
            field = _field_of(part, charset)
            if field is not None:
                put(flat, *field)
                charset = field[1].strip() if field[0] == _CHARSET else charset
    except TooMuch as error:
        return UnreadableBody(encoding="multipart", remedy=str(error))
    flat.pop(_CHARSET, None)
    return flat


def _parts_of(body: bytes, content_type: str) -> list[bytes]:
    """The parts between the lines that the header or, where that is wrong, the body itself declares."""
    declared, first = _DECLARED.search(content_type), _FIRST_LINE.match(body)
    boundaries = [(declared[1] or declared[2]).strip().encode("latin-1", "replace")] if declared else []
    boundaries += [first[1]] if first else []
    for boundary in boundaries:
        line = re.compile(rb"(?:\A|(?<=\n))[ \t]*--%b(?:--)?[ \t]*(?:\r?\n|\Z)" % re.escape(boundary))
        _, *parts = line.split(body)
        if parts:
            # Behind the last line nothing is a part; some programs leave that line out.
            return [part for part in parts if part.strip()]
    return []


def _field_of(part: bytes, charset: str) -> tuple[str, str] | None:
    """Name and text of a part; `None` for what is no field, or no text."""
    gap = _BLANK_LINE.search(part[:_HEAD_MAX])
    if gap is None:
        return None
    headers = _headers(part[: gap.start()])
    disposition = _parameters(headers.get("content-disposition", ""))
    name = disposition.get("name", "").strip()
    kind = headers.get("content-type", "")
    if not name or ("filename" in disposition and kind.lower().startswith(_NO_TEXT)):
        return None
    content = _decoded(_without_line_end(part[gap.end() :]), headers.get("content-transfer-encoding", ""))
    return dotted(name), text_in(content, _parameters(f";{kind}").get("charset", charset))


def _headers(head: bytes) -> dict[str, str]:
    lines = _FOLD.sub(" ", text_in(head)).splitlines()
    pairs = [line.partition(":") for line in lines]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _parameters(value: str) -> dict[str, str]:
    """What stands behind semicolons. Browsers write quotes in names as %22, mail programs with a backslash."""
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(value):
        text = _QUOTED.sub(r"\1", quoted).replace("%22", '"') or bare
        if name.endswith("*"):
            text = text_in(unquote_to_bytes(text.rpartition("'")[2]))
        found[name.removesuffix("*").lower()] = text
    return found


def _without_line_end(content: bytes) -> bytes:
    """The line break before a boundary is the boundary's."""
    return content[:-2] if content.endswith(b"\r\n") else content.removesuffix(b"\n")


def _decoded(content: bytes, encoding: str) -> bytes:
    """As it was before it was made fit for mail; what is not in such a form is taken as it is."""
    if encoding.lower() == "quoted-printable":
        return binascii.a2b_qp(content)
    if encoding.lower() == "base64":
        try:
            return base64.b64decode(content.translate(None, b" \t\r\n"), validate=True)
        except binascii.Error:
            return content
    return content
