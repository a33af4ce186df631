"""What an operator changes of models while the service runs: by the registry's rules, in its history and audited."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from app.domain.auction.canary import canary_name
from app.domain.operators.audit import SERVICE, OperatorAct
from app.scoring.pointer import Entry
from app.scoring.registry import versions
from app.scoring.registry.changes import Author, Change, NotChanged, entries
from app.scoring.registry.listing import change_words
from app.store.operators.requested import Switch
from app.usecases.bidder import Bidder
from app.usecases.models.gather import is_shipped
from app.usecases.operators.requests import NotDone, RequestTerms, resume

_INSIST = "Whoever is an admin may insist, with the reason"


class ModelSteering:
    """The models of one folder; each change is a line of its history and of the audit log. All of it raises NotDone."""

    def __init__(self, bidder: Bidder, models: Path) -> None:
        self._bidder = bidder
        self._models = models

    async def promote(self, vertical: str, version: str, terms: RequestTerms, *, force: bool) -> str:
        """Make a version live, though its gates had failed where `force` says so; what is so now, in words."""
        declared = self._bidder.catalogue.verticals
        return await self._change(
            "promote model",
            vertical,
            terms,
            lambda models, by: versions.promote(models, vertical, version, by, declared=declared, force=force),
        )

    async def rollback(self, vertical: str, terms: RequestTerms) -> str:
        """Go back to what was live before, and end what is tried."""
        declared = self._bidder.catalogue.verticals
        return await self._change(
            "roll back model", vertical, terms, lambda models, by: versions.rollback(models, vertical, by, declared)
        )

    async def shadow(self, vertical: str, version: str, terms: RequestTerms) -> str:
        """Try a version beside the live one, unsent; a canary bids no more by that."""
        declared = self._bidder.catalogue.verticals
        return await self._change(
            "shadow model", vertical, terms, lambda models, by: versions.shadow(models, vertical, version, by, declared)
        )

    async def canary(
        self, vertical: str, version: str, share: float, matures_days: float, terms: RequestTerms, *, force: bool
    ) -> str:
        """Have a challenger bid for a share of all leads."""
        declared = self._bidder.catalogue.verticals
        return await self._change(
            "start canary",
            vertical,
            terms,
            lambda models, by: versions.canary(
                models,
                vertical,
                share,
                by,
                version=version,
                declared=declared,
                force=force,
                matures_days=matures_days,
            ),
        )

    async def retire(self, vertical: str, terms: RequestTerms) -> str:
        """End what is tried."""
        return await self._change(
            "retire model", vertical, terms, lambda models, by: versions.retire(models, vertical, by)
        )

    async def undo(self, vertical: str, terms: RequestTerms) -> str:
        """Take the last change back."""
        declared = self._bidder.catalogue.verticals
        return await self._change(
            "undo model change", vertical, terms, lambda models, by: versions.undo(models, vertical, by, declared)
        )

    async def pause_canary(self, vertical: str, terms: RequestTerms) -> str:
        """Have a canary shadow until it is resumed; its name."""
        name = canary_name(vertical, (await self._canary(vertical)).challenger)
        switch = Switch(kind="pause", target=name, why=terms.why, told_by=terms.by, told_at=terms.now)
        await self._bidder.store.set_switch(switch)
        return name

    async def resume_canary(self, vertical: str, terms: RequestTerms) -> str:
        """Let a canary bid again; its name. One that the service had stopped is judged by what it buys from now on:
        by what it had bought it would be stopped again at once.
        """
        version = (await self._canary(vertical)).challenger
        name, store = canary_name(vertical, version), self._bidder.store
        paused = {each.target: each for each in await store.switches(terms.now) if each.kind == "pause"}
        if name not in paused:
            raise NotDone(f"{name} is not paused")
        if paused[name].told_by == SERVICE:
            await self._change(
                "judge canary anew",
                vertical,
                terms,
                lambda models, by: versions.begin_again(models, vertical, version, by),
            )
        await resume(store, self._bidder.catalogue.configuration, name, terms)
        return name

    async def _canary(self, vertical: str) -> Entry:
        try:
            entry = (await asyncio.to_thread(entries, self._models)).get(vertical)
        except NotChanged as why:
            raise NotDone(str(why)) from None
        if entry is None or not entry.canary:
            raise NotDone(f"{vertical} has no canary")
        return entry

    async def _change(
        self, action: str, vertical: str, terms: RequestTerms, do: Callable[[Path, Author], Change]
    ) -> str:
        if is_shipped(self._models):
            raise NotDone(
                "these models come with leadbid and stay as they are: `python -m training retrain` begins a folder "
                "`models` of your own, which `leadbid serve --models` uses"
            )
        if self._bidder.store.availability.state != "writable":
            raise NotDone("the database takes no line of the audit log now, and without one no model is changed")
        author = Author(who=terms.by, at=terms.now, why=terms.why)
        try:
            done = await asyncio.to_thread(do, self._models, author)
        except versions.NotCleared as why:
            raise NotDone(f"{why}. {_INSIST}") from None
        except NotChanged as why:
            raise NotDone(str(why)) from None
        except OSError as error:
            raise NotDone(f"{self._models} cannot be changed: {error.strerror}") from None
        words = change_words(done)
        if done.after == done.before:
            raise NotDone(f"nothing is to be changed: {vertical} {words}")
        detail = f"{words}, forced" if done.forced else words
        act = OperatorAct(by=terms.by, action=action, target=vertical, detail=detail, why=terms.why)
        await self._bidder.store.note(act, terms.now)
        return f"{vertical} {words}"
