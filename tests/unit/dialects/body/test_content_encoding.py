"""Squeezed bodies unfold as far as a body may be long, and no further."""

import gzip
import zlib

from app.dialects.body.content_encoding import unpacked
from app.dialects.body.unreadable import UnreadableBody
from tests.table import each_row

BODY = b'{"zip":"78701","state":"TX"}'
MAX = 65_536


def raw_deflate(body: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezer.compress(body) + squeezer.flush()


GZIP, ZLIB, RAW = gzip.compress(BODY, mtime=0), zlib.compress(BODY), raw_deflate(BODY)


@each_row(
    ("body", "encoding"),
    [
        (GZIP, "gzip"),
        (GZIP, "X-GZIP"),
        (GZIP, " gzip , identity"),
        (GZIP, ""),
        (GZIP, "deflate"),
        (GZIP + b"\x00\x00", "gzip"),
        (gzip.compress(BODY[:9], mtime=0) + gzip.compress(BODY[9:], mtime=0), "gzip"),
        (ZLIB, "deflate"),
        (ZLIB, "gzip"),
        (RAW, "deflate"),
        (gzip.compress(ZLIB, mtime=0), "deflate, gzip"),
        (BODY, ""),
        (BODY, "identity"),
        (BODY, "utf-8"),
        (BODY, "gzip"),
        (BODY, "deflate"),
    ],
)
def test_a_squeezed_body_is_the_body(body: bytes, encoding: str) -> None:
    assert unpacked(body, encoding, MAX) == BODY


@each_row("plain", [BODY, b"<lead/>", b"zip=78701", b"--x\r\n"])
def test_what_a_gateway_unpacked_already_is_taken_as_it_is(plain: bytes) -> None:
    assert unpacked(plain, "gzip", MAX) == plain
    assert unpacked(plain, "deflate", MAX) == plain


@each_row("encoding", ["br", "zstd", "compress", "gzip, br", "gzip, gzip, gzip, gzip", "x" * 500])
def test_an_encoding_that_is_not_spoken_is_told_apart(encoding: str) -> None:
    refusal = unpacked(GZIP, encoding, MAX)
    assert isinstance(refusal, UnreadableBody)
    assert (refusal.unsupported, refusal.packed) == (True, True)
    assert "Content-Encoding may be gzip, deflate or identity" in refusal.refusal.detail


@each_row("body", [GZIP[:-9], GZIP[:12], b"\x1f\x8b\x08", b"\x00\xff" * 9, ZLIB[:-5], RAW[:-1]])
def test_what_breaks_off_is_refused(body: bytes) -> None:
    refusal = unpacked(body, "gzip", MAX)
    assert isinstance(refusal, UnreadableBody)
    assert not refusal.unsupported


@each_row("squeeze", [lambda body: gzip.compress(body, mtime=0), zlib.compress, raw_deflate])
def test_nothing_unfolds_to_more_than_a_body_may_have(squeeze: object) -> None:
    assert callable(squeeze)
    assert unpacked(squeeze(b" " * MAX), "gzip", MAX) == b" " * MAX
    assert unpacked(squeeze(b" " * (MAX + 1)), "gzip", MAX) is None
    assert unpacked(squeeze(b" " * 10_000_000), "gzip", MAX) is None
    assert unpacked(squeeze(squeeze(b" " * 10_000_000)), "deflate, gzip", MAX) is None


def test_an_archive_of_many_archives_is_not_dwelt_on() -> None:
    refusal = unpacked(gzip.compress(b"", mtime=0) * 2_000, "gzip", MAX)
    assert isinstance(refusal, UnreadableBody)
