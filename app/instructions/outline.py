"""The instructions as chapters of prose, tables and code, before anybody has chosen a form to write them in."""

from collections.abc import Iterator

import msgspec

from app.instructions.cards import Card
from app.instructions.exchange import Answer, MarkName, Request, Sample, pieces
from app.instructions.handbook import Handbook
from app.instructions.schemas import PING_FIELDS, POST_FIELDS
from app.instructions.sheets import Row, Sheet
from app.instructions.terms import RETURNS, RULES, TESTS
from app.wire.ping import Value

_EXAMPLE_MAX = 32
_HEADS = ("You send", "Ping", "Post", "Type", "Example", "Meaning")
_LOCKED = "Locked fields must be equal on ping and post. Other spellings of these names are understood too."


class Heading(msgspec.Struct, frozen=True, array_like=True):
    """A part of a chapter begins."""

    text: str


class Prose(msgspec.Struct, frozen=True, array_like=True):
    """A paragraph; what stands between backquotes is code."""

    text: str


class Table(msgspec.Struct, frozen=True, array_like=True):
    """Rows under their heads, each cell as prose is."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Code(msgspec.Struct, frozen=True, array_like=True):
    """Text that stands as it is, cut where it varies."""

    title: str
    pieces: tuple[tuple[str, MarkName | None], ...]


Part = Heading | Prose | Table | Code


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
    """What one must know before anything else."""
    paused = " Buying from you is paused at present: until it goes on, every ping is answered `paused`."
    return (
        "Ping without identity, get a price or one reason why not; post the whole lead to the bid before it expires."
        f"{paused if handbook.paused else ''}"
    )


def outline_of(handbook: Handbook) -> tuple[Chapter, ...]:
    """Every chapter, in the order of reading."""
    return (
        Chapter(
            name="terms",
            title="Terms",
            lead="Where to send what, and what holds.",
            parts=(
                Table(("", ""), tuple(handbook.facts)),
                Heading("Routes"),
                Table(("For", "Method", "URL", "What"), tuple(_routes(handbook))),
                Heading("Your key"),
                Prose("The key was given to you once, and stands nowhere in here. Any one of these places does."),
                Table(("Where", "How"), tuple((place.name, _code(place.looks)) for place in handbook.keys)),
            ),
        ),
        _shared(handbook),
        *(_fields(sheet, _common(handbook.sheets)) for sheet in handbook.sheets),
        Chapter(
            name="samples",
            title="Samples",
            lead="Whole requests as your platform sends them, with whole answers. What is marked is another text each "
            "time: your key, ids and times. Send them as they stand, in this order.",
            parts=tuple(part for sample in handbook.samples for part in _sample(handbook, sample)),
        ),
        Chapter(
            name="tests",
            title="Tests",
            lead="Every outcome can be asked for.",
            parts=(Prose(TESTS), Table(("ZIP", "What happens", "Code"), tuple(_tests(handbook)))),
        ),
        Chapter(
            name="reasons",
            title="Reasons",
            lead="One for each no. A post that is refused for a final one must not be sent again to the same bid.",
            parts=(Table(("Code", "Meaning", "Status of a post", "Final"), tuple(_reasons(handbook))),),
        ),
        Chapter(
            name="rules",
            title="Repeats and returns",
            lead="What happens to a request that comes twice, late, or changed.",
            parts=(Table(("", ""), RULES), Heading("Returns"), Prose(RETURNS)),
        ),
        Chapter(
            name="cards",
            title="Set-up cards",
            lead="What to type into your platform's form, word for word. The fields are those of the first kind of "
            "lead above; for another, take its fields from its table.",
            parts=tuple(part for card in handbook.cards for part in _card(card)),
        ),
    )


def _routes(handbook: Handbook) -> Iterator[tuple[str, ...]]:
    for route in handbook.routes:
        yield route.what, " or ".join(route.methods), _code(handbook.base_url + route.path), route.says


def _common(sheets: tuple[Sheet, ...]) -> frozenset[str]:
    """Names of the contract's own fields that are the same in every kind of lead."""
    own = {name: {_unillustrated(row) for row in rows} for name, rows in _by_name(sheets).items()}
    return frozenset(name for name, rows in own.items() if len(rows) == 1 and name in PING_FIELDS | POST_FIELDS)


def _by_name(sheets: tuple[Sheet, ...]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for sheet in sheets:
        for row in sheet.rows:
            rows.setdefault(row.name, []).append(row)
    return rows


def _unillustrated(row: Row) -> tuple[str, ...]:
    """A row as it is told, but for its example."""
    return tuple(cell for head, cell in zip(_HEADS, _row(row), strict=True) if head != "Example")


def _shared(handbook: Handbook) -> Chapter:
    common = _common(handbook.sheets)
    rows = [row for row in handbook.sheets[0].rows if row.name in common] if handbook.sheets else []
    return Chapter(
        name="fields",
        title="Fields of every lead",
        lead="What a ping must never hold is dropped, with a warning.",
        parts=(Table(_HEADS, tuple(map(_row, rows))), Prose(_LOCKED)),
    )


def _fields(sheet: Sheet, common: frozenset[str]) -> Chapter:
    parts: list[Part] = [Table(_HEADS, tuple(_row(row) for row in sheet.rows if row.name not in common))]
    if sheet.topics:
        topics, names = (", ".join(words) for words in (sheet.topics, sheet.names))
        parts.append(Prose(f"The consent text must name one of: {topics}. And one of: {names}."))
    parts.append(Prose(f"Consent may be {sheet.age_h_max} hours old, as far as created_at or consent_at say."))
    if sheet.pages:
        parts.append(Prose(f"A landing_page must be on one of: {', '.join(sheet.pages)}."))
    return Chapter(
        name=f"fields-{sheet.vertical}",
        title=f"Fields: {sheet.title}",
        lead="Beside those of every lead.",
        parts=tuple(parts),
    )


def _row(row: Row) -> tuple[str, ...]:
    ours = f" (our {_code(row.name)})" if row.sent_as != row.name else ""
    return (
        f"{_code(row.sent_as)}{ours}{', locked' if row.locked else ''}",
        _need(row.ping, row),
        _need(row.post, row),
        _type(row),
        _code(_shown(row.example)) if row.example is not None else "",
        str(row.shape.get("description", "")),
    )


def _need(need: str, row: Row) -> str:
    if need == "one of":
        return f"required, or {' or '.join(row.with_)}"
    if need == "some campaigns":
        return f"required by some campaigns{', or ' + ' or '.join(row.with_) if row.with_ else ''}"
    return {"never": "never: identity", "not read": "-"}.get(need, need)


def _type(row: Row) -> str:
    shape = row.shape
    if "const" in shape:
        said = f"`{shape['const']}`"
    elif "enum" in shape:
        said = ", ".join(map(_code, shape["enum"]))
    else:
        kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
        bounds = [f"{word} {shape[key]:.15g}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in shape]
        said = " ".join([" or ".join(kinds), shape.get("format", ""), *bounds]).replace("  ", " ").strip()
    words = ", ".join(f"{_code(theirs)} for {_code(ours)}" for theirs, ours in row.words)
    return f"{said}; yours: {words}" if words else said


def _shown(value: Value) -> str:
    """An example in brief: the samples show it whole."""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return text if len(text) <= _EXAMPLE_MAX else f"{text[:_EXAMPLE_MAX]}…"


def _sample(handbook: Handbook, sample: Sample) -> Iterator[Part]:
    yield Heading(sample.title)
    yield Prose(sample.says)
    yield Code("Request", tuple(_request(handbook, sample.request)))
    yield Code("Answer", tuple(_answer(sample.answer)))


def _request(handbook: Handbook, request: Request) -> list[tuple[str, MarkName | None]]:
    host = handbook.base_url.partition("://")[2]
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return pieces("\n".join([*lines, "", request.body]), request.varies)


def _answer(answer: Answer) -> list[tuple[str, MarkName | None]]:
    lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)]
    return pieces("\n".join([*lines, "", answer.body]), answer.varies)


def _tests(handbook: Handbook) -> Iterator[tuple[str, ...]]:
    for test in handbook.tests:
        yield ", ".join(map(_code, test.zips)), test.says, _code(test.told) if test.told else ""


def _reasons(handbook: Handbook) -> Iterator[tuple[str, ...]]:
    for reason in handbook.reasons:
        yield _code(reason.code), reason.text, reason.post_status, "final" if reason.final else ""


def _card(card: Card) -> Iterator[Part]:
    yield Heading(card.title)
    yield Table(("In its form", "What to type"), tuple((label, _code(text)) for label, text in card.lines))
    yield Code("Body of the ping", ((card.ping.text, None),))
    yield Code("Body of the post", ((card.post.text, None),))
    for note in card.notes:
        yield Prose(note)


def _code(text: str) -> str:
    return text if "`" in text or not text else f"`{text}`"
