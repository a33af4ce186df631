"""Rows as a plain table: text to the left, numbers to the right."""

from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows under their heads, indented by two; "(none)" without rows."""
    if not rows:
        return "  (none)"
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    right = [all(_is_number(cell) for cell in column[1:]) for column in columns]
    return "\n".join(
        [
            "  "
            + "  ".join(
                [
                    cell.rjust(width) if flush else cell.ljust(width)
                    for cell, width, flush in zip(row, widths, right, strict=True)
                ]
            ).rstrip()
            for row in (heads, *rows)
        ]
    )


def _is_number(text: str) -> bool:
    return text == "-" or text.lstrip("$-").rstrip("%").replace(",", "").replace(".", "").isdigit()
