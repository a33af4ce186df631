"""The page at the root, where everybody looks first: what this is, and where to go on."""

from litestar import MediaType, Response, get

from app.http.secured import FRAMED_NOWHERE
from app.pages.document import document, policy

_POLICY = f"{policy()}; {FRAMED_NOWHERE}"


@get("/", media_type=MediaType.HTML)
async def front_page() -> Response[str]:
    """What this service is; nothing of its buyer is told."""
    page = document("app/http/pages/front_page.html")
    return Response(page, media_type=MediaType.HTML, headers={"Content-Security-Policy": _POLICY})
