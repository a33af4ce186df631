"""Counts sellers' trade repeatedly beside a running service, reading only hours that have changed."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports.hours import Hour, count_hour, hours
from app.reports.kept import Stamp
from app.reports.tally import NamedShares, SellerTrade, add

_HOURS_MAX = 2_000
"""Hours whose counts are remembered: more than two months of them."""


class SellersTrade(msgspec.Struct, frozen=True, kw_only=True):
    """By seller, without sources. `unread` hours cannot be read here; `refusal` is the first of another version."""

    sellers: dict[str, SellerTrade]
    unread: int = 0
    refusal: OtherVersion | None = None


class Counting:
    """One for a directory. `rest` is called every now and then, so that a thread that counts beside the service holds
    nobody up.
    """

    def __init__(self, directory: Path, rest: Callable[[], None] = lambda: None) -> None:
        self._directory = directory
        self._rest = rest
        self._known: dict[str, tuple[tuple[Stamp, ...], dict[str, SellerTrade]]] = {}

    def since(self, since: float) -> SellersTrade:
        """Everything from the hour of this moment on (UTC epoch seconds)."""
        sellers: dict[str, SellerTrade] = {}
        unread, refusal = 0, None
        for hour in hours(self._directory, since):
            try:
                counted = self._counted(hour)
            except ParquetError:
                unread += 1
            except OtherVersion as other:
                unread, refusal = unread + 1, refusal or other
            else:
                for name, trade in counted.items():
                    add(sellers.setdefault(name, SellerTrade()), trade)
        while len(self._known) > _HOURS_MAX:
            del self._known[next(iter(self._known))]
        return SellersTrade(sellers=sellers, unread=unread, refusal=refusal)

    def _counted(self, hour: Hour) -> dict[str, SellerTrade]:
        stamps, counted = self._known.get(hour.name, ((), {}))
        if stamps != hour.stamps:
            tally = count_hour(self._directory, hour, self._rest)
            # Sources are the most of what sellers come to, and no scorecard shows them.
            counted = {name: replace(trade, sources=NamedShares()) for name, trade in tally.sellers.items() if name}
            self._known[hour.name] = hour.stamps, counted
        return counted
