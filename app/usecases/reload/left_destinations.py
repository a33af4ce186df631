"""Destinations for which leads wait although they are declared no more, or cannot be sent to: said, counted, served."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping

import msgspec

from app.domain.delivery.destination import Destination
from app.store.errors import StoreUnavailable
from app.store.store import Store
from app.telemetry.metrics import Metrics
from app.usecases.deliver_leads import Target

Secrets = Callable[[Destination], Mapping[str, str] | str]
"""The secrets of a destination by their reference, or why one cannot be had."""

_MOVE = "`leadbid deliveries move {name} TO` sends them elsewhere"

_log = logging.getLogger(__name__)


class LeftDestinations:
    """`targets` are those that are declared no more and can still be sent to, by their last definition."""

    def __init__(self, store: Store, secrets: Secrets, metrics: Metrics) -> None:
        self.targets: Mapping[str, Target] = {}
        self._store = store
        self._secrets = secrets
        self._metrics = metrics
        self._said: dict[tuple[str, str], str] = {}

    async def look(self, declared: Collection[str]) -> None:
        """See for whom leads wait; `declared` names today's destinations. While the database is away all stays."""
        try:
            waiting = await self._store.waiting_deliveries()
            left = [name for name in waiting if name not in declared]
            definitions = await self._store.last_destinations() if left else {}
        except StoreUnavailable:
            return
        found = {name: await asyncio.to_thread(self._target, definitions.get(name)) for name in left}
        self.targets = {name: target for name, target in found.items() if isinstance(target, Target)}
        stuck: dict[tuple[str, str], tuple[int, str]] = {}
        for name, each in waiting.items():
            target = found.get(name)
            if name in left:
                sent = "they are sent by its last definition" if isinstance(target, Target) else f"they stay: {target}"
                why = "undeclared" if isinstance(target, Target) else "unsendable"
                stuck[name, why] = each.count, f"which is not declared any more: {sent}"
            if each.disabled:
                stuck[name, "disabled"] = each.count, f"which is disabled ({each.disabled}): they stay"
            if each.refused_address:
                stuck[name, "refused_address"] = each.refused_address, "whose address is refused: they are tried again"
        self._metrics.gauges("deliveries_stuck", {key: count for key, (count, _) in stuck.items()})
        nobody = dict.fromkeys([(name,) for name in declared], 0)
        self._metrics.gauges("deliveries_waiting", nobody | {(name,): each.count for name, each in waiting.items()})
        self._metrics.gauges(
            "deliveries_oldest_timestamp_seconds", {(name,): each.since for name, each in waiting.items()}
        )
        self._say({key: f"{_leads(count)} for destination {key[0]}, {why}" for key, (count, why) in stuck.items()})

    def _target(self, definition: bytes | None) -> Target | str:
        """How to send there; why not, in words."""
        if definition is None:
            return "nobody remembers its definition"
        try:
            destination = msgspec.msgpack.decode(definition, type=Destination)
        except msgspec.DecodeError:
            return "its definition is of another version"
        secrets = self._secrets(destination)
        return secrets if isinstance(secrets, str) else Target(destination=destination, secrets=secrets)

    def _say(self, stuck: Mapping[tuple[str, str], str]) -> None:
        """Each state once on its way in, and once on its way out."""
        for key, text in stuck.items():
            if key not in self._said:
                _log.warning("%s; %s", text, _MOVE.format(name=key[0]))
        for name, why in self._said.keys() - stuck.keys():
            _log.info("no lead waits any more for destination %s (%s)", name, why)
        self._said = dict(stuck)


def _leads(count: int) -> str:
    return f"{count} lead{' waits' if count == 1 else 's wait'}"
