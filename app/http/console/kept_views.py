"""What pages show, read once for all who look at them within a second."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from app.http.console.view import ConsoleRequest, View
from app.pages.chart import Chart
from app.reports.latest_reading import LatestReading

KEPT_S = 1.0
"""Open pages come again every two seconds, each by itself."""

_KEPT_MAX = 64


class Shown(msgspec.Struct, frozen=True):
    """The values of a page, and the charts that are laid out of them."""

    values: msgspec.Struct
    charts: Mapping[str, Chart]


class KeptViews:
    """Those of one service, forgotten with the answer to each request that may have changed what they show."""

    def __init__(self) -> None:
        self._readings: dict[tuple[str, msgspec.Struct], LatestReading[None, Shown]] = {}

    async def of(self, view: View, asked: ConsoleRequest, query: msgspec.Struct) -> Shown:
        """What a page shows: of one that is the same for all, at most a second old. Raises what its view raises."""
        if not view.is_common:
            return await _shown(view, asked, query)
        key = view.path, query
        if key not in self._readings:
            if len(self._readings) >= _KEPT_MAX:
                self.forget()
            self._readings[key] = LatestReading(
                lambda _, now: _shown(view, replace(asked, now=now), query), kept_s=KEPT_S, wait_s=None
            )
        shown = await self._readings[key].of(None, asked.now)
        assert shown is not None, "who waits without a limit gets what was read"
        return shown

    def forget(self) -> None:
        """Everything is read anew."""
        self._readings.clear()


async def _shown(view: View, asked: ConsoleRequest, query: msgspec.Struct) -> Shown:
    values = await view.show(asked, query)
    return Shown(values, view.draw(values, asked.zone))
