"""Rows as a reader of a terminal sees them."""

from app.cli.table import table


def test_text_stands_left_and_numbers_right() -> None:
    assert table(("campaign", "leads", "spend"), [("solar", "7", "$12.50"), ("auto", "1,204", "-")]).splitlines() == [
        "  campaign  leads   spend",
        "  solar         7  $12.50",
        "  auto      1,204       -",
    ]


def test_a_column_with_one_word_in_it_is_text() -> None:
    assert table(("of", ""), [("1", "a"), ("none", "b")]).splitlines() == ["  of", "  1     a", "  none  b"]


def test_no_line_ends_in_blanks() -> None:
    assert all(line == line.rstrip() for line in table(("a", "b"), [("x", ""), ("y", "long")]).splitlines())


def test_an_empty_table_says_so() -> None:
    assert table(("a", "b"), []) == "  (none)"
