"""Sells all posts that wait for one commit at once, as far as nothing stands against any of them.

A sale is some twenty rows of seven tables. Row by row each costs a trip to SQLite, and to the event loop to get the
interpreter back; together they cost one a table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, text

from app.domain.post.sale import CapUse, Sale
from app.domain.reasons import Refusal
from app.store import caps
from app.store.answers import names_of
from app.store.engine.prepared import Prepared, Values
from app.store.engine.runners import JointJob
from app.store.sales import SaleResult, names_alone, rows_of, sell
from app.wire.post import PostAnswer

# Keys are given as one JSON list, so that the text is the same for any number of them.
_KNOWN = Prepared(
    text(
        "SELECT 'post/' || seller || '/' || nonce FROM answer WHERE (seller, nonce) IN "
        "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:posts)) "
        "UNION ALL SELECT digest FROM certificate WHERE digest IN (SELECT value FROM json_each(:certificates)) "
        "UNION ALL SELECT digest FROM sighting WHERE digest IN (SELECT value FROM json_each(:names)) "
        "UNION ALL SELECT digest FROM suppression "
        "WHERE is_suppressed AND digest IN (SELECT value FROM json_each(:people))"
    )
)
_USED = Prepared(
    text("SELECT counter, used FROM cap_counter WHERE counter IN (SELECT value FROM json_each(:counters))")
)


class SellJob(JointJob[SaleResult]):
    """One sale as a job; `refused` words its refusal."""

    def __init__(self, sale: Sale, refused: Callable[[Refusal], PostAnswer]) -> None:
        self.sale = sale
        self._refused = refused

    def __call__(self, connection: Connection) -> SaleResult:
        """Sell it alone."""
        return sell(connection, self.sale, self._refused)

    @staticmethod
    def together(connection: Connection, jobs: Sequence["SellJob"]) -> list[SaleResult | None]:
        """Sell those that nothing stands against; what does, also of each other, is for each alone to find out."""
        sales = [job.sale for job in jobs]
        is_plain = _plain(connection, sales)
        _write(connection, [sale for sale, plain in zip(sales, is_plain, strict=True) if plain])
        return [
            SaleResult(answer=sale.answer, outcome="sold") if plain else None
            for sale, plain in zip(sales, is_plain, strict=True)
        ]


def _plain(connection: Connection, sales: Sequence[Sale]) -> list[bool]:
    """Which of these can be sold side by side: of new leads, people and certificates, with room under every cap."""
    known, used = _known(connection, sales), _used(connection, sales)
    taken: set[str] = set()
    return [_is_plain(sale, known, taken, used) for sale in sales]


def _is_plain(sale: Sale, known: set[str], taken: set[str], used: dict[str, int]) -> bool:
    """Whether nothing known is in its way, nor `taken` by those before it, which it joins then."""
    names = names_alone(sale)
    if sale.test or not (known.isdisjoint(names) and known.isdisjoint(sale.person.all) and taken.isdisjoint(names)):
        return False
    if any(used.get(use.counter, 0) + use.amount > use.limit for use in sale.cap_uses):
        return False
    taken.update(names)
    for use in sale.cap_uses:
        used[use.counter] = used.get(use.counter, 0) + use.amount
    return True


def _known(connection: Connection, sales: Sequence[Sale]) -> set[str]:
    """What the database knows of these posts and certificates, and of their people."""
    keys = {
        "posts": [(sale.seller, sale.nonce) for sale in sales],
        "certificates": [digest for sale in sales for digest in sale.certificates],
        "names": [digest for sale in sales for digest in names_of(sale.person)],
        "people": [digest for sale in sales for digest in sale.person.all],
    }
    return {name for (name,) in _KNOWN.run(connection, _as_json(keys)).fetchall()}


def _used(connection: Connection, sales: Sequence[Sale]) -> dict[str, int]:
    """What is used of each counter that they would take something of."""
    counters = {use.counter for sale in sales for use in sale.cap_uses}
    return dict(_USED.run(connection, _as_json({"counters": counters})).fetchall())


def _write(connection: Connection, sales: Sequence[Sale]) -> None:
    """Write everything of these, table by table."""
    rows: dict[Prepared, list[Values]] = {}
    for sale in sales:
        for statement, values in rows_of(sale):
            rows.setdefault(statement, []).extend([values] if isinstance(values, Mapping) else values)
    for statement, values in rows.items():
        statement.run(connection, values)
    for use in _sums([use for sale in sales for use in sale.cap_uses]):
        statement, taken = caps.taking_or_failing(use)
        statement.run(connection, taken)


def _sums(uses: Iterable[CapUse]) -> list[CapUse]:
    """What they take of each counter in all. Where limits differ, each sale was held to its own."""
    sums: dict[str, CapUse] = {}
    for use in uses:
        before = sums.get(use.counter)
        if before is not None:
            use = msgspec.structs.replace(use, amount=before.amount + use.amount, limit=max(before.limit, use.limit))
        sums[use.counter] = use
    return list(sums.values())


def _as_json(keys: Mapping[str, object]) -> dict[str, str]:
    return {name: msgspec.json.encode(each).decode() for name, each in keys.items()}
