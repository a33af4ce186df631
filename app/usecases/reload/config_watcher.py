"""Takes up changed files while the service runs: once they lie still, and by consent where all would be lost."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from app.config.changes import changes, losses
from app.config.file.edit import NewSeller, NewValue
from app.config.load import LoadedConfig
from app.domain.catalogue import Catalogue, with_limits
from app.domain.configuration import Configuration
from app.journal.configurations import keep
from app.store.configurations import InForce
from app.store.errors import StoreUnavailable
from app.telemetry.trouble import where
from app.usecases.bidder import Bidder
from app.usecases.deliver_leads import Target
from app.usecases.former import packed, packed_keys
from app.usecases.reload.reload_catalogue import Reloaded, Sources, lost_models, model_changes, next_catalogue
from app.usecases.reload.settled import Contents, SettledFiles, read_all

ASK_S = 2.0
"""So often it is asked whether an operator has consented to what waits."""

_log = logging.getLogger(__name__)


class PendingReload(msgspec.Struct, frozen=True, kw_only=True):
    """What settled files hold that is not in force yet; `lost` is what needs an operator's consent, both in words."""

    contents: Contents
    reloaded: Reloaded
    lost: tuple[str, ...]
    changes: tuple[str, ...]


class ConfigWatcher:
    """Takes up changed files, and knows where leads are delivered today.

    Each configuration that comes into force is kept in the directory `journal`, the first one at once (OSError).
    `clock` is UTC epoch seconds, `steady` seconds by a clock that is never set.
    """

    def __init__(
        self,
        sources: Sources,
        live: Reloaded,
        bidder: Bidder,
        clock: Callable[[], float],
        steady: Callable[[], float],
        journal: Path,
    ) -> None:
        self._sources = sources
        self._live = live
        self._bidder = bidder
        self._clock = clock
        self._steady = steady
        self._journal = journal
        self._files = SettledFiles({**read_all([sources.pointer]), **live.declared.contents}, steady)
        self._also: tuple[Path, ...] = ()
        self._waiting: PendingReload | None = None
        self.problems: tuple[str, ...] = ()
        """What is wrong with the file that was refused last."""
        self._ask_at = 0.0
        self._store_was_away = False
        keep(journal, live.catalogue)
        self._is_kept = True

    @property
    def declared(self) -> Catalogue:
        """The catalogue in force, with caps as its file declares them."""
        return self._live.catalogue

    @property
    def secrets(self) -> Mapping[str, str]:
        """What the references of the live configuration stand for."""
        return self._live.declared.secrets

    @property
    def models(self) -> Path:
        """The folder of models."""
        return self._sources.models_dir

    @property
    def loaded_file(self) -> tuple[Path, str]:
        """The file in force, and its text."""
        path, content = next(iter(self._live.declared.contents.items()))
        return path, (content or b"").decode("utf-8", "replace")

    async def edit(self, change: NewSeller | NewValue) -> None:
        """Change the file in force, comments kept; it is taken up like any other change. Raises NotEdited."""
        await asyncio.to_thread(self._sources.edit, change)

    def targets(self) -> dict[str, Target]:
        """Every declared destination with its secrets."""
        declared = self._live.declared
        return {
            destination.name: Target(destination=destination, secrets=declared.secrets)
            for destination in declared.destinations
        }

    async def look(self) -> None:
        """Take up what changed, once it lies still."""
        paths = {self._sources.pointer, *self._live.declared.contents, *self._also}
        contents = await asyncio.to_thread(self._files.look, paths)
        if contents is None:
            if self._waiting is not None and not self._files.is_changed:
                _log.info("the file that waited for consent is the one in force again")
                self._wait_for(None)
        elif self._waiting is None or self._waiting.contents != contents:
            self._wait_for(await self._read(contents))
        if contents is not None and self._waiting is not None:
            await self._take_if_allowed(self._waiting)
        if not self._is_kept:
            await self._keep()

    async def _read(self, contents: Contents) -> PendingReload | None:
        """What these files would put in force; `None` where they are refused, or name others to look at first."""
        try:
            read = await asyncio.to_thread(self._sources.config, partial(_one_of, contents))
            if not isinstance(read, LoadedConfig):
                self._refuse(contents, tuple(map(str, read)))
                return None
            self._also, self.problems = tuple(read.declared.contents), ()
            if not contents.keys() >= read.declared.contents.keys():
                return None
            reloaded = await asyncio.to_thread(next_catalogue, self._sources, read, self._live)
            return await asyncio.to_thread(_pending, contents, self._live, reloaded)
        except Exception as error:  # noqa: BLE001 - whatever a file holds, the live catalogue must stay
            self.problems = (f"it cannot be read ({where(error)})",)
            _log.error("the reload failed, the live configuration stays: %s", where(error))
            self._bidder.metrics.count("reloads_total", "failed")
            self._files.accept(contents)
            return None

    def _refuse(self, contents: Contents, problems: tuple[str, ...]) -> None:
        self.problems = problems
        _log_all(problems)
        self._bidder.metrics.count("reloads_total", "refused")
        self._files.accept(contents)

    def _wait_for(self, waiting: PendingReload | None) -> None:
        """Let this wait in the place of what waited; what needs consent says so once."""
        self._waiting, self._ask_at = waiting, 0.0
        lost = waiting.lost if waiting is not None else ()
        self._bidder.metrics.gauge("configuration_waiting", float(bool(lost)))
        if waiting is not None and lost:
            self._bidder.metrics.count("reloads_total", "held")
            config_hash = waiting.reloaded.catalogue.config_hash
            _log.error("configuration %s is not taken before `leadbid reload --yes`: it %s", config_hash, lost[0])
            for words in (*lost[1:], *waiting.changes):
                _log.error("configuration %s: %s", config_hash, words)

    async def _take_if_allowed(self, waiting: PendingReload) -> None:
        """Take what waits, where it loses nothing or an operator has consented, once the database has kept it."""
        now = self._clock()
        try:
            if waiting.lost and not await self._has_consent(waiting, now):
                return
            index_key, catalogue = self._bidder.keys.index, waiting.reloaded.catalogue
            former = self._live.catalogue.config_hash
            taken = await asyncio.to_thread(in_force, catalogue.configuration, index_key, former, waiting.changes)
            await self._bidder.store.put_in_force(taken, now)
        except StoreUnavailable:
            if not self._store_was_away:
                _log.warning("a changed configuration waits until the database serves again")
            self._store_was_away = True
            return
        self._store_was_away = False
        await self._take(waiting, now)

    async def _has_consent(self, waiting: PendingReload, now: float) -> bool:
        if self._steady() < self._ask_at:
            return False
        self._ask_at = self._steady() + ASK_S
        words = (*(f"it {lost}" for lost in waiting.lost), *waiting.changes)
        return await self._bidder.store.await_consent(waiting.reloaded.catalogue.config_hash, words, now)

    async def _take(self, waiting: PendingReload, now: float) -> None:
        bidder, reloaded = self._bidder, waiting.reloaded
        idle = await asyncio.to_thread(lambda: reloaded.idle)
        _log_all(reloaded.problems)
        bidder.former.add(self._live.catalogue.configuration)
        self._live = reloaded
        await self._keep()
        bidder.catalogue = with_limits(reloaded.catalogue, bidder.limits)
        self._files.accept(waiting.contents)
        self._wait_for(None)
        bidder.metrics.count("reloads_total", "taken")
        bidder.metrics.gauge("catalogue_loaded_timestamp_seconds", now)
        config_hash = reloaded.catalogue.config_hash
        _log.info("configuration %s is in force", config_hash)
        for words in waiting.changes:
            _log.info("configuration %s: %s", config_hash, words)
        for text in idle:
            _log.warning(text)

    async def _keep(self) -> None:
        """Store the configuration, which replays need; if the disk is full it waits, like the lines of the journal."""
        try:
            await asyncio.to_thread(keep, self._journal, self._live.catalogue)
        except OSError as error:
            if self._is_kept:
                _log.error("the configuration cannot be kept beside the journal: %s", error.strerror)
            self._is_kept = False
        else:
            self._is_kept = True


def _pending(contents: Contents, live: Reloaded, reloaded: Reloaded) -> PendingReload:
    """What would change, in words: with a thousand campaigns that takes too long to keep pings waiting."""
    before, after = live.catalogue, reloaded.catalogue
    return PendingReload(
        contents=contents,
        reloaded=reloaded,
        lost=(
            *losses(before.configuration, after.configuration),
            *lost_models(before, after),
            *reloaded.lost,
        ),
        changes=(*changes(before.configuration, after.configuration), *model_changes(before, after)),
    )


def in_force(configuration: Configuration, index_key: bytes, former: str, words: tuple[str, ...]) -> InForce:
    """A configuration as the database keeps it when it comes into force."""
    destinations = [(each.name, msgspec.msgpack.encode(each)) for each in configuration.destinations]
    sellers = [(each.name, packed_keys(each, index_key)) for each in configuration.sellers]
    return InForce(
        config_hash=configuration.config_hash,
        definition=packed(configuration, index_key),
        destinations=tuple(destinations),
        sellers=tuple(sellers),
        former=former,
        changes=words,
    )


def _one_of(contents: Contents, path: Path) -> bytes:
    """A file as it was when it lay still; one that was not looked at yet, as it is now."""
    content = contents[path] if path in contents else path.read_bytes()
    if content is None:
        # The file system says why.
        return path.read_bytes()
    return content


def _log_all(problems: tuple[str, ...]) -> None:
    for problem in problems:
        _log.error("not taken, what was in force stays: %s", problem)
