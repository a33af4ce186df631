"""The instructions as chapters of prose, tables and code, for any format to write."""

from collections.abc import Iterator

import msgspec

from app.instructions.cards import SetupCard
from app.instructions.exchange import KEY, PlaceholderName, SampleAnswer, SampleExchange, SampleRequest, pieces
from app.instructions.handbook import Handbook
from app.instructions.schemas import PING_FIELDS, POST_FIELDS
from app.instructions.sheets import FieldRow, FieldSheet
from app.instructions.terms import APPETITE, RULES, TESTS, example_appetite
from app.wire.ping import Value

_EXAMPLE_MAX = 32
_ETAG = '"5f0c3a9b1e7d2468ace02b4d"'
_HEADS = ("You send", "Ping", "Post", "Type", "Example", "Meaning")
_ENTER = (
    "What to enter in your platform's form. The bodies have the fields of the first vertical; for another, use the "
    "fields in its table."
)
_LOCKED = "Locked fields must have the same value in ping and post. Other common names of these fields work too."


class Heading(msgspec.Struct, frozen=True, array_like=True):
    """A part of a chapter begins."""

    text: str


class Prose(msgspec.Struct, frozen=True, array_like=True):
    """A paragraph; what stands between backquotes is code."""

    text: str


class TextTable(msgspec.Struct, frozen=True, array_like=True):
    """Rows under their heads, each cell as prose is. The last cells of one that is `copied` are typed in elsewhere."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    copied: bool = False


class Code(msgspec.Struct, frozen=True, array_like=True):
    """Text that stands as it is, cut where it varies."""

    title: str
    pieces: tuple[tuple[str, PlaceholderName | None], ...]


class Folded(msgspec.Struct, frozen=True, array_like=True):
    """Parts that few readers need, under a title."""

    title: str
    parts: tuple[Heading | Prose | TextTable | Code, ...]


Part = Heading | Prose | TextTable | Code | Folded


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is what a link to it ends in; `lead` says why to read it."""

    name: str
    title: str
    lead: str
    parts: tuple[Part, ...]


def title_of(handbook: Handbook) -> str:
    """What the whole is called."""
    return f"{handbook.buyer}: posting instructions for {handbook.title}"


def introduction_of(handbook: Handbook) -> str:
    """What to know first."""
    paused = " Buying from you is paused: until it resumes, every ping gets `paused`."
    return (
        "Ping without identity to get a price or one reason for refusal. Post the full lead before the bid expires."
        f"{paused if handbook.paused else ''}"
    )


def outline_of(handbook: Handbook) -> tuple[Chapter, ...]:
    """Every chapter, in the order of reading."""
    return (
        Chapter(
            name="terms",
            title="Terms",
            lead="Your settings, endpoints and key.",
            parts=(
                TextTable(("", ""), tuple(handbook.facts)),
                Heading("Endpoints"),
                TextTable(("For", "Method", "URL", "Use it to"), tuple(_routes(handbook))),
                Heading("Your key"),
                Prose("The buyer gave you the key once; it is not repeated here. Send it in any one of these places."),
                TextTable(("Where", "How"), tuple((place.name, _code(place.looks)) for place in handbook.keys)),
            ),
        ),
        *_own(handbook),
        _shared(handbook),
        *(_fields(sheet, _common(handbook.sheets)) for sheet in handbook.sheets),
        Chapter(
            name="samples",
            title="Samples",
            lead="Complete requests as your platform sends them, with complete answers. Highlighted text differs each "
            "time: your key, ids and times. Send the samples as shown, in this order.",
            parts=tuple(part for sample in handbook.samples for part in _sample(handbook, sample)),
        ),
        Chapter(
            name="tests",
            title="Tests",
            lead="You can test every outcome.",
            parts=(Prose(TESTS), TextTable(("ZIP", "What happens", "Code"), tuple(_tests(handbook)))),
        ),
        *_appetite(handbook),
        Chapter(
            name="reasons",
            title="Reasons",
            lead="Every refusal has one reason. Do not send a post again to the same bid if its reason is final.",
            parts=(TextTable(("Code", "Meaning", "Status of a post", "Final"), tuple(_reasons(handbook))),),
        ),
        Chapter(
            name="rules",
            title="Repeats and returns",
            lead="What happens if you send a request twice, late or changed.",
            parts=(
                TextTable(("", ""), RULES),
                Heading("Returns"),
                Prose(handbook.returns),
                TextTable(("Code", "Meaning"), tuple((_code(code), text) for code, text in handbook.return_reasons)),
            ),
        ),
        _cards(handbook),
    )


def _own_card(handbook: Handbook) -> SetupCard | None:
    return next((card for card in handbook.cards if card.name == handbook.dialect), None)


def _own(handbook: Handbook) -> Iterator[Chapter]:
    """The card of the platform whose dialect the seller has."""
    card = _own_card(handbook)
    if card is not None:
        yield Chapter(name="card", title=f"Set-up card: {card.title}", lead=_ENTER, parts=tuple(_card(card)))


def _cards(handbook: Handbook) -> Chapter:
    own = _own_card(handbook)
    others = [card for card in handbook.cards if card is not own]
    return Chapter(
        name="cards",
        title="Other set-up cards" if own else "Set-up cards",
        lead="Open that of your platform. " + _ENTER,
        parts=tuple(Folded(card.title, tuple(_card(card))) for card in others),
    )


def _routes(handbook: Handbook) -> Iterator[tuple[str, ...]]:
    for route in handbook.routes:
        yield route.what, " or ".join(route.methods), _code(handbook.base_url + route.path), route.says


def _common(sheets: tuple[FieldSheet, ...]) -> frozenset[str]:
    """Names of the contract's own fields that are the same in every kind of lead."""
    own = {name: {_unillustrated(row) for row in rows} for name, rows in _by_name(sheets).items()}
    return frozenset(name for name, rows in own.items() if len(rows) == 1 and name in PING_FIELDS | POST_FIELDS)


def _by_name(sheets: tuple[FieldSheet, ...]) -> dict[str, list[FieldRow]]:
    rows: dict[str, list[FieldRow]] = {}
    for sheet in sheets:
        for row in sheet.rows:
            rows.setdefault(row.name, []).append(row)
    return rows


def _unillustrated(row: FieldRow) -> tuple[str, ...]:
    """A row as it is printed, without its example."""
    return tuple(cell for head, cell in zip(_HEADS, _row(row), strict=True) if head != "Example")


def _shared(handbook: Handbook) -> Chapter:
    common = _common(handbook.sheets)
    rows = [row for row in handbook.sheets[0].rows if row.name in common] if handbook.sheets else []
    return Chapter(
        name="fields",
        title="Fields of every lead",
        lead="Identity is dropped from a ping, with a warning.",
        parts=(TextTable(_HEADS, tuple(map(_row, rows))), Prose(_LOCKED)),
    )


def _fields(sheet: FieldSheet, common: frozenset[str]) -> Chapter:
    parts: list[Part] = [TextTable(_HEADS, tuple(_row(row) for row in sheet.rows if row.name not in common))]
    if sheet.topics:
        topics, names = (", ".join(words) for words in (sheet.topics, sheet.names))
        parts.append(Prose(f"The consent text must mention one of: {topics}. It must also name one of: {names}."))
    parts.append(Prose(f"Consent may be at most {sheet.age_h_max} hours old, by created_at or consent_at."))
    if sheet.pages:
        parts.append(Prose(f"The landing_page must be on one of these domains: {', '.join(sheet.pages)}."))
    return Chapter(
        name=f"fields-{sheet.vertical}",
        title=f"Fields: {sheet.title}",
        lead="In addition to the fields of every lead.",
        parts=tuple(parts),
    )


def _row(row: FieldRow) -> tuple[str, ...]:
    ours = f" (our {_code(row.name)})" if row.sent_as != row.name else ""
    return (
        f"{_code(row.sent_as)}{ours}{', locked' if row.locked else ''}",
        _need(row.ping, row),
        _need(row.post, row),
        _type(row),
        _code(_shown(row.example)) if row.example is not None else "",
        str(row.shape.get("description", "")),
    )


def _need(need: str, row: FieldRow) -> str:
    if need == "one of":
        return f"required, unless {' or '.join(row.with_)} is sent"
    if need == "some campaigns":
        return f"required by some campaigns{', unless ' + ' or '.join(row.with_) + ' is sent' if row.with_ else ''}"
    return {"never": "never (identity)", "not read": "-"}.get(need, need)


def _type(row: FieldRow) -> str:
    shape = row.shape
    if "const" in shape:
        type_text = f"`{shape['const']}`"
    elif "enum" in shape:
        type_text = ", ".join(map(_code, shape["enum"]))
    else:
        kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
        bounds = [f"{word} {shape[key]:.15g}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in shape]
        type_text = " ".join([" or ".join(kinds), shape.get("format", ""), *bounds]).replace("  ", " ").strip()
    words = ", ".join(f"{_code(theirs)} for {_code(ours)}" for theirs, ours in row.words)
    return f"{type_text}; yours: {words}" if words else type_text


def _shown(value: Value) -> str:
    """An example in brief: the samples show it whole."""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return text if len(text) <= _EXAMPLE_MAX else f"{text[:_EXAMPLE_MAX]}…"


def _sample(handbook: Handbook, sample: SampleExchange) -> Iterator[Part]:
    yield Heading(sample.title)
    yield Prose(sample.says)
    yield Code("Request", tuple(_request(handbook, sample.request)))
    yield Code("Answer", tuple(_answer(sample.answer)))


def _request(handbook: Handbook, request: SampleRequest) -> list[tuple[str, PlaceholderName | None]]:
    host = handbook.base_url.partition("://")[2]
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return pieces("\n".join([*lines, "", request.body]), request.varies)


def _answer(answer: SampleAnswer) -> list[tuple[str, PlaceholderName | None]]:
    lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)]
    return pieces("\n".join([*lines, "", answer.body]), answer.varies)


def _appetite(handbook: Handbook) -> Iterator[Chapter]:
    """What is bought now, for a seller that is told; its key stands in a header whatever its platform does."""
    if not any(route.path == APPETITE for route in handbook.routes):
        return
    host = handbook.base_url.partition("://")[2]
    request = f"GET {APPETITE} HTTP/1.1\nHost: {host}\nX-API-Key: {KEY}\nIf-None-Match: {_ETAG}"
    vertical = handbook.sheets[0].vertical if handbook.sheets else "solar"
    answer = f"HTTP/1.1 200\nContent-Type: application/json\nETag: {_ETAG}\n\n{example_appetite(vertical)}"
    yield Chapter(
        name="appetite",
        title="What we buy now",
        lead="Ask for this list every minute or so, and send what is open: all else is refused.",
        parts=(
            Prose(
                "A row is a vertical, a state and a leg. `open` says whether we bid on such leads now; each lead is "
                "still judged by itself. No bid is below `floor`. `until` is when an open row closes by the clock, or "
                "a closed one opens at the earliest, as things stand; null if only events can tell. A limit may close "
                "a row at any moment. What is not listed is not bought. Send the `ETag` back as `If-None-Match`: the "
                "answer is 304 without a body while nothing has changed."
            ),
            Code("Request", ((request, None),)),
            Code("Answer", ((answer, None),)),
        ),
    )


def _tests(handbook: Handbook) -> Iterator[tuple[str, ...]]:
    for test in handbook.tests:
        yield ", ".join(map(_code, test.zips)), test.says, _code(test.code) if test.code else ""


def _reasons(handbook: Handbook) -> Iterator[tuple[str, ...]]:
    for reason in handbook.reasons:
        yield _code(reason.code), reason.text, reason.post_status, "final" if reason.final else ""


def _card(card: SetupCard) -> Iterator[Heading | Prose | TextTable | Code]:
    rows = tuple((label, _code(text)) for label, text in card.lines)
    yield TextTable(("In the form", "What to enter"), rows, copied=True)
    yield Code("Ping body", ((card.ping.text, None),))
    yield Code("Post body", ((card.post.text, None),))
    for note in card.notes:
        yield Prose(note)


def _code(text: str) -> str:
    return text if "`" in text or not text else f"`{text}`"
