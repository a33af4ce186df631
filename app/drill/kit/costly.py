"""Bodies that cost as much as a body of their size can: numbers, names, brackets, escapes and elements without end."""

from collections.abc import Callable
from urllib.parse import quote

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
XML = "application/xml"

_Maker = Callable[[int], bytes]


def _repeated(before: bytes, unit: bytes, after: bytes) -> _Maker:
    return lambda size: before + unit * max((size - len(before) - len(after)) // len(unit), 1) + after


def _numbered(before: bytes, unit: str, between: bytes, after: bytes) -> _Maker:
    def made(size: int) -> bytes:
        count = max((size - len(before) - len(after)) // (len(unit % 10_000) + len(between)), 1)
        return before + between.join([(unit % (10_000 + number)).encode() for number in range(count)]) + after

    return made


def _in_a_field(name: bytes, inner: _Maker, *, escaped: bool) -> _Maker:
    def made(size: int) -> bytes:
        document = inner(max(size // 2, 64))
        return name + b"=" + (quote(document).encode() if escaped else document)

    return made


_SUBNORMALS = _repeated(b'{"a":[', b"5e-324,", b"1]}")
_ROWS = _repeated(b"<a>", b"<b>1</b>", b"</a>")

PARTS = "multipart/form-data; boundary=x"

_MADE: dict[str, tuple[_Maker, str]] = {
    "parts": (_repeated(b"", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n", b"--x--"), PARTS),
    "boundaries": (_repeated(b"", b"--x\r\n", b"--x--"), PARTS),
    "boundaries that are none": (_repeated(b"--x\r\n", b"\n--x  ", b"."), PARTS),
    "a head without end": (_repeated(b"--x\r\n", b"a: b; c=d; ", b""), PARTS),
    "folded heads": (_repeated(b"--x\r\nContent-Disposition: a", b"\r\n ", b"\r\n\r\n1\r\n--x--"), PARTS),
    "quotes in a part": (_repeated(b"--x\r\nContent-Disposition: a; name=", b'"\\', b"\r\n\r\n1\r\n--x--"), PARTS),
    "quotes that are escaped": (_repeated(b"{", rb'"\"', b""), JSON),
    "open texts": (_repeated(b"{'", rb"\'", b"\\"), JSON),
    "words": (_repeated(b"{", b"a ", b"}"), JSON),
    "commas behind the last": (_repeated(b"{", b", ", b"x}"), JSON),
    "a space behind a comma": (_repeated(b"{,", b" ", b"x}"), JSON),
    "Python's own": (_repeated(b"{", b"'a': None, ", b"}"), JSON),
    "empty fields twice": (_numbered(b"{", '"k%d":""', b",", b',"k10000":""}'), JSON),
    "empty fields in an object": (_numbered(b'{"a":{', '"k%d":""', b",", b"}}"), JSON),
    "documents in fields": (_numbered(b"{", r'"k%d":"{\"a\":1}"', b",", b"}"), JSON),
    "broken documents in fields": (_numbered(b"", "k%d={{a}}", b"&", b""), FORM),
    "a document in a document": (_repeated(b"", b"data=%7B%22data%22%3A%22", b""), FORM),
    "names and values": (_repeated(b'{"a":[', b'{"name":"a","value":1},', b"1]}"), JSON),
    "semicolons": (_repeated(b"", b"a=1;", b""), FORM),
    "lines in a form": (_repeated(b"", b"a=1\r\n", b"a"), FORM),
    "escaped separators": (_repeated(b"a=1", b"&amp;amp;amp;", b"a=1"), FORM),
    "a form that is escaped": (_repeated(b"", b"a%3D1%26", b""), FORM),
    "brackets in a name": (_repeated(b"a", b"[", b"=1"), FORM),
    "bare ampersands": (_repeated(b"<a>", b"&", b"</a>"), XML),
    "unknown names of signs": (_repeated(b"<a>", b"&aaaaaaaa", b"</a>"), XML),
    "sections without end": (_repeated(b"<a>&", b"<![CDATA[", b"</a>"), XML),
    "sections and bare signs": (_repeated(b"<a>", b"<![CDATA[&]]>&", b"</a>"), XML),
    "blank lines before a declaration": (_repeated(b"", b"\xef\xbb\xbf\r\n", b"<a/>"), XML),
    "subnormal numbers": (_repeated(b"[", b"5e-324,", b"1]"), JSON),
    "subnormal numbers in a field": (_SUBNORMALS, JSON),
    "subnormal fields": (_numbered(b"{", '"k%d":5e-324', b",", b"}"), JSON),
    "long numbers": (_repeated(b'{"a":[', b"9007199254740993.00001e-320,", b"1]}"), JSON),
    "a number without end": (_repeated(b'{"a":1.', b"3", b"e-300}"), JSON),
    "a whole number without end": (_repeated(b'{"a":', b"9", b"}"), JSON),
    "whole numbers of 4,300 digits": (_repeated(b'{"a":[', b"9" * 4_299 + b",", b"1]}"), JSON),
    "whole numbers": (_repeated(b'{"a":[', b"1,", b"1]}"), JSON),
    "numbers that are none": (_repeated(b'{"a":[', b"NaN,", b"1]}"), JSON),
    "numbers and no end": (_repeated(b'{"a":[', b"5e-324,", b""), JSON),
    "lists of nothing": (_repeated(b'{"a":[', b"[],", b"1]}"), JSON),
    "objects of nothing": (_repeated(b'{"a":[', b"{},", b"1]}"), JSON),
    "open lists": (_repeated(b"", b"[", b""), JSON),
    "open objects": (_repeated(b"", b'{"a":', b""), JSON),
    "one field again and again": (_repeated(b"{", b'"zip":"x",', b'"b":1}'), JSON),
    "many fields": (_numbered(b"{", '"k%d":1', b",", b"}"), JSON),
    "escaped letters": (_repeated(b'{"a":"', rb"\u00e9", b'"}'), JSON),
    "surrogates": (_repeated(b'{"a":"', rb"\ud800", b'"}'), JSON),
    "line breaks": (_repeated(b'{"a":"', b"\n", b'"}'), JSON),
    "bytes of no encoding": (_repeated(b'{"a":"', b"\xe9", b'"}'), JSON),
    "two bytes a letter": (lambda size: ('{"a":"' + "x" * (size // 2) + '"}').encode("utf-16"), JSON),
    "spaces": (_repeated(b"", b" ", b"{}"), JSON),
    "escapes": (_repeated(b"a=", b"%41", b""), FORM),
    "escapes of no encoding": (_repeated(b"a=", b"%ff", b""), FORM),
    "escapes of nothing": (_repeated(b"a=", b"%", b""), FORM),
    "escapes after a letter": (_repeated("a=é".encode(), b"%ff", b""), FORM),
    "an escaped name": (_repeated(b"", b"%ff", b"=1"), FORM),
    "many escaped fields": (_numbered(b"", "k%d=" + "%%ff" * 20, b"&", b""), FORM),
    "separators": (_repeated(b"", b"&", b""), FORM),
    "pairs": (_repeated(b"", b"a=1&", b""), FORM),
    "pluses": (_repeated(b"a=", b"+", b""), FORM),
    "brackets": (_numbered(b"", "a[b][%d]=1", b"&", b""), FORM),
    "groups": (_numbered(b"", "data.lead." * 12 + "%d=1", b"&", b""), FORM),
    "numbers in a form": (_in_a_field(b"json", _SUBNORMALS, escaped=False), FORM),
    "escaped numbers in a form": (_in_a_field(b"json", _SUBNORMALS, escaped=True), FORM),
    "elements in a form": (_in_a_field(b"xml", _ROWS, escaped=True), FORM),
    "rows": (_ROWS, XML),
    "rows of no end": (_repeated(b"<a>", b"<b>1</b>", b"</c>"), XML),
    "empty elements": (_repeated(b"<a>", b"<b/>", b"</a>"), XML),
    "open elements": (_repeated(b"", b"<a>", b""), XML),
    "attributes": (_numbered(b"<a ", 'a%d="1"', b" ", b"/>"), XML),
    "one attribute again and again": (_repeated(b"<a ", b'a="1" ', b"/>"), XML),
    "namespaces": (_numbered(b"<a ", 'xmlns:a%d="1"', b" ", b"/>"), XML),
    "entities": (_repeated(b"<a><b>", b"&amp;", b"</b></a>"), XML),
    "characters by number": (_repeated(b"<a>", b"&#65;<b/>", b"</a>"), XML),
    "comments": (_repeated(b"<a>", b"<!---->", b"</a>"), XML),
    "sections": (_repeated(b"<a>", b"<![CDATA[a]]>", b"</a>"), XML),
    "declared entities": (_numbered(b"<!DOCTYPE a [", '<!ENTITY a%d "b">', b"", b"]><a/>"), XML),
    "lines": (_repeated(b"<a>", b"a\n", b"</a>"), XML),
    "a long name": (lambda size: b"<%b>1</%b>" % (b"a" * (size // 2), b"a" * (size // 2)), XML),
    "brackets without names": (_repeated(b"", b"<", b""), XML),
}

SHAPES = tuple(_MADE)


def body_of(shape: str, size: int) -> tuple[bytes, str]:
    """A body of this shape of about so many bytes, never more, with its content type."""
    made, content_type = _MADE[shape]
    return made(size)[:size], content_type
