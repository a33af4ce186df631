"""Sells all posts that wait for one commit at once, as far as nothing stands against any of them.

A sale is some twenty rows of seven tables. Row by row each costs a trip to the database, and to the event loop to get
the interpreter back; together they cost one a table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import msgspec
from sqlalchemy import Connection, text

from app.domain.post.sale import CapUse, Sale
from app.domain.reasons import Refusal
from app.store import caps
from app.store.answers import names_of
from app.store.engine.portable import being_alone
from app.store.engine.prepared import Insert, Prepared
from app.store.engine.runners import JointJob
from app.store.engine.trips import run_all, run_last
from app.store.sales import SaleResult, names_alone, rows_of, sell
from app.wire.post import PostAnswer

# Keys are given as one JSON list each, so that a statement is the same for any number of them.
_KNOWN = (
    "SELECT 'post/' || seller || '/' || nonce FROM answer WHERE (seller, nonce) IN ({posts}) "
    "UNION ALL SELECT digest FROM certificate WHERE digest {certificates} "
    "UNION ALL SELECT digest FROM sighting WHERE digest {names} "
    "UNION ALL SELECT digest FROM suppression WHERE is_suppressed AND digest {people}"
)
_USED = "SELECT counter, used FROM cap_counter WHERE counter {counters}"
_PAIRS = {
    "sqlite": "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:posts)",
    "postgresql": "SELECT value->>0, value->>1 FROM json_array_elements(CAST(:posts AS json)) AS value",
}
_LISTED = {
    "sqlite": "IN (SELECT value FROM json_each(:{}))",
    "postgresql": "= ANY (ARRAY (SELECT json_array_elements_text(CAST(:{} AS json))))",
}


@cache
def _asking(statement: str, dialect: str) -> Prepared:
    """The statement as this database reads JSON."""
    lists = {name: _LISTED[dialect].format(name) for name in ("certificates", "names", "people", "counters")}
    return Prepared(text(statement.format(posts=_PAIRS[dialect], **lists)))


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
        known, used = _gathered(connection, sales)
        taken: set[str] = set()
        plain = [_is_plain(sale, known, taken, used) for sale in sales]
        chosen = [sale for sale, is_plain in zip(sales, plain, strict=True) if is_plain]
        if chosen:
            _write(connection, chosen)
        return [
            SaleResult(answer=sale.answer, outcome="sold") if is_plain else None
            for sale, is_plain in zip(sales, plain, strict=True)
        ]


def _gathered(connection: Connection, sales: Sequence[Sale]) -> tuple[set[str], dict[str, int]]:
    """What the database knows of these posts, certificates and people, and what is used of the counters they need.

    From now on nobody else decides about any of them.
    """
    keys = {
        "posts": [(sale.seller, sale.nonce) for sale in sales],
        "certificates": [digest for sale in sales for digest in sale.certificates],
        "names": [digest for sale in sales for digest in names_of(sale.person)],
        "people": [digest for sale in sales for digest in sale.person.all],
    }
    counters = {"counters": {use.counter for sale in sales for use in sale.cap_uses}}
    dialect = connection.dialect.name
    *_, known, used = run_all(
        connection,
        [
            *being_alone(connection, [name for sale in sales for name in names_alone(sale)]),
            (_asking(_KNOWN, dialect), _as_json(keys)),
            (_asking(_USED, dialect), _as_json(counters)),
        ],
    )
    return {name for (name,) in known.fetchall()}, dict(used.fetchall())


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


def _write(connection: Connection, sales: Sequence[Sale]) -> None:
    """Write everything of these, table by table; what they take of counters last, since all sales share those."""
    work = [
        statement.of(connection, rows) if isinstance(statement, Insert) else (statement, rows)
        for statement, rows in rows_of(sales)
    ]
    uses = caps.in_order(_sums([use for sale in sales for use in sale.cap_uses]))
    run_last(connection, [*work, *map(caps.taking_or_failing, uses)])


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
