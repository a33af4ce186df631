"""A set-up card for each platform: the very words to type into its form, for this seller."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from app.dialects.dialect import Dialect
from app.dialects.names import Route
from app.dialects.own_words import GENERIC
from app.dialects.sending import Sending
from app.dialects.written import Format
from app.domain.catalogue import Catalogue
from app.domain.seller import Seller
from app.domain.vertical import Vertical
from app.instructions.answer_paths import dotted, literal, paths_of, price_regex, text_regex, xpath
from app.instructions.example_lead import asked_at_ping, example_lead, in_its_words, sending_of
from app.instructions.exchange import KEY
from app.instructions.samples import route_of
from app.platforms.known import DIALECTS, PLATFORMS
from app.platforms.platform import PathStyle, Platform, SetupForm
from app.wire.ping import Value

ROUTES: tuple[Route, ...] = ("ping", "post")

_UNKNOWN = "‹{}›"
"""Stands for a field of the lead where the platform's own placeholder is not known."""

_UNPUBLISHED = "{} does not publish its placeholder for a field of the lead: enter it wherever ‹ › stands."


_NUMBERED = (
    "{campaign} is not read, and `vertical` says what is offered. If you can only send the number, tell the buyer "
    'which number is which vertical. Your entry in its file then has `aliases = {{ {campaign} = "vertical" }}` and '
    '`value_maps = {{ vertical = {{ "21" = "{vertical}" }} }}`.'
)


class AnswerPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a platform looks in an answer: a path or an expression; `word` is what must stand there, if anything."""

    by: PathStyle
    at: str
    word: str = ""


class AnswerPlaces(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers of one endpoint are read; without `accept` a price above 0 is the bid. Empty `at`: nowhere."""

    accept: AnswerPlace | None
    price: AnswerPlace
    id: AnswerPlace
    reason: AnswerPlace
    duplicate: str


class CardBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: names with placeholders as values. `lead` says which field of ours a placeholder stands for."""

    fields: tuple[tuple[str, str], ...]
    lead: Mapping[str, str]
    is_json: bool

    @property
    def text(self) -> str:
        """As it is typed in: JSON, or a line a field."""
        if self.is_json:
            return msgspec.json.format(msgspec.json.encode(dict(self.fields)), indent=2).decode()
        return "\n".join(f"{name} = {value}" for name, value in self.fields)


class SetupCard(msgspec.Struct, frozen=True, kw_only=True):
    """One platform's card. `lines` are (what the form calls it, what to type), in the order of filling it in."""

    name: str
    title: str
    dialect: str
    format: Format
    urls: Mapping[str, str]
    content_type: str
    headers: tuple[tuple[str, str], ...]
    ping: CardBody
    post: CardBody
    reads_ping: AnswerPlaces
    reads_post: AnswerPlaces
    id_name: str
    lines: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def cards_of(catalogue: Catalogue, seller: Seller, base_url: str) -> tuple[SetupCard, ...]:
    """Every platform's that has a form, by title, with the fields of the first vertical that is bought."""
    vertical = next(each for each in catalogue.verticals.values() if each.name in catalogue.index.verticals)
    return tuple(
        _card(catalogue, seller, vertical, base_url, platform, platform.form)
        for platform in sorted(PLATFORMS.values(), key=lambda each: each.title.casefold())
        if platform.form is not None
    )


def _card(
    catalogue: Catalogue, seller: Seller, vertical: Vertical, base_url: str, platform: Platform, form: SetupForm
) -> SetupCard:
    dialect, named_dialect = _dialect(seller, platform)
    sending = _sending(seller, dialect, platform, form)
    written = _format(seller, dialect, form)
    suffix = ".json" if form.paths != "xpath" and written != "json" else ""
    places = {route: _places(seller, form, dialect, route) for route in ROUTES}
    urls = {
        f"{'test ' if test else ''}{route}": base_url
        + route_of(seller, route, test=test, dialect=named_dialect)
        + suffix
        for test in (False, True)
        for route in ROUTES
    }
    ping_id = dotted(seller.bid_id_key or paths_of(dialect, "ping").id, dialect)
    bodies = _bodies(catalogue, seller, vertical, form, sending, ping_id)
    card = SetupCard(
        name=platform.name,
        title=platform.title,
        dialect=dialect.name,
        format="json" if suffix else written,
        urls=urls,
        content_type="application/json" if sending.form == "json" else "application/x-www-form-urlencoded",
        headers=tuple(sending.headers(KEY).items()),
        ping=bodies["ping"],
        post=bodies["post"],
        reads_ping=places["ping"],
        reads_post=places["post"],
        id_name=sending.id,
        lines=(),
        notes=(*form.notes, *_more_notes(seller, vertical, platform, form, sending)),
    )
    return replace(card, lines=tuple(_lines(form, card)))


def _more_notes(
    seller: Seller, vertical: Vertical, platform: Platform, form: SetupForm, sending: Sending
) -> Iterator[str]:
    """What the platform's form leaves open: the number of a campaign for a vertical, and unpublished placeholders."""
    if sending.campaign and seller.aliases.get(sending.campaign) != "vertical":
        yield _NUMBERED.format(campaign=sending.campaign, vertical=vertical.name)
    if not form.merge:
        yield _UNPUBLISHED.format(platform.title)


def _dialect(seller: Seller, platform: Platform) -> tuple[Dialect, Dialect | None]:
    """What the platform is answered in, and the dialect that its endpoint must name, if it must.

    A platform of no dialect takes the seller's, where that is flat JSON, and ours otherwise.
    """
    sellers = DIALECTS[seller.dialect]
    if platform.dialect is not None:
        return platform.dialect, None if platform.dialect is sellers else platform.dialect
    is_plain = sellers.format == "json" and not sellers.wrapped and bool(paths_of(sellers, "ping").status)
    return (sellers, None) if is_plain else (GENERIC, GENERIC)


def _format(seller: Seller, dialect: Dialect, form: SetupForm) -> Format:
    return seller.format if dialect is GENERIC else "xml" if form.paths == "xpath" else dialect.format


def _sending(seller: Seller, dialect: Dialect, platform: Platform, form: SetupForm) -> Sending:
    """How the platform sends: as its dialect has it, or as its form, under the seller's own names."""
    named = sending_of(seller, dialect)
    if platform.dialect is not None:
        return named
    names = {ours: theirs for ours, theirs in named.names.items() if "." not in theirs}
    return replace(form.sends, names=names, id=named.id)


def _bodies(
    catalogue: Catalogue, seller: Seller, vertical: Vertical, form: SetupForm, sending: Sending, ping_id: str
) -> dict[Route, CardBody]:
    campaigns = tuple(each for each in catalogue.campaigns.values() if each.vertical == vertical.name)
    example = in_its_words(seller, vertical, example_lead(catalogue.buyer, vertical, campaigns, 1))
    fixed = {"vertical", "deadline_ms"}
    leads = {
        "ping": asked_at_ping(seller, vertical, example),
        "post": {name: value for name, value in example.items() if name != "deadline_ms"},
    }
    bodies: dict[Route, CardBody] = {}
    for route in ROUTES:
        filled: dict[str, Value] = {}
        placeholders: dict[str, str] = {}
        for name, value in leads[route].items():
            placeholder = (form.merge or _UNKNOWN).format(sending.names.get(name, name).rpartition(".")[2])
            filled[name] = str(value) if name in fixed else placeholder
            if name not in fixed:
                placeholders[placeholder] = name
        id_back = (form.ping_value or _UNKNOWN).format(ping_id) if route == "post" else ""
        if id_back:
            placeholders[id_back] = "ping_id"
        bodies[route] = _body(sending, route, filled, id_back, placeholders)
    return bodies


def _body(
    sending: Sending, route: Route, lead: Mapping[str, Value], id_back: str, placeholders: Mapping[str, str]
) -> CardBody:
    envelope = {**sending.always, **sending.modes.get(route, {})}
    if not sending.headers(KEY):
        envelope[sending.key] = KEY
    fields = {sending.names.get(name, name): str(value) for name, value in lead.items()}
    if id_back:
        fields[sending.id] = id_back
    return CardBody(fields=tuple({**envelope, **fields}.items()), lead=placeholders, is_json=sending.form == "json")


def _places(seller: Seller, form: SetupForm, dialect: Dialect, route: Route) -> AnswerPlaces:
    paths = paths_of(dialect, route)
    id_at = seller.bid_id_key if route == "ping" and seller.bid_id_key else paths.id

    def place(path: str, word: str = "") -> AnswerPlace:
        if form.paths == "xpath":
            return AnswerPlace(by="xpath", at=xpath(path, dialect), word=word)
        if form.paths == "path":
            return AnswerPlace(by="path", at=dotted(path, dialect), word=word)
        return AnswerPlace(by="regex", at=text_regex(path))

    accept, price = place(paths.status, paths.accepted), place(paths.price)
    if form.paths == "regex":
        accept = AnswerPlace(by="regex", at=literal(paths.status, paths.accepted, dialect, route))
        price = AnswerPlace(by="regex", at=price_regex(paths.price, quoted=seller.quoted_prices))
    return AnswerPlaces(
        accept=accept if paths.status else None,
        price=price,
        id=place(id_at),
        reason=place(paths.reason),
        # Who gets no reasons is told of a duplicate in no way.
        duplicate=paths.duplicate if seller.disclosure == "full" else "",
    )


def _lines(form: SetupForm, card: SetupCard) -> list[tuple[str, str]]:
    ping, post = card.reads_ping, card.reads_post
    lines = [
        (f"Ping: {form.url}", card.urls["ping"]),
        (f"Post: {form.url}", card.urls["post"]),
        (f"Ping, for tests: {form.url}", card.urls["test ping"]),
        (f"Post, for tests: {form.url}", card.urls["test post"]),
        ("Method", "POST"),
        ("Content-Type", card.content_type),
        *((f"Header {name}", value) for name, value in card.headers),
        *_accepted(form.accept, ping),
        (form.price, ping.price.at),
        (form.id, ping.id.at),
        ("Name of that id in the post", card.id_name),
        (form.reason or "Reason for a refusal", ping.reason.at),
        *_accepted(f"Post answer: {form.accept}", post),
        ("Post answer: price", post.price.at),
        ("Post answer: our lead id", post.id.at),
        (form.duplicate or "Post answer: duplicate", post.duplicate or "no value of its own; see the reason"),
        ("Timeout", form.timeout),
    ]
    return [(label, text) for label, text in lines if text]


def _accepted(label: str, places: AnswerPlaces) -> list[tuple[str, str]]:
    """How a bid or a sale is recognized: in one line, or in two where the form asks for place and word apart."""
    if places.accept is None:
        return [(label, f"{places.price.at} is above 0")]
    place, _, word = label.partition("|")
    if word:
        return [(place, places.accept.at), (word, places.accept.word)]
    return [(label, f"{places.accept.at} = {places.accept.word}" if places.accept.word else places.accept.at)]
