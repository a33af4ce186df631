"""What became of the leads that models bought, counted in a thread every now and then for all who ask."""

import asyncio
from collections.abc import Callable, Mapping

import msgspec

from app.domain.catalogue import Catalogue
from app.reports.models.outcomes import JudgeTerms, Outcomes, outcomes_of
from app.scoring.pointer import MATURES_DAYS
from app.store.store import Store

SPAN_S = 28 * 86_400.0
"""Leads are judged that have matured in this time."""

KEPT_S = 600.0
"""Leads mature in days: nobody learns more from counting them more often."""

WAIT_S = 1.0
"""A page waits so long for a first count; where that takes longer, what was counted last is shown."""

_DAY_S = 86_400.0


class CountedOutcomes(msgspec.Struct, frozen=True, kw_only=True):
    """What leads sold from `since` to `until` (UTC epoch seconds) came to by then, and by which terms."""

    since: float
    until: float
    terms: dict[str, JudgeTerms]
    outcomes: Outcomes


class ModelOutcomes:
    """`rest` is called between rows, so that who counts holds up no ping."""

    def __init__(self, store: Store, rest: Callable[[], None]) -> None:
        self._store = store
        self._rest = rest
        self._counted: CountedOutcomes | None = None
        self._counting: asyncio.Task[CountedOutcomes] | None = None

    async def now(self, catalogue: Catalogue, now: float) -> CountedOutcomes:
        """At most `KEPT_S` old. Raises StoreUnavailable."""
        kept = self._counted
        if kept is not None and kept.terms == judge_terms(catalogue) and 0.0 <= now - kept.until < KEPT_S:
            return kept
        # Whoever stops waiting does not stop the count.
        return await asyncio.shield(self._begun(catalogue, now))

    async def lately(self, catalogue: Catalogue, now: float) -> CountedOutcomes | None:
        """The same for a page, which waits for no newer count than there is; None before the first, if that takes long.

        Raises StoreUnavailable.
        """
        kept = self._counted
        if kept is not None and kept.terms == judge_terms(catalogue):
            if not 0.0 <= now - kept.until < KEPT_S:
                self._begun(catalogue, now)
            return kept
        try:
            return await asyncio.wait_for(self.now(catalogue, now), WAIT_S)
        except TimeoutError:
            return None

    def _begun(self, catalogue: Catalogue, now: float) -> asyncio.Task[CountedOutcomes]:
        """The count that is under way, or a new one."""
        counting = self._counting
        if counting is None or counting.done():
            worths = {each.name: each.worth.of({}) for each in catalogue.campaigns.values()}
            counting = self._counting = asyncio.create_task(self.by_terms(worths, judge_terms(catalogue), now))
            # A page that waits no longer hears of no failure; the next one does.
            counting.add_done_callback(lambda task: task.cancelled() or task.exception())
        return counting

    async def by_terms(self, worths: Mapping[str, float], terms: dict[str, JudgeTerms], now: float) -> CountedOutcomes:
        """Counted now by these terms; `worths` are what a conversion is worth by campaign, in cents."""
        since = now - max([each.matures_s for each in terms.values()], default=0.0) - SPAN_S
        sales = await self._store.sales_of_models(since, now)
        outcomes = await asyncio.to_thread(outcomes_of, sales, terms, worths, now, self._rest)
        self._counted = CountedOutcomes(since=since, until=now, terms=terms, outcomes=outcomes)
        return self._counted


def judge_terms(catalogue: Catalogue) -> dict[str, JudgeTerms]:
    """How long leads of each vertical have to convert, and since when something is tried there."""
    tried = catalogue.challengers
    return {
        name: terms_of(tried[name].matures_s, tried[name].since) if name in tried else terms_of(None, 0.0)
        for name in sorted(catalogue.index.verticals)
    }


def terms_of(matures_s: float | None, since: float) -> JudgeTerms:
    """As a trial says it, else `MATURES_DAYS`; `since` is 0 where nobody says when it began."""
    return JudgeTerms(
        matures_s=matures_s if matures_s is not None else MATURES_DAYS * _DAY_S, tried_since=since or float("inf")
    )
