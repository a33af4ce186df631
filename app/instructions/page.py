"""The instructions as one page that needs nothing from elsewhere: read, printed, searched."""

import re
from collections.abc import Iterator, Mapping
from html import escape

from app.instructions.handbook import Handbook
from app.instructions.outline import (
    Chapter,
    Code,
    Heading,
    Part,
    Prose,
    TextTable,
    introduction_of,
    outline_of,
    title_of,
)
from app.pages.document import document

_CODE = re.compile(r"`([^`]*)`")
_PLACEHOLDERS = {
    "key": "your key",
    "ping_id": "id of the bid",
    "lead_id": "id of the lead",
    "line_id": "id",
    "time": "time",
}


def page(handbook: Handbook, links: Mapping[str, str]) -> str:
    """The page; `links` lead to the other forms of the same, by their names."""
    chapters = outline_of(handbook)
    tiles = [
        ("Mode", handbook.mode.title(), dict(handbook.facts)["Mode"].partition(": ")[2]),
        ("Dialect", handbook.platform, dict(handbook.facts)["Answers"]),
        (
            "Bid lifetime",
            dict(handbook.facts)["Bid lifetime"].partition(" seconds")[0] + " s",
            "after that, ping again",
        ),
        ("Verticals", str(len(handbook.sheets)), ", ".join(sheet.title for sheet in handbook.sheets)),
    ]
    return document(
        f"{handbook.title}: posting instructions",
        title_of(handbook),
        introduction_of(handbook).replace("`", ""),
        tiles,
        [_nav(chapters, links), *(_section(chapter) for chapter in chapters), _foot(handbook)],
    )


def _nav(chapters: tuple[Chapter, ...], links: Mapping[str, str]) -> str:
    files = [f"<li><a href='{escape(href)}'>{escape(name)}</a>" for name, href in links.items()]
    inside = [f"<li><a href='#{chapter.name}'>{escape(chapter.title)}</a>" for chapter in chapters]
    downloads = f"<nav aria-label=Downloads><h2>Downloads</h2><ul>{''.join(files)}</ul></nav>" if files else ""
    return f"{downloads}<nav aria-label=Contents><h2>Contents</h2><ul>{''.join(inside)}</ul></nav>"


def _section(chapter: Chapter) -> str:
    parts = "".join(_parts(chapter))
    head = f"<h2>{escape(chapter.title)}</h2><p class=lead>{_prose(chapter.lead)}</p>"
    return f"<section id={chapter.name}>{head}{parts}</section>"


def _parts(chapter: Chapter) -> Iterator[str]:
    for number, part in enumerate(chapter.parts):
        yield _part(part, f"{chapter.name}-{number}")


def _part(part: Part, name: str) -> str:
    if isinstance(part, Heading):
        return f"<h3 id={name}>{_prose(part.text)}</h3>"
    if isinstance(part, Prose):
        return f"<p>{_prose(part.text)}</p>"
    if isinstance(part, TextTable):
        return _table(part)
    return _code(part)


def _table(part: TextTable) -> str:
    heads = "".join([f"<th scope=col class=text>{escape(head)}" for head in part.heads]) if any(part.heads) else ""
    rows = "".join(["<tr>" + "".join([f"<td class=text>{_prose(cell)}" for cell in row]) for row in part.rows])
    head = f"<thead><tr>{heads}" if heads else ""
    wide = " class=wide" if len(part.heads) > 3 else ""
    return f"<div class=table tabindex=0 role=group aria-label='Table'><table{wide}>{head}<tbody>{rows}</table></div>"


def _code(part: Code) -> str:
    text = "".join(
        [
            f"<mark title='{_PLACEHOLDERS[mark]}'>{escape(piece)}</mark>" if mark else escape(piece)
            for piece, mark in part.pieces
        ]
    )
    return f"<h4>{escape(part.title)}</h4><pre class=wrapped>{text}</pre>"


def _prose(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _foot(handbook: Handbook) -> str:
    return f"<section><p class=lead>Made from configuration {escape(handbook.version)}.</p></section>"
