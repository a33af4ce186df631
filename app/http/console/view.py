"""What the console shows and does, each declared once: a page and its JSON, a file to download, an act and its undo."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from app.domain.buyer import Operator, Role
from app.domain.calendar import local_text, until_when
from app.domain.operators.audit import by_console, by_key
from app.pages.chart import Chart
from app.usecases.background import BackgroundJobs
from app.usecases.bidder import Bidder
from app.usecases.operators.requests import NotDone, RequestTerms

Why = Annotated[str, msgspec.Meta(max_length=400, description="The reason, for the audit log.")]
"""Of an act."""


class ConsoleRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, when (UTC epoch seconds), and what the answer is made from. `by_page` is whether in the console.

    `session` is then the hash of the session's token.
    """

    operator: Operator
    background: BackgroundJobs
    now: float
    by_page: bool = True
    session: str = ""

    @property
    def bidder(self) -> Bidder:
        return self.background.bidder

    @property
    def by(self) -> str:
        """As the audit log names who asks."""
        return by_console(self.operator.name) if self.by_page else by_key(self.operator.name)

    @property
    def zone(self) -> str:
        """By whose clocks times are shown."""
        return self.bidder.catalogue.buyer.zone

    def terms(self, why: str, until: str = "") -> RequestTerms:
        """Of an act, as its form says why and until when. Raises NotDone where it does not say it as it must."""
        if not why.strip():
            raise NotDone("why: say why, for the audit log")
        try:
            ends_at = until_when(until.strip(), self.now, ZoneInfo(self.zone)) if until.strip() else None
        except ValueError as wrong:
            raise NotDone(f"until: {wrong}") from None
        return RequestTerms(by=self.by, now=self.now, why=why.strip(), ends_at=ends_at)

    def until(self, terms: RequestTerms) -> str:
        """How long an act holds, as the end of a sentence; nothing where it has no end."""
        return "" if terms.ends_at is None else f" until {local_text(terms.ends_at, self.zone)}"


class NotShown(Exception):
    """There is nothing to show: the text says why, and what to do. `status` is that of HTTP."""

    def __init__(self, text: str, status: int = 404) -> None:
        super().__init__(text)
        self.status = status


class NoQuery(msgspec.Struct, frozen=True):
    """Nothing to choose."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A page at `/console/PATH` and the same values as JSON at `/v1/reports/PATH`.

    A part of `path` in braces, such as `campaigns/{campaign}`, is the field of `query` with that name; the others come
    from the query string, and each has a default. The OpenAPI document describes a field by its
    `msgspec.Meta(description=...)`. `show` makes a `shows` of them, and raises NotShown. The template has it as
    `shown`, beside `query`, `operator` and `zone`, with the `charts` that `draw` lays out of it for a zone. A view
    with a `label` stands in the menu. One that `is_common` shows the same to whoever may look, and is read once for
    all who do at about the same time.
    """

    path: str
    title: str
    says: str
    template: str
    shows: type[msgspec.Struct]
    show: Callable[[ConsoleRequest, Any], Awaitable[msgspec.Struct]]
    query: type[msgspec.Struct]
    draw: Callable[[Any, str], Mapping[str, Chart]] = lambda _shown, _zone: {}
    role: Role = "viewer"
    label: str = ""
    is_common: bool = False


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file: whole, or piece by piece where it may be long."""

    name: str
    media_type: str
    body: bytes | AsyncIterator[bytes]


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """A file at `/console/PATH` and, with an operator's key, at `/v1/reports/PATH`; `query` is as that of a view."""

    path: str
    says: str
    media_type: str
    make: Callable[[ConsoleRequest, Any], Awaitable[Attachment]]
    query: type[msgspec.Struct]
    role: Role = "viewer"


class Undo(msgspec.Struct, frozen=True):
    """The act that takes another back: its path with the values of its parts, and the fields of its form."""

    path: str
    label: str
    fields: Mapping[str, str] = {}


class Done(msgspec.Struct, frozen=True):
    """What was done, in a sentence, and what takes it back. `to` is the page to go on at, if not the one before.

    Where an act only leads there, nothing is said.
    """

    said: str
    undo: Undo | None = None
    to: str = ""


class ConsoleAct(msgspec.Struct, frozen=True, kw_only=True):
    """A form's POST to `/console/acts/PATH`; parts of `path` in braces are fields of `form`, as with a view's query.

    `do` raises NotDone. What a form's fields are is told by `form`; a field of bytes takes a file of up to `body_max`
    bytes.
    """

    path: str
    form: type[msgspec.Struct]
    do: Callable[[ConsoleRequest, Any], Awaitable[Done]]
    role: Role = "operator"
    body_max: int = 65_536


class Reveal(msgspec.Struct, frozen=True, kw_only=True):
    """A form's POST to `/console/reveals/PATH`, answered by a page that nobody keeps: no address leads back to it.

    `show` writes the look down before it makes the page's `shown` of the form's fields, and raises NotShown.
    """

    path: str
    title: str
    template: str
    form: type[msgspec.Struct]
    show: Callable[[ConsoleRequest, Any], Awaitable[msgspec.Struct]]
    role: Role = "operator"
