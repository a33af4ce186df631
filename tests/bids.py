"""Bids for tests of what learns from them, and files of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from app import parquet
from training.histories.bids import LoggedBid

AT = 1_800_000_000.0
"""When the first of them was made."""


def bid(number: int = 0, **other: Any) -> LoggedBid:
    """A bid of $21.40 on an exclusive lead worth $48.00 that lost, told apart by its number."""
    plain: dict[str, Any] = {
        "id": f"bid-{number}",
        "ping": f"ping-{number}",
        "at": AT + 60.0 * number,
        "seller": "acme",
        "vertical": "solar",
        "campaign": "solar-tx",
        "leg": "exclusive",
        "model": "0001",
        "zip": "78701",
        "state": "TX",
        "facts": {"state": "TX", "zip3": "787", "tier": "good", "bill": 180.5, "owner": True, "local_hour": 14},
        "floor_cents": 500,
        "probability": 0.12,
        "worth": 40_000.0,
        "value": 4_550.0,
        "bid_value": 4_300.25,
        "low": 500.0,
        "high": 4_300.25,
        "best": 2_100.1,
        "spread": 0.1,
        "price_cents": 2_140,
        "win_probability": 0.1 + 0.2,
        "won": False,
    }
    return LoggedBid(**{**plain, **other})


def write_bids(path: Path, bids: Iterable[LoggedBid]) -> int:
    """A file as `python -m training dataset` leaves it; how many bids it holds."""
    types = {**get_type_hints(LoggedBid), "leg": str, "facts": str}
    row = msgspec.defstruct("Row", list(types.items()), kw_only=True)

    def rows() -> Iterable[msgspec.Struct]:
        for each in bids:
            told = {name: getattr(each, name) for name in types}
            yield row(**{**told, "facts": msgspec.json.encode(each.facts).decode()})

    return parquet.write(path, row, rows())
