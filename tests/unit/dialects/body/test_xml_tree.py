"""A document read the short way is the same document: what is no plain row of elements goes to the parser."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.dialects.body.read import read_body
from app.dialects.body.tree import NODES_MAX
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.body.xml_tree import read_rows
from tests.table import each_row

PARSED = b"<!-- whatever has a comment is parsed -->"

names = st.sampled_from(["zip", "Zip", "lead", "_x", "a1", "1a", "a-b", "a:b", "é", ""])
oddities = ["78701", " ", "", "]]>", "a > b", "&amp;", "&", "a\n\tb", "\x0b", "\x7f", "\"'", "ñ", "<b/>", "]", " a "]
texts = st.one_of(st.sampled_from(oddities), st.text(max_size=8))
blanks = st.sampled_from(["", " ", "\r\n\t", "\x0c", "x"])
documents = st.tuples(names, blanks, st.lists(st.tuples(names, texts, blanks), max_size=4), blanks).map(
    lambda drawn: (
        f"<{drawn[0]}>{drawn[1]}"
        + "".join([f"<{name}>{text}</{name}>{blank}" for name, text, blank in drawn[2]])
        + f"</{drawn[0]}>{drawn[3]}"
    )
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(document=documents)
@example(document="<lead></lead>")
@example(document="<lead><lead>1</lead></lead>")
@example(document="<lead><zip>1</zip><zip></zip><zip> 2 </zip></lead>\n")
@example(document="<lead><zip>1</zip><zip></zip></lead>")
@example(document="<lead><zip></zip><zip></zip></lead>")
@example(document="<lead><zip>1</zap></lead>")
@example(document="<lead><zip>1</zip></Lead>")
@example(document="<lead><zip>1</zip>text</lead>")
@example(document="<lead><zip>1</zip></lead><lead/>")
def test_the_short_way_and_the_parser_read_the_same(document: str) -> None:
    written = document.encode("utf-8", "surrogatepass")
    assert read_body(written, "text/xml") == read_body(written + PARSED, "text/xml")


def test_a_row_is_read_the_short_way_and_nothing_else_is() -> None:
    row = b"<lead>\n  <zip>78701</zip>\n  <tcpa_text>I agree.</tcpa_text>\n</lead>\n"
    assert read_rows(row) == [("zip", "78701"), ("tcpa_text", "I agree.")]
    for other in (PARSED + row, b"<?xml version='1.0'?>" + row, row.replace(b"<zip>", b"<zip a='1'>"), row + row):
        assert read_rows(other) is None


@each_row("tail", [b"", PARSED])
def test_elements_are_counted_on_either_way(tail: bytes) -> None:
    most = b"<l>" + b"<a>1</a>" * (NODES_MAX - 1) + b"</l>"
    assert read_body(most + tail, "text/xml") == {"a": "1"}
    more = read_body(most.replace(b"</l>", b"<a>1</a></l>") + tail, "text/xml")
    assert isinstance(more, UnreadableBody)
    assert f"send at most {NODES_MAX} elements" in more.remedy


def test_a_long_row_that_breaks_at_its_end_is_no_row() -> None:
    assert read_rows(b"<l>" + b"<a>1</a> " * 7_000) is None
