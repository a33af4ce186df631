"""A seller that reads what buyers say they buy, and asks nobody about a lead that they say they do not."""

from collections.abc import Collection
from typing import Protocol

import msgspec

from app.mock_exchange.market.client import BuyerEndpoint
from app.mock_exchange.market.replies import ListedRow, PublishedAppetite
from app.mock_exchange.market.time import Time
from app.wire.ping import Leg

EVERY_S = 60.0
"""How often a buyer is asked: what a minute changes, its ping tells."""


class ReadsAppetites(Protocol):
    """Asks a buyer; `None` of one that publishes nothing."""

    async def appetite(self, buyer: BuyerEndpoint, etag: str) -> PublishedAppetite | None: ...


class _Heard(msgspec.Struct, frozen=True):
    """What a buyer said last, and when. Without `rows` it publishes nothing, and is asked about every lead."""

    at: float
    etag: str = ""
    rows: dict[tuple[str, str, Leg], bool] | None = None


class AppetiteReader:
    """What all buyers of one seller publish."""

    def __init__(self, client: ReadsAppetites, time: Time) -> None:
        self._client = client
        self._time = time
        self._heard: dict[str, _Heard] = {}

    async def wants(self, buyer: BuyerEndpoint, vertical: str, state: str, legs: Collection[Leg]) -> bool:
        """Whether a buyer may bid on a lead of one of these legs, as far as it has said."""
        rows = (await self._latest(buyer)).rows
        return rows is None or any(rows.get((vertical, state, leg), False) for leg in legs)

    async def _latest(self, buyer: BuyerEndpoint) -> _Heard:
        now, heard = self._time.now(), self._heard.get(buyer.name)
        if heard is not None and now - heard.at < EVERY_S:
            return heard
        told = await self._client.appetite(buyer, heard.etag if heard is not None else "")
        if told is None:
            heard = _Heard(now)
        elif told.is_unchanged and heard is not None:
            heard = _Heard(now, heard.etag, heard.rows)
        else:
            heard = _Heard(now, told.etag, _by_place(told.rows))
        self._heard[buyer.name] = heard
        return heard


def _by_place(rows: Collection[ListedRow]) -> dict[tuple[str, str, Leg], bool]:
    return {(row.vertical, row.state, row.leg): row.open for row in rows}
