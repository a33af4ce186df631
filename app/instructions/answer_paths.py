"""Where in a dialect's answers a parser finds what it needs: found out by having the dialect say different things."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from app.dialects.dialect import Dialect
from app.dialects.names import Route
from app.dialects.written import Body, names_of, price
from app.domain.token import BEGINNING
from app.wire.ping import Bid, PingAnswer
from app.wire.post import PostAnswer, PostStatus

_PRICES_CENTS = (1_237, 5_871)
_IDS = (BEGINNING + "Y" * 63, BEGINNING + "Z" * 63)
_BRANDS = ("one brand", "another brand")
_REASON = "why it is not bought"


class AnswerPaths(msgspec.Struct, frozen=True, kw_only=True):
    """Dotted paths within an answer, and the words that stand at `status`; empty where the dialect has none.

    Without a `status` a price above 0 is the bid. `id` is the bid's of a ping, the lead's of a post.
    """

    status: str
    accepted: str
    duplicate: str
    reping: str
    error: str
    price: str
    id: str
    reason: str


def paths_of(dialect: Dialect, route: Route) -> AnswerPaths:
    """How the answers to a ping or a post are read."""
    sales = [dict(_leaves(_bought(dialect, route, number))) for number in (0, 1)]
    refusal = dict(_leaves(_refused(dialect, route, "rejected")))
    price_at = _where(sales, [_text(price(each)) for each in _PRICES_CENTS])
    status = next((path for path in sales[0] if _tells(path, sales, refusal)), "")

    def word(kind: PostStatus) -> str:
        text = dict(_leaves(_refused(dialect, route, kind))).get(status, "")
        return text if status and text != refusal.get(status) else ""

    return AnswerPaths(
        status=status,
        accepted=sales[0].get(status, ""),
        duplicate=word("duplicate"),
        reping=word("reping") if route == "post" else "",
        error=word("error"),
        price=price_at,
        id=_where(sales, list(_IDS)),
        reason=next((path for path, text in refusal.items() if text == _REASON), ""),
    )


def answer_keys(dialect: Dialect) -> frozenset[str]:
    """The keys of its answers to pings, but for where the bid's id stands."""
    keys = {*_bought(dialect, "ping", 0), *_refused(dialect, "ping", "rejected")}
    return frozenset(keys - {paths_of(dialect, "ping").id})


def dotted(path: str, dialect: Dialect) -> str:
    """A path in JSON, from the root of the answer."""
    return f"{dialect.root}.{path}" if path and dialect.wrapped else path


def xpath(path: str, dialect: Dialect) -> str:
    """The same in XML."""
    return f"/{dialect.root}/{path.replace('.', '/')}" if path else ""


def text_regex(path: str) -> str:
    """An expression whose one group is a text in JSON, or the first of a list, where its name stands first."""
    names = path.split(".")
    if names[-1] == "0":
        return f'"{names[-2]}":\\["([^"]*)"'
    return f'"{names[-1]}":"([^"]*)"' if path else ""


def price_regex(path: str, *, quoted: bool) -> str:
    """The same for a price, which is a number unless the seller wants it as a text."""
    mark = '"' if quoted else ""
    return f'"{path.rpartition(".")[2]}":{mark}([0-9.]+){mark}'


def literal(path: str, word: str, dialect: Dialect, route: Route) -> str:
    """The word with its name as both stand in JSON, without a space."""
    body = _bought(dialect, route, 0)
    is_bare = path in body and not isinstance(body[path], str)
    return f'"{path}":{word}' if is_bare else f'"{path}":"{word}"'


def _bought(dialect: Dialect, route: Route, number: int) -> Body:
    name, price_cents = _IDS[number], _PRICES_CENTS[number]
    if route == "ping":
        bid = Bid(bid_id=name, type="exclusive", price_cents=price_cents, brand=_BRANDS[number])
        answer = PingAnswer(status="accepted", ping_id=name, bids=(bid,), expires_in=number + 1, expires_at=number + 1)
        return names_of(dialect.ping(answer, price))
    sale = PostAnswer(status="accepted", ping_id="bid", lead_id=name, price_cents=price_cents)
    return dialect.post(sale, price)


def _refused(dialect: Dialect, route: Route, status: PostStatus) -> Body:
    code = "duplicate" if status == "duplicate" else "low_value"
    if route == "ping":
        answer = PingAnswer(
            status="error" if status == "error" else "rejected", ping_id="line", reason=_REASON, reason_code=code
        )
        return names_of(dialect.ping(answer, price))
    refusal = PostAnswer(status=status, ping_id="bid", reason=_REASON, reason_code=code)
    return dialect.post(refusal, price)


def _where(bodies: list[dict[str, str]], values: list[str]) -> str:
    """The first path at which each of the bodies has what it was to say."""
    return next((path for path in bodies[0] if [body.get(path) for body in bodies] == values), "")


def _tells(path: str, sales: list[dict[str, str]], refusal: Mapping[str, str]) -> bool:
    """Whether what stands here is one word for every bid, and another for none."""
    word = sales[0][path]
    return bool(word) and sales[1].get(path) == word and refusal.get(path, "") not in ("", word)


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict | msgspec.Struct):
        for name, child in names_of(node).items():
            yield from _leaves(child, f"{path}.{name}" if path else name)
    elif isinstance(node, list | tuple):
        for index, child in enumerate(node):
            yield from _leaves(child, f"{path}.{index}")
    else:
        yield path, _text(node)


def _text(value: object) -> str:
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
