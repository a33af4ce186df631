"""Takes up what commands beside the service and other replicas wrote into small tables, which are read whole."""

import asyncio
from collections.abc import Callable
from math import inf

from app.domain.catalogue import Catalogue
from app.domain.operators.audit import AuditHead
from app.usecases.bidder import Bidder
from app.usecases.onboarding.certify import Certifier, hear_marks, keep_marks
from app.usecases.operators.hear_requests import hear_requests
from app.usecases.operators.keys import operators_of
from app.usecases.returns.answer import hear_credits
from app.usecases.standing.changes import Allowed, Suppressed
from app.usecases.standing.restore import read_lists

_CLOCKS_DIFFER_S = 60.0
"""Between two machines; and a commit comes after the moment that stands in it."""


class Hearing:
    """When it heard last, and when certificates are to be stored, as of then."""

    def __init__(
        self,
        bidder: Bidder,
        certifier: Certifier,
        declared: Callable[[], Catalogue],
        see_audit: Callable[[AuditHead, float], object],
        now: float,
    ) -> None:
        """`declared` is the catalogue without what operators put in place of its caps' limits.

        Everything until `now` was read when the bidder was made.
        """
        self._bidder = bidder
        self._certifier = certifier
        self._declared = declared
        self._see_audit = see_audit
        self._heard_at = now
        self.retain_at = inf
        # Of two reads at once the older one might be put in force last.
        self._turn = asyncio.Lock()

    async def hear(self, now: float) -> float | None:
        """Put it in force; when the next delivery is due. StoreUnavailable while the database is away."""
        async with self._turn:
            return await self._hear(now)

    async def _hear(self, now: float) -> float | None:
        bidder = self._bidder
        await keep_marks(bidder, self._certifier)
        heard = await bidder.store.heard(now, min(self._heard_at, now) - _CLOCKS_DIFFER_S)
        bidder.standing.apply(Suppressed(digests=tuple(heard.suppressed)))
        bidder.standing.apply(Allowed(digests=tuple(heard.allowed)))
        self._heard_at = now
        await read_lists(bidder.store, bidder.standing, heard.lists)
        hear_requests(bidder, heard.requests, self._declared())
        bidder.operator_keys = operators_of(heard.operator_keys)
        if heard.last_credit > bidder.standing.credited:
            await hear_credits(bidder)
        self.retain_at = inf if heard.next_retain is None else heard.next_retain
        self._see_audit(heard.audit_head, now)
        hear_marks(bidder, self._certifier, heard.marks)
        return heard.next_due
