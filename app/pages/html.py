"""The few pieces of which the page is made, with everything escaped that is not made here."""

from collections.abc import Iterable, Sequence
from html import escape

Rows = Iterable[Sequence[str]]


def money(cents: float) -> str:
    """Cents as "$1,234.50"."""
    return f"{'-' if round(cents) < 0 else ''}${abs(round(cents)) / 100:,.2f}"


def each(cents: float, count: int) -> str:
    """What one of so many cost, a dash where there was none."""
    return money(cents / count) if count else "-"


def percent(part: float, whole: float) -> str:
    """ "12%", a dash of nothing."""
    return f"{part / whole:.0%}" if whole else "-"


def section(title: str, lead: str, *parts: str) -> str:
    """One subject under its heading; `lead` says why to read it."""
    return f"<section><h2>{escape(title)}</h2><p class=lead>{escape(lead)}</p>{''.join(parts)}</section>"


def plots(figures: Sequence[str]) -> str:
    """Figures side by side where the page is wide enough; nothing for none."""
    return f"<div class=plots>{''.join(figures)}</div>" if figures else ""


def paragraph(text: str) -> str:
    """A plain sentence."""
    return f"<p>{escape(text)}</p>"


def pre(title: str, text: str) -> str:
    """Text whose columns must stand as they are."""
    return f"<h3>{escape(title)}</h3><pre tabindex=0>{escape(text)}</pre>"


def figure(title: str, svg: str, caption: str) -> str:
    """A plot between its name and the sentence that says what to see in it."""
    return f"<figure><h3>{escape(title)}</h3>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def table(heads: Sequence[str], rows: Rows, total: Sequence[str] = (), text: int = 1) -> str:
    """Rows under their heads, of which the first `text` columns hold words."""
    body = "".join(_row(row, text) for row in rows)
    foot = f"<tfoot>{_row(total, text)}</tfoot>" if total else ""
    head = "".join(
        f"<th scope=col{' class=text' if column < text else ''}>{escape(name)}" for column, name in enumerate(heads)
    )
    return f"<div class=table tabindex=0><table><thead><tr>{head}<tbody>{body}{foot}</table></div>"


def _row(cells: Sequence[str], text: int) -> str:
    return "<tr>" + "".join(
        f"<td{' class=text' if column < text else ''}>{escape(cell)}" for column, cell in enumerate(cells)
    )
