"""Answers of providers that are used again, and requests under way that others wait for as well: each is asked once."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from app.certificates.provider import Asking, ProviderAnswer

KEPT_MAX = 20_000
"""So many answers of some kilobytes each; the ones that were not used for longest go first."""


class KeptAnswers:
    """By what was asked, word for word, secrets included: so no answer outlives a change of what is asked."""

    def __init__(self, most: int = KEPT_MAX) -> None:
        self._kept: OrderedDict[bytes, tuple[float, ProviderAnswer]] = OrderedDict()
        self._under_way: dict[bytes, tuple[asyncio.Task[ProviderAnswer], list[None]]] = {}
        self._most = most

    def find(self, asking: Asking, now: float) -> ProviderAnswer | None:
        """The answer that was kept, if its time has not passed."""
        name = _name(asking)
        until, answered = self._kept.get(name, (0.0, None))
        if answered is None or now >= until:
            self._kept.pop(name, None)
            return None
        self._kept.move_to_end(name)
        return answered

    def keep(self, answered: ProviderAnswer, until: float) -> None:
        """Use this answer again until then."""
        self._kept[_name(answered.asking)] = (until, answered)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    async def once(self, asking: Asking, ask: Callable[[], Awaitable[ProviderAnswer]]) -> ProviderAnswer:
        """The answer to a request, which is sent only if the same one is not under way.

        It is given up when nobody waits for it any more.
        """
        name = _name(asking)
        if name not in self._under_way:
            task = asyncio.ensure_future(_as_coroutine(ask))
            self._under_way[name] = (task, [])
            task.add_done_callback(lambda _: self._under_way.pop(name, None))
        task, waiting = self._under_way[name]
        waiting.append(None)
        try:
            return await asyncio.shield(task)
        finally:
            waiting.pop()
            if not waiting:
                task.cancel()


async def _as_coroutine(ask: Callable[[], Awaitable[ProviderAnswer]]) -> ProviderAnswer:
    return await ask()


def _name(asking: Asking) -> bytes:
    """What holds nothing of a person."""
    sent = asking.request
    digest = hashlib.blake2b(digest_size=16)
    for part in (asking.operation, sent.method, sent.url, sent.headers.get("authorization", "")):
        digest.update(part.encode() + b"\x00")
    digest.update(sent.body)
    return digest.digest()
