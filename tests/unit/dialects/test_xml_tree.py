"""A document read the short way is the same document: what is no plain row of elements goes to the parser."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.dialects.tree import TooMuch
from app.dialects.xml_tree import NODES_MAX, NotXml, read_xml

PARSED = b"<!-- whatever has a comment is parsed -->"

names = st.sampled_from(["zip", "Zip", "lead", "_x", "a1", "1a", "a-b", "a:b", "é", ""])
texts = st.one_of(
    st.sampled_from(
        ["78701", " ", "", "]]>", "a > b", "&amp;", "&", "a\n\tb", "\x0b", "\x7f", "\"'", "ñ", "<b/>", "]"]
    ),
    st.text(max_size=8),
)
blanks = st.sampled_from(["", " ", "\r\n\t", "\x0c", "x"])
documents = st.tuples(names, blanks, st.lists(st.tuples(names, texts, blanks), max_size=4), blanks).map(
    lambda drawn: (
        f"<{drawn[0]}>{drawn[1]}"
        + "".join([f"<{name}>{text}</{name}>{blank}" for name, text, blank in drawn[2]])
        + f"</{drawn[0]}>{drawn[3]}"
    )
)


def outcome(document: bytes) -> dict[str, Any] | type[Exception]:
    try:
        return read_xml(document)
    except (NotXml, TooMuch) as error:
        return type(error)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(document=documents)
@example(document="<lead></lead>")
@example(document="<lead><zip>1</zip><zip></zip><zip> 2 </zip></lead>\n")
@example(document="<lead><zip>1</zap></lead>")
@example(document="<lead><zip>1</zip></Lead>")
@example(document="<lead><zip>1</zip>text</lead>")
@example(document="<lead><zip>1</zip></lead><lead/>")
def test_the_short_way_and_the_parser_read_the_same(document: str) -> None:
    written = document.encode("utf-8", "surrogatepass")
    assert outcome(written) == outcome(written + PARSED)


@pytest.mark.parametrize("short", [True, False])
def test_elements_are_counted_on_either_way(short: bool) -> None:
    tail = b"" if short else PARSED
    most = b"<l>" + b"<a>1</a>" * (NODES_MAX - 1) + b"</l>"
    assert len(read_xml(most + tail)["a"]) == NODES_MAX - 1
    with pytest.raises(TooMuch):
        read_xml(most.replace(b"</l>", b"<a>1</a></l>") + tail)


def test_a_long_row_that_breaks_at_its_end_is_refused_at_once() -> None:
    with pytest.raises(TooMuch):
        read_xml(b"<l>" + b"<a>1</a> " * 7_000)
