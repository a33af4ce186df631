"""The forms in which a seller gets its instructions: where each is found, what it is, and how it is written."""

from collections.abc import Callable, Mapping

import msgspec

from app.instructions.handbook import Handbook
from app.instructions.json_schema import json_schema
from app.instructions.markdown import markdown
from app.instructions.openapi import openapi
from app.instructions.page import page
from app.instructions.postman import postman
from app.instructions.schemas import Json

Links = Mapping[str, str]
"""Where the other forms are, by title."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """`path` follows that of the page, `suffix` the seller's name in a file's."""

    title: str
    path: str
    suffix: str
    media_type: str
    write: Callable[[Handbook, Links], bytes]


def _json(describe: Callable[[Handbook], Json]) -> Callable[[Handbook, Links], bytes]:
    def write(handbook: Handbook, _links: Links) -> bytes:
        return msgspec.json.format(msgspec.json.encode(describe(handbook)), indent=2)

    return write


PAGE = Document(
    title="Page",
    path="",
    suffix=".html",
    media_type="text/html",
    write=lambda handbook, links: page(handbook, links).encode(),
)
DOCUMENTS = (
    PAGE,
    Document(
        title="Markdown",
        path=".md",
        suffix=".md",
        media_type="text/markdown",
        write=lambda handbook, links: markdown(handbook, links).encode(),
    ),
    Document(
        title="OpenAPI 3.1",
        path="/openapi.json",
        suffix=".openapi.json",
        media_type="application/json",
        write=_json(openapi),
    ),
    Document(
        title="JSON Schema",
        path="/schema.json",
        suffix=".schema.json",
        media_type="application/json",
        write=_json(json_schema),
    ),
    Document(
        title="Postman collection",
        path="/postman.json",
        suffix=".postman.json",
        media_type="application/json",
        write=_json(postman),
    ),
)


def links_to(href: Callable[[Document], str], but: Document) -> dict[str, str]:
    """Where the other forms of one are."""
    return {each.title: href(each) for each in DOCUMENTS if each is not but}
