"""Gathers the settings in force, the file as it lies now, and what was in force before."""

import asyncio
from pathlib import Path

from app.config.changes import changes
from app.reports.settings.settings import HeldBack, SettingsView, difference
from app.usecases.bidder import Bidder
from app.usecases.former import unpacked
from app.usecases.operators.status import PENDING_S
from app.usecases.reload.config_watcher import ConfigWatcher


async def settings_view(bidder: Bidder, watch: ConfigWatcher, now: float) -> SettingsView:
    """All of it. Raises StoreUnavailable."""
    store, catalogue = bidder.store, watch.declared
    newest = unpacked(await store.newest_configurations(2))
    before = [each for each in newest if each.config_hash != catalogue.config_hash][:1]
    file, text = watch.loaded_file
    lies = await asyncio.to_thread(_as_it_lies, file)
    return SettingsView(
        config_hash=catalogue.config_hash,
        file=str(file),
        text=text,
        in_force_since=await store.in_force_since(catalogue.config_hash),
        former=before[0].config_hash if before else "",
        changed=changes(before[0], newest[0]) if before and len(newest) > 1 else (),
        waiting=difference(text, lies) if lies is not None else (),
        # The file may have been put right by taking the change back, which is no reload.
        problems=(f"{file} cannot be read",) if lies is None else watch.problems if lies != text else (),
        held=tuple(
            [
                HeldBack(config_hash=each.config_hash, since=each.found_at, words=each.words)
                for each in await store.awaiting_consent(now - PENDING_S)
            ]
        ),
    )


def _as_it_lies(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
