"""A body as it was before it was squeezed, never longer than a body may be."""

import re
import zlib

from app.dialects.body.unreadable import UnreadableBody

UNDERSTOOD = "gzip, deflate"
"""What a request's Content-Encoding may say, as an `Accept-Encoding` header of ours."""

_SQUEEZED = frozenset({"gzip", "x-gzip", "deflate", "zlib"})
_PLAIN = frozenset({"", "identity", "none", "null", "binary", "8bit", "7bit", "utf-8", "utf8", "chunked"})
"""What says nothing of a body that is here already: some programs name the charset or the transfer."""

_LAYERS_MAX = 3
_MEMBERS_MAX = 8
_GZIP = b"\x1f\x8b\x08"
_TEXT = re.compile(rb"[\xef\xbb\xbf\s]*(?:[{<\[]|--|[\w.\[\]%-]+=)")

_UNSPOKEN = UnreadableBody(
    encoding="other", remedy="Content-Encoding may be gzip, deflate or identity", unsupported=True, packed=True
)
_BROKEN = UnreadableBody(encoding="other", remedy="it is not what its Content-Encoding says; send it whole, or plain")


def unpacked(body: bytes, encoding: str, length_max: int) -> bytes | UnreadableBody | None:
    """The plain body, `None` where it is longer than it may be.

    What a gateway unpacked without a word is taken as it is, and gzip is known by its first bytes without a header.
    """
    layers = [each for name in encoding.split(",") if (each := name.strip().lower()) not in _PLAIN] if encoding else []
    if not _SQUEEZED.issuperset(layers) or len(layers) > _LAYERS_MAX:
        return _UNSPOKEN
    for _ in layers or ([""] if body.startswith(_GZIP) else []):
        plain = _inflated(body, length_max)
        if plain is None:
            return None
        if plain == b"" and body:
            # A squeezed nothing is as much of a lead as something that does not unfold.
            return body if _TEXT.match(body) else _BROKEN
        body = plain
    return body


def _inflated(body: bytes, length_max: int) -> bytes | None:
    """What unfolds, empty where that breaks off, `None` where it is too long."""
    # What "deflate" means was never agreed on: with zlib's header or, as some send it, without.
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        plain, rest = b"", body
        try:
            for _ in range(_MEMBERS_MAX):
                inflater = zlib.decompressobj(window)
                plain += inflater.decompress(rest, length_max + 1 - len(plain))
                if len(plain) > length_max:
                    return None
                rest = inflater.unused_data
                if not inflater.eof or not rest.startswith(_GZIP):
                    break
        except zlib.error:
            continue
        # Without a header plain text may unfold by chance, but not to its last byte.
        if inflater.eof and not (window < 0 and rest):
            return plain
    return b""
