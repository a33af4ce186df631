"""A seller's posting instructions in every form, for whoever has its link or a key."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from app.http.pages.public_url import public_url
from app.http.pages.seller_pages import closed, visited
from app.http.pages.written_once import WrittenOnce
from app.http.secured import FRAMED_NOWHERE
from app.instructions.documents import DOCUMENTS, Document, links_to
from app.instructions.handbook import Handbook, handbook_of
from app.pages.document import policy

_POLICY = f"{policy(copied=True)}; {FRAMED_NOWHERE}"
_ELSEWHERE = (
    "These instructions name the address of the service, and the one you asked for is not declared. "
    'Buyer: name it in buyer.toml, as public_urls = ["https://leads.example.com"] under [buyer].\n'
)

_WRITTEN = WrittenOnce[bytes]()
_HANDBOOKS = WrittenOnce[Handbook](kept_max=8)
"""Whoever reads one form mostly takes others too. Each is a megabyte or two."""


def _route(document: Document) -> HTTPRouteHandler:
    async def read(request: Request[Any, Any, State], seller: FromPath[str]) -> Response[bytes] | Response[str]:
        known = visited(request, seller)
        if known is None:
            return closed()
        catalogue = request.app.state.bidder.catalogue
        base_url = public_url(request, catalogue.buyer.public_urls)
        if base_url is None:
            return Response(_ELSEWHERE, status_code=421, media_type="text/plain")
        query = request.scope["query_string"].decode("latin-1")
        links = links_to(lambda each: f"instructions{each.path}{f'?{query}' if query else ''}", document)
        whose = (catalogue.config_hash, known.name, base_url)
        body = _WRITTEN.kept((*whose, document.path, query))
        if body is None:
            book = await _HANDBOOKS.of(whose, lambda: handbook_of(catalogue, known, base_url))
            body = await _WRITTEN.of((*whose, document.path, query), lambda: document.write(book, links))
        named = f'inline; filename="{known.name}{document.suffix}"'
        headers = {"Content-Security-Policy": _POLICY, "Content-Disposition": named}
        return Response(body, media_type=document.media_type, headers=headers)

    return get(f"/sellers/{{seller:str}}/instructions{document.path}", name=f"instructions{document.path}")(read)


INSTRUCTIONS = tuple(map(_route, DOCUMENTS))
