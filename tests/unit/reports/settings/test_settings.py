"""How a file differs from what was loaded, line by line."""

from app.reports.settings.settings import DiffLine, difference


def test_what_changed_stands_among_the_lines_around_it() -> None:
    found = difference("a = 1\nb = 2\nc = 3\nd = 4\n", "a = 1\nb = 20\nc = 3\nd = 4\n")
    assert [line for line in found if line.kind != "same"] == [
        DiffLine("place", "@@ -1,4 +1,4 @@"),
        DiffLine("removed", "b = 2"),
        DiffLine("added", "b = 20"),
    ]


def test_a_file_that_is_as_it_was_differs_in_nothing() -> None:
    assert difference("a = 1\r\n", "a = 1\n") == ()


def test_a_line_that_begins_with_a_sign_is_told_by_its_place_and_not_by_its_text() -> None:
    found = difference("", "--- a\n+++ b\n")
    assert [(line.kind, line.text) for line in found][1:] == [("added", "--- a"), ("added", "+++ b")]
