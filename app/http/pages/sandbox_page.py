"""The sandbox as a page: how to reach it, what forces each outcome, and what came of every request."""

from collections.abc import Iterable
from html import escape
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler

from app.domain.calendar import utc_text
from app.domain.catalogue import Catalogue
from app.domain.onboarding.test_values import TABLE
from app.pages.document import document
from app.pages.html import paragraph, pre, section, table
from app.platforms.known import DIALECTS
from app.usecases.bidder import Bidder
from app.usecases.onboarding.request_log import LoggedRequest, RequestLog

_KEY = "sandbox"
_CERTIFICATE = "https://cert.trustedform.com/7a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
_PERSON = """,
       "first_name": "Ada", "last_name": "Sommer", "phone": "2127798606", "email": "ada@sommer-family.net",
       "tcpa_text": "I agree that Sandbox Quotes may call me about car insurance.",
       "ping_id": "the ping_id of the bid\""""


def sandbox_routes(request_log: RequestLog) -> list[HTTPRouteHandler]:
    """The page's endpoint."""

    @get(["/", "/sandbox"], media_type=MediaType.HTML)
    async def sandbox(request: Request[Any, Any, State]) -> Response[str]:
        """What the sandbox heard."""
        bidder: Bidder = request.app.state.bidder
        base = str(request.base_url).rstrip("/")
        page = sandbox_page(bidder.catalogue, request_log.entries, request_log.count, base)
        return Response(page, media_type=MediaType.HTML, headers={"Cache-Control": "no-store"})

    return [sandbox]


def sandbox_page(catalogue: Catalogue, entries: list[LoggedRequest], count: int, base: str) -> str:
    """The whole page; a seller's published key is its name."""
    tiles = [
        ("Ping", "/v1/ping", f"at {base}"),
        ("Post", "/v1/post", "to a bid's ping_id"),
        ("Key", _KEY, "as X-API-Key, Bearer or api_key"),
    ]
    return document(
        "leadbid sandbox",
        "Sandbox of a lead buyer",
        "A reference buyer to test against. Everything sent here is a test: nothing is bought, delivered or counted, "
        "and all of it is forgotten when it stops. Send made-up people: whoever sees this page sees them.",
        tiles,
        [
            section("Requests", "Newest first, as received, as understood and as answered.", _live(entries, count)),
            section(
                "A first test",
                "Copy it into a terminal.",
                pre("Ping", _sample(base, "ping", "")),
                pre("Post", _sample(base, "post", _PERSON)),
            ),
            section("Test values", "A ZIP code forces its outcome, whatever else is sent.", _values()),
            section("Sellers", "Each has a published key and a way of its own.", _sellers(catalogue)),
            section("Dialects", "Endpoints that answer in a platform's own words.", _dialects(base)),
            section("Fields", "What each vertical asks for; names of all platforms are known.", *_fields(catalogue)),
        ],
        live=True,
    )


def _live(entries: list[LoggedRequest], count: int) -> str:
    controls = (
        "<div class=live><span role=status id=live-status>Live</span>"
        "<button type=button id=live-pause aria-pressed=false>Pause</button></div>"
    )
    told = f"<p>{count:,} so far.</p>" if count else "<p>Nothing came yet.</p>"
    return f"{controls}<div id=requests data-live>{told}{''.join(map(_entry, entries))}</div>"


def _entry(entry: LoggedRequest) -> str:
    name = f"request-{entry.number}"
    warned = f" <span class=warned>{len(entry.warnings)} to note</span>" if entry.warnings else ""
    notes = "".join(f"<li>{escape(warning)}" for warning in entry.warnings)
    headers = "\n".join(f"{key}: {value}" for key, value in entry.headers)
    received = f"{entry.request}\n{headers}\n\n{entry.received}"
    return (
        f"<details class=tried id={name}><summary id={name}-summary><b>{escape(entry.outcome)}</b> "
        f"<span>{escape(entry.request)} from {escape(entry.seller or 'nobody known')} at {utc_text(int(entry.at))}, "
        f"HTTP {entry.status}, {entry.took_ms:.1f} ms</span>{warned}</summary>"
        f"{f'<ul>{notes}</ul>' if notes else ''}"
        f"<div class=sides>{_side('Received', received)}{_side('Understood', entry.understood)}"
        f"{_side('Answered', entry.answered)}</div></details>"
    )


def _side(title: str, text: str) -> str:
    return f"<div>{pre(title, text)}</div>"


def _sample(base: str, route: str, more: str) -> str:
    lines = [
        f"curl -s {base}/v1/{route} \\",
        f"  -H 'X-API-Key: {_KEY}' -H 'Content-Type: application/json' \\",
        """  -d '{"vertical": "auto_insurance", "zip": "00001", "state": "NY", "currently_insured": true,""",
        f"""       "trustedform_cert_url": "{_CERTIFICATE}"{more}}}'""",
    ]
    return "\n".join(lines)


def _values() -> str:
    rows = [(", ".join(each.zips), each.says) for each in TABLE]
    told = paragraph(
        "Such a bid pays the min_price of its ping, or else $12.50, $6.00 shared. "
        "A min_price of 0.20 does what ZIP 00020 does. Any other ping is decided as usual."
    )
    return told + table(("ZIP", "what happens"), rows, text=2)


def _sellers(catalogue: Catalogue) -> str:
    rows = [(name, seller.title) for name, seller in catalogue.sellers.items()]
    return table(("key", "how it is answered"), rows, text=2)


def _dialects(base: str) -> str:
    rows = [(each.title, f"{base}/v1/{each.name}/ping", f"{base}/v1/{each.name}/post") for each in DIALECTS.values()]
    return table(("platform", "ping", "post"), rows, text=3)


def _fields(catalogue: Catalogue) -> Iterable[str]:
    for vertical in catalogue.verticals.values():
        rows = [
            (field.name, field.type, "required" if field.required else "", ", ".join(field.values) or field.example)
            for field in vertical.fields
        ]
        yield f"<h3>{escape(vertical.title)} (<code>{escape(vertical.name)}</code>)</h3>"
        yield table(("field", "type", "", "values or example"), rows, text=4)
