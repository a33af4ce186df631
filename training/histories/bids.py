"""Bids, and the leads that were bought by them, as training reads them: what was known, and what became of it."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from app import parquet
from app.wire.ping import Leg, Value
from training.histories.delays import judged_leads, outcome_times
from training.histories.history import History, columns_from

T = TypeVar("T", bound=msgspec.Struct)

BECAME = ("won", "winning_cents", "lead_id", "converted", "returned", "value_cents")
"""What nobody knows of a bid when it is sent."""

_FACTS = msgspec.json.Decoder(dict[str, Value])


class LoggedBid(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One bid on one leg, a column of `bids.parquet` a field. Money in cents, `at` in UTC epoch seconds.

    `facts` are what the models read at ping time, in the file as JSON. `probability` is P(conversion) on this leg,
    `worth` V, which was made of what the model `predicted` that a conversion brings if that is not 0, `value` v and
    `bid_value` u. The bid was drawn around `best` with deviation `spread` of its logarithm, within `low` and `high`,
    and sent as `price_cents`; where there are `points`, no other price was allowed. `won` is `None` as long as nobody
    can know. `winning_cents` is what the seller disclosed. Of a lead that was bought, `converted` is `None` until its
    outcome has matured; `value_cents` is what it brought. `ping` is the same for both legs of one ping.
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
    predicted: float = 0.0
    points: tuple[int, ...] = ()


class Lead(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One lead. `probability` (on its leg) and `worth` are those of its bid, `None` where that was a fallback price.

    `converted` is `None` until it has matured; `converted_at` is when it did, however late or early. `value_cents` is
    what a conversion brought, `None` of any other lead, and `stated_cents` what somebody said of that. `disposition` is
    how far it had come when it was mature.
    """

    lead_id: str
    at: float
    seller: str
    leg: Leg
    model: str
    price_cents: int
    probability: float | None
    worth: float | None
    converted: bool | None
    value_cents: int | None
    returned: bool
    converted_at: float | None = None
    stated_cents: int | None = None
    disposition: str = ""
    facts: dict[str, Value]


def read_bids(path: Path, vertical: str = "", since: float = 0.0, until: float = float("inf")) -> Iterator[LoggedBid]:
    """The bids of a file in its order, those of one vertical where one is named, made in [since, until).

    They are never in memory as a whole. ParquetError where the file cannot be read.
    """
    where = '(vertical = $vertical OR $vertical = \'\') AND "at" >= $since AND "at" < $until'
    return _read_rows(path, LoggedBid, where, {"vertical": vertical, "since": since, "until": until})


def read_leads(path: Path, vertical: str) -> Iterator[Lead]:
    """The leads of one vertical, oldest first. ParquetError where the file cannot be read."""
    return _read_rows(path, Lead, "vertical = $vertical", {"vertical": vertical})


def history_of(leads: Iterable[Lead], vertical: str, *, known_until: float, matures: float) -> History:
    """What a conversion model learns from: exclusive leads that are mature, or old enough to tell what will come.

    A shared lead is sold to others as well and converts less; the model speaks of exclusive ones. Each has `matures`
    days to convert, and outcomes are known until then.
    """
    asked = [lead for lead in leads if lead.leg == "exclusive"]
    at = np.array([lead.at for lead in asked], dtype=np.float64)
    ends = np.array([lead.converted_at for lead in asked], dtype=np.float64)
    times = outcome_times(at, ~np.isnan(ends), ends, known_until)
    told = judged_leads(times, matures, np.array([lead.seller for lead in asked], dtype=object))
    kept = [lead for lead, stays in zip(asked, told.kept, strict=True) if stays]
    seen = told.seen[told.kept]
    return History(
        vertical=vertical,
        source="bought leads with their outcomes",
        columns=columns_from([lead.facts for lead in kept]),
        converted=told.converted[told.kept].astype(np.int8),
        at=at[told.kept],
        value=np.array([lead.stated_cents for lead in kept], dtype=np.float64) / 100.0,
        seen=seen if np.any(seen < 1.0) else None,
        delays=told.curves,
        maturity_days=told.matures,
        notes=told.notes,
    )


def _read_rows(path: Path, kind: type[T], where: str, values: Mapping[str, object]) -> Iterator[T]:
    """The rows of a file, of which a column is a field of `kind` and `facts` is JSON."""
    names = kind.__struct_fields__
    for row in parquet.read(path, ", ".join(f'"{name}"' for name in names), where, values):
        told = dict(zip(names, row, strict=True))
        told |= {"facts": _FACTS.decode(told["facts"])}
        yield kind(**{**told, "points": tuple(told["points"] or ())} if "points" in told else told)
