"""The instructions as one page that needs nothing from elsewhere: read, printed, searched."""

from collections.abc import Mapping

from app.instructions.exchange import PlaceholderName
from app.instructions.handbook import Handbook
from app.instructions.outline import Part, introduction_of, outline_of, title_of
from app.pages.document import document

_PLACEHOLDERS: dict[PlaceholderName, str] = {
    "key": "your key",
    "ping_id": "id of the bid",
    "lead_id": "id of the lead",
    "line_id": "id",
    "time": "time",
}


def page(handbook: Handbook, links: Mapping[str, str]) -> str:
    """The page; `links` lead to the other forms of the same, by their names."""
    return document(
        "app/instructions/page.html",
        handbook=handbook,
        title=title_of(handbook),
        introduction=introduction_of(handbook),
        facts=dict(handbook.facts),
        chapters=outline_of(handbook),
        kind_of=_kind_of,
        placeholders=_PLACEHOLDERS,
        links=links,
    )


def _kind_of(part: Part) -> str:
    return type(part).__name__
