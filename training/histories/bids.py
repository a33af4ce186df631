"""Bids as training reads them, whoever wrote them down: what was known, what was bid, and what became of it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import msgspec

from app import parquet
from app.wire.ping import Leg, Value

FACTS = msgspec.json.Decoder(dict[str, Value])
"""Reads a column of facts."""


class Bid(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One bid on one leg. Money in cents, `at` in UTC epoch seconds.

    `facts` are what the models read at ping time. `probability` is P(conversion) on this leg, `worth` V, `value` v and
    `bid_value` u. The bid was drawn around `best` with deviation `spread` of its logarithm, within `low` and `high`,
    and sent as `price_cents`. `won` is `None` as long as nobody can know. `winning_cents` is what the seller disclosed.
    Of a lead that was bought, `converted` is `None` until its outcome has matured; `value_cents` is what it brought.
    `ping` is the same for both legs of one ping.
    """

    id: str
    at: float
    seller: str
    vertical: str
    campaign: str
    leg: Leg
    model: str
    zip: str
    state: str
    facts: dict[str, Value]
    floor_cents: int
    probability: float
    worth: float
    value: float
    bid_value: float
    low: float
    high: float
    best: float
    spread: float
    price_cents: int
    win_probability: float
    won: bool | None
    winning_cents: int | None = None
    lead_id: str = ""
    converted: bool | None = None
    returned: bool = False
    value_cents: int = 0
    ping: str = ""


class BidColumns(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A row of `bids.parquet`: a bid, its facts as JSON."""

    id: str
    at: float
    seller: str
    vertical: str
    campaign: str
    leg: str
    model: str
    zip: str
    state: str
    facts: str
    floor_cents: int
    probability: float
    worth: float
    value: float
    bid_value: float
    low: float
    high: float
    best: float
    spread: float
    price_cents: int
    win_probability: float
    won: bool | None
    winning_cents: int | None
    lead_id: str
    converted: bool | None
    returned: bool
    value_cents: int
    ping: str


def write_bids(path: Path, bids: Iterable[Bid]) -> int:
    """Put these bids into a Parquet file; how many they are. ParquetError where DuckDB is missing."""
    return parquet.write(path, BidColumns, map(_columns, bids))


def read_bids(path: Path, vertical: str = "", since: float = 0.0, until: float = float("inf")) -> Iterator[Bid]:
    """The bids of a file in its order, those of one vertical where one is named, made in [since, until).

    They are never in memory as a whole. ParquetError where the file cannot be read.
    """
    names = Bid.__struct_fields__
    where = '(vertical = $vertical OR $vertical = \'\') AND "at" >= $since AND "at" < $until'
    wanted = {"vertical": vertical, "since": since, "until": until}
    for row in parquet.read(path, ", ".join(f'"{name}"' for name in names), where, wanted):
        told = dict(zip(names, row, strict=True))
        yield Bid(**{**told, "facts": FACTS.decode(told["facts"]), "leg": cast(Leg, told["leg"])})


def _columns(bid: Bid) -> BidColumns:
    told = {name: getattr(bid, name) for name in Bid.__struct_fields__}
    return BidColumns(**{**told, "facts": msgspec.json.encode(bid.facts).decode()})
