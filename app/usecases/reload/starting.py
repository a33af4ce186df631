"""The configuration that a service starts with, beside the one that was in force last."""

import logging

from app.config.changes import changes, losses
from app.domain.configuration import with_keys
from app.domain.keyed import Keys
from app.store.store import Store
from app.usecases.former import REMEMBERED, FormerConfigurations, blinded, unpacked
from app.usecases.reload.config_watcher import in_force
from app.usecases.reload.reload_catalogue import Reloaded

_log = logging.getLogger(__name__)


class NeedsConsent(Exception):
    """The file loses what nobody loses on purpose without being asked; the text says what, and what to do."""


async def start_with(
    store: Store, live: Reloaded, keys: Keys, now: float, *, has_consent: bool
) -> FormerConfigurations:
    """Put the first configuration in force, and say what it changes; those that were in force before.

    NeedsConsent where it loses all of a kind and `has_consent` is not given.
    """
    configuration = live.catalogue.configuration
    recent = unpacked(await store.newest_configurations(REMEMBERED))
    former = FormerConfigurations()
    for each in reversed(recent):
        former.add(each)
    words: tuple[str, ...] = ("the first configuration",)
    if recent:
        comparable = with_keys(configuration, lambda key: blinded(keys.index, key))
        lost, words = losses(recent[0], comparable), changes(recent[0], comparable)
        if lost and not has_consent:
            raise NeedsConsent(
                f"configuration {configuration.config_hash} {'; '.join(lost)}. It may be half-written: compare it with "
                f"a copy. If all of that is meant, start with `leadbid serve --yes`."
            )
        if configuration.config_hash != recent[0].config_hash:
            for text in words:
                _log.info("configuration %s: %s", configuration.config_hash, text)
    await store.put_in_force(in_force(configuration, keys.index, "", words), now)
    return former
