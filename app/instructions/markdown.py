"""The instructions as one Markdown file, to read, to diff, or to hand to a machine."""

from collections.abc import Iterator, Mapping

from app.instructions.handbook import Handbook
from app.instructions.outline import (
    Chapter,
    Code,
    Folded,
    Heading,
    Part,
    Prose,
    TextTable,
    introduction_of,
    outline_of,
    title_of,
)


def markdown(handbook: Handbook, links: Mapping[str, str]) -> str:
    """The whole; `links` lead to the other forms of the same, by their names."""
    named = ", ".join(f"[{name}]({href})" for name, href in links.items())
    head = [f"# {title_of(handbook)}", introduction_of(handbook), f"The same as: {named}." if named else ""]
    chapters = [text for chapter in outline_of(handbook) for text in _chapter(chapter)]
    return "\n\n".join([text for text in (*head, *chapters) if text]) + "\n"


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield f"## {chapter.title}"
    yield chapter.lead
    for part in chapter.parts:
        yield _part(part)


def _part(part: Part) -> str:
    if isinstance(part, Heading):
        return f"### {part.text}"
    if isinstance(part, Prose):
        return part.text
    if isinstance(part, Folded):
        return "\n\n".join((f"### {part.title}", *map(_part, part.parts)))
    if isinstance(part, TextTable):
        lines = [part.heads, tuple("---" for _ in part.heads), *part.rows]
        return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
    return _fenced(part)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _fenced(part: Code) -> str:
    text = "".join([piece for piece, _ in part.pieces])
    return f"{part.title}:\n\n```\n{text}\n```"
