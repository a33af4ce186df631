"""A set-up card for each platform: the very words to type into its form, for this seller."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from app.dialects.platforms.dialect import Dialect
from app.dialects.platforms.known import DIALECTS, GENERIC
from app.dialects.platforms.sending import Route, Sending
from app.dialects.written import Format
from app.domain.catalogue import Catalogue
from app.domain.seller import Seller
from app.domain.vertical import Vertical
from app.instructions.answer_paths import dotted, literal, price_regex, text_regex, words_of, xpath
from app.instructions.example_lead import asked_at_ping, example_lead, in_its_words, sending_of
from app.instructions.exchange import KEY
from app.instructions.forms import FORMS, Form, Reads
from app.instructions.samples import route_of
from app.wire.ping import Value

ROUTES: tuple[Route, ...] = ("ping", "post")

_UNKNOWN = "‹{}›"
"""Stands for a field of the lead where the platform's own mark is not known."""

_MARKS = "How {} marks a field of the lead in a body is not published: put its mark where ‹ › stand."


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Where a platform looks in an answer: a path or an expression; `word` is what must stand there, if anything."""

    by: Reads
    at: str
    word: str = ""


class Looks(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers of one endpoint are read; without `accept` a price above 0 is the bid. Empty `at`: nowhere."""

    accept: Look | None
    price: Look
    id: Look
    reason: Look
    duplicate: str


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: names with the platform's marks as values. `lead` says which field of ours a mark stands for."""

    fields: tuple[tuple[str, str], ...]
    lead: Mapping[str, str]
    is_json: bool

    @property
    def text(self) -> str:
        """As it is typed in: JSON, or a line a field."""
        if self.is_json:
            return msgspec.json.format(msgspec.json.encode(dict(self.fields)), indent=2).decode()
        return "\n".join(f"{name} = {value}" for name, value in self.fields)


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One platform's card. `lines` are (what the form calls it, what to type), in the order of filling it in."""

    name: str
    title: str
    dialect: str
    format: Format
    urls: Mapping[str, str]
    content_type: str
    headers: tuple[tuple[str, str], ...]
    ping: Body
    post: Body
    reads_ping: Looks
    reads_post: Looks
    id_name: str
    lines: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def cards_of(catalogue: Catalogue, seller: Seller, base_url: str) -> tuple[Card, ...]:
    """Every platform's, with the fields of the first vertical that is bought."""
    vertical = next(each for each in catalogue.verticals.values() if each.name in catalogue.index.verticals)
    return tuple(_card(catalogue, seller, vertical, base_url, form) for form in FORMS)


def _card(catalogue: Catalogue, seller: Seller, vertical: Vertical, base_url: str, form: Form) -> Card:
    dialect, own = _dialect(seller, form)
    sending = _sending(seller, dialect, form)
    written = _format(seller, dialect, form)
    suffix = ".json" if form.reads != "xpath" and written != "json" else ""
    looks = {route: _looks(seller, form, dialect, route) for route in ROUTES}
    urls = {
        f"{'test ' if test else ''}{route}": f"{base_url}{route_of(seller, route, test=test, dialect=own)}{suffix}"
        for test in (False, True)
        for route in ROUTES
    }
    ping_id = dotted(words_of(dialect, "ping").id, dialect)
    bodies = _bodies(catalogue, seller, vertical, form, sending, ping_id)
    card = Card(
        name=form.name,
        title=form.title,
        dialect=dialect.name,
        format="json" if suffix else written,
        urls=urls,
        content_type="application/json" if sending.form == "json" else "application/x-www-form-urlencoded",
        headers=tuple(sending.headers(KEY).items()),
        ping=bodies["ping"],
        post=bodies["post"],
        reads_ping=looks["ping"],
        reads_post=looks["post"],
        id_name=sending.id,
        lines=(),
        notes=form.notes if form.merge else (*form.notes, _MARKS.format(form.title)),
    )
    return replace(card, lines=tuple(_lines(form, card)))


def _dialect(seller: Seller, form: Form) -> tuple[Dialect, Dialect | None]:
    """What the platform is answered in, and the dialect that its endpoint must name, if it must.

    A platform of no dialect takes the seller's, where that is flat JSON, and ours otherwise.
    """
    sellers = DIALECTS[seller.dialect]
    if form.dialect and form.dialect != seller.dialect:
        return DIALECTS[form.dialect], DIALECTS[form.dialect]
    is_plain = sellers.format == "json" and not sellers.wrapped and bool(words_of(sellers, "ping").status)
    return (sellers, None) if form.dialect or is_plain else (GENERIC, GENERIC)


def _format(seller: Seller, dialect: Dialect, form: Form) -> Format:
    return seller.format if dialect is GENERIC else "xml" if form.reads == "xpath" else dialect.format


def _sending(seller: Seller, dialect: Dialect, form: Form) -> Sending:
    """How the platform sends: as its dialect has it, or as its form, under the seller's own names."""
    if form.dialect:
        return sending_of(seller, dialect)
    named = sending_of(seller, dialect)
    names = {ours: theirs for ours, theirs in named.names.items() if "." not in theirs}
    return replace(form.sends, names=names, id=named.id)


def _bodies(
    catalogue: Catalogue, seller: Seller, vertical: Vertical, form: Form, sending: Sending, ping_id: str
) -> dict[Route, Body]:
    campaigns = tuple(each for each in catalogue.campaigns.values() if each.vertical == vertical.name)
    example = in_its_words(seller, vertical, example_lead(catalogue.buyer, vertical, campaigns, 1))
    fixed = {"vertical", "deadline_ms"}
    merge = form.merge or _UNKNOWN
    pinged = asked_at_ping(seller, vertical, example)
    told = {"ping": pinged, "post": {name: value for name, value in example.items() if name != "deadline_ms"}}
    bodies: dict[Route, Body] = {}
    for route in ROUTES:
        lead: dict[str, Value] = {}
        marks: dict[str, str] = {}
        for name, value in told[route].items():
            mark = merge.format(sending.names.get(name, name).rpartition(".")[2])
            lead[name] = str(value) if name in fixed else mark
            if name not in fixed:
                marks[mark] = name
        back = (form.ping_value or _UNKNOWN).format(ping_id) if route == "post" else ""
        if back:
            marks[back] = "ping_id"
        bodies[route] = _body(sending, route, lead, back, marks)
    return bodies


def _body(sending: Sending, route: Route, lead: Mapping[str, Value], back: str, marks: Mapping[str, str]) -> Body:
    envelope = {**sending.always, **sending.modes.get(route, {})}
    if not sending.headers(KEY):
        envelope[sending.key] = KEY
    fields = {sending.names.get(name, name): str(value) for name, value in lead.items()}
    if back:
        fields[sending.id] = back
    return Body(fields=tuple({**envelope, **fields}.items()), lead=marks, is_json=sending.form == "json")


def _looks(seller: Seller, form: Form, dialect: Dialect, route: Route) -> Looks:
    words = words_of(dialect, route)

    def look(path: str, word: str = "") -> Look:
        if form.reads == "xpath":
            return Look(by="xpath", at=xpath(path, dialect), word=word)
        if form.reads == "path":
            return Look(by="path", at=dotted(path, dialect), word=word)
        return Look(by="regex", at=text_regex(path))

    accept, price = look(words.status, words.accepted), look(words.price)
    if form.reads == "regex":
        accept = Look(by="regex", at=literal(words.status, words.accepted, dialect, route))
        price = Look(by="regex", at=price_regex(words.price, quoted=seller.quoted_prices))
    return Looks(
        accept=accept if words.status else None,
        price=price,
        id=look(words.id),
        reason=look(words.reason),
        duplicate=words.duplicate,
    )


def _lines(form: Form, card: Card) -> list[tuple[str, str]]:
    ping, post = card.reads_ping, card.reads_post
    lines = [
        (f"{form.url} of the ping", card.urls["ping"]),
        (f"{form.url} of the post", card.urls["post"]),
        ("For tests: ping", card.urls["test ping"]),
        ("For tests: post", card.urls["test post"]),
        ("Method", "POST"),
        ("Content-Type", card.content_type),
        *((f"Header {name}", value) for name, value in card.headers),
        *_accepted(form.accept, ping),
        (form.price, ping.price.at),
        (form.id, ping.id.at),
        ("The post sends it back as", card.id_name),
        (form.reason or "The reason of a no", ping.reason.at),
        *_accepted(f"Of the post: {form.accept}", post),
        ("Of the post: price", post.price.at),
        ("Of the post: our id of the lead", post.id.at),
        (form.duplicate or "Of the post: a duplicate", post.duplicate or "no word of its own; the reason says so"),
        ("Timeout", form.timeout),
    ]
    return [(label, text) for label, text in lines if text]


def _accepted(label: str, looks: Looks) -> list[tuple[str, str]]:
    """How a bid or a sale is told: in one line, or in two where the form asks for place and word apart."""
    if looks.accept is None:
        return [(label, f"{looks.price.at} is above 0")]
    where, _, what = label.partition("|")
    if what:
        return [(where, looks.accept.at), (what, looks.accept.word)]
    return [(label, f"{looks.accept.at} = {looks.accept.word}" if looks.accept.word else looks.accept.at)]
