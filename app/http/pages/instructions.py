"""A seller's posting instructions in every form, for whoever has its link or a key."""

import asyncio
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from app.http.pages.seller_pages import HEADERS, closed, visited
from app.instructions.documents import DOCUMENTS, Document, links_to
from app.instructions.handbook import handbook_of

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def _route(document: Document) -> HTTPRouteHandler:
    async def read(request: Request[Any, Any, State], seller: FromPath[str]) -> Response[bytes] | Response[str]:
        known = visited(request, seller)
        if known is None:
            return closed()
        catalogue, base_url = request.app.state.bidder.catalogue, str(request.base_url)
        query = request.scope["query_string"].decode("latin-1")
        links = links_to(lambda each: f"instructions{each.path}{f'?{query}' if query else ''}", document)
        # Beside the loop, which has pings to answer.
        body = await asyncio.to_thread(lambda: document.write(handbook_of(catalogue, known, base_url), links))
        named = f'inline; filename="{known.name}{document.suffix}"'
        headers = {**HEADERS, "Content-Security-Policy": _POLICY, "Content-Disposition": named}
        return Response(body, media_type=document.media_type, headers=headers)

    return get(f"/sellers/{{seller:str}}/instructions{document.path}", name=f"instructions{document.path}")(read)


INSTRUCTIONS = tuple(map(_route, DOCUMENTS))
