"""A multipart form is read as every client writes it, and where its boundary is wrong the body's own counts."""

import base64

from app.dialects.body.read import read_body
from app.dialects.body.tree import FIELDS_MAX
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.text import Scalar
from tests.table import each_row

LABEL = "multipart/form-data; boundary=x"
ZIP = b'Content-Disposition: form-data; name="zip"\r\n\r\n78701'


def parts(*each: bytes, boundary: bytes = b"x", end: bytes = b"--x--\r\n") -> bytes:
    return b"".join([b"--%b\r\n%b\r\n" % (boundary, part) for part in each]) + end


def read(body: bytes, content_type: str = LABEL) -> dict[str, Scalar]:
    flat = read_body(body, content_type)
    assert isinstance(flat, dict), flat
    return flat


@each_row(
    ("body", "content_type"),
    [
        (parts(ZIP), LABEL),
        (parts(ZIP), 'Multipart/Form-Data; charset=utf-8; Boundary="x"'),
        (parts(ZIP, end=b""), LABEL),
        (parts(ZIP, end=b"--x--"), LABEL),
        (parts(ZIP), "multipart/form-data"),
        (parts(ZIP), "multipart/form-data; boundary=another"),
        (parts(ZIP), "application/x-www-form-urlencoded"),
        (parts(ZIP), "application/json"),
        (parts(ZIP), ""),
        (b"a preamble\r\n" + parts(ZIP) + b"an epilogue", LABEL),
        (parts(ZIP).replace(b"\r\n", b"\n"), LABEL),
        (parts(ZIP.replace(b'"', b"")), LABEL),
        (parts(ZIP.replace(b"zip", b"zip[]")), LABEL),
        (parts(ZIP, b'Content-Disposition: form-data; name="zip"\r\n\r\n'), LABEL),
        (parts(b"content-disposition:form-data;\r\n name=zip\r\nContent-Length: 5\r\n\r\n78701"), LABEL),
        (parts(b'Content-Disposition: form-data; name="zip"; filename="blob"\r\n\r\n78701'), LABEL),
        (parts(b"Content-Disposition: form-data; name*=UTF-8''zip\r\n\r\n78701"), LABEL),
        (
            parts(
                ZIP,
                b'Content-Disposition: form-data; name="f"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89',
            ),
            LABEL,
        ),
        (parts(ZIP, b"no headers at all"), LABEL),
    ],
)
def test_a_part_is_a_field(body: bytes, content_type: str) -> None:
    assert read(body, content_type) == {"zip": "78701"}


def test_what_looks_like_a_boundary_inside_a_value_is_part_of_it() -> None:
    value = b"one --x\r\n--xy\r\n\r\ntwo\r\n"
    assert read(parts(b'Content-Disposition: form-data; name="note"\r\n\r\n' + value)) == {"note": value.decode()}


@each_row(
    ("headers", "content"),
    [
        (b"Content-Type: text/plain; charset=utf-8", "Cañon".encode()),
        (b"Content-Type: text/plain; charset=ISO-8859-1", b"Ca\xf1on"),
        (b'Content-Type: text/plain; charset="macintosh"', b"Ca\x96on"),
        (b"Content-Transfer-Encoding: quoted-printable", b"Ca=C3=B1=\r\non"),
        (b"Content-Transfer-Encoding: base64", base64.b64encode("Cañon".encode())),
        (b"Content-Transfer-Encoding: BINARY", "Cañon".encode()),
        (b"Content-Transfer-Encoding: base64", "Cañon".encode()),
    ],
)
def test_a_part_says_how_it_is_written(headers: bytes, content: bytes) -> None:
    part = b'Content-Disposition: form-data; name="city"\r\n' + headers + b"\r\n\r\n" + content
    assert read(parts(part)) == {"city": "Cañon"}


def test_a_form_may_say_it_for_all_of_its_parts() -> None:
    charset = b'Content-Disposition: form-data; name="_charset_"\r\n\r\nmacintosh'
    city = b'Content-Disposition: form-data; name="city"\r\n\r\nCa\x96on'
    assert read(parts(charset, city)) == {"city": "Cañon"}


@each_row("document", [b'{"zip":"78701"}', b"<lead><zip>78701</zip></lead>"])
def test_a_part_may_hold_a_document(document: bytes) -> None:
    head = b'Content-Disposition: form-data; name="lead"; filename="lead"\r\nContent-Type: application/json\r\n\r\n'
    key = b'Content-Disposition: form-data; name="key"\r\n\r\nk'
    assert read(parts(key, head + document)) == {"key": "k", "zip": "78701"}


@each_row(
    "body",
    [
        b"--",
        b"--x",
        b"no parts",
        b"--y\r\n" + ZIP,
        parts(*[ZIP] * (FIELDS_MAX + 1)),
        parts(*[ZIP.replace(b"zip", b"k%d" % number) for number in range(FIELDS_MAX + 1)]),
    ],
)
def test_what_has_no_parts_or_too_many_is_refused_by_name(body: bytes) -> None:
    refusal = read_body(body, LABEL) if body != b"--y\r\n" + ZIP else read_body(b"z" + body, LABEL)
    assert isinstance(refusal, UnreadableBody)
    assert (refusal.encoding, refusal.unsupported) == ("multipart", False)
