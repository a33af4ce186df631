"""Builds the catalogue from configuration and models, again when a file changes; an invalid one is refused."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.config.file.problem import Problem
from app.config.load import Declared, LoadedConfig
from app.domain.calendar import utc_offset
from app.domain.campaign import Campaign
from app.domain.catalogue import Catalogue, Challenger, Model, index_campaigns, tags
from app.domain.schedule import HOURS_OF_WEEK
from app.scoring.load import LoadedModels
from app.scoring.pointer import POINTER

_ANY_WINTER = 29_454_480
"""A minute of the UTC epoch (2026-01-01) at which clocks of one country differ by their zones alone."""

Locks = Mapping[str, tuple[tuple[str, ...], ...]]


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where a catalogue comes from. `stamp` tells whether a file has changed."""

    config: Callable[[], LoadedConfig | tuple[Problem, ...]]
    models: Callable[[], LoadedModels]
    models_dir: Path
    zip_states: Mapping[str, str]

    def stamp(self, declared: Declared) -> dict[Path, tuple[int, int]]:
        """Size and time of every file that was read, and of the pointer to the models."""
        return {path: _stamp(path) for path in (*declared.files, self.models_dir / POINTER)}


class Reloaded(msgspec.Struct, frozen=True, kw_only=True):
    """What a reload came to: the catalogue in force with its declaration, and all that was refused, one text each."""

    catalogue: Catalogue
    declared: Declared
    problems: tuple[str, ...]


def first_catalogue(sources: Sources, declared: Declared, former: Mapping[bytes, Campaign]) -> Reloaded:
    """The catalogue to start with; `former` are campaigns of earlier days whose bids may still live, by tag."""
    models = sources.models()
    catalogue = _compose(declared, models.models, models.challengers, sources.zip_states, former, {})
    return Reloaded(catalogue=catalogue, declared=declared, problems=_texts(models))


def next_catalogue(sources: Sources, live: Reloaded) -> Reloaded:
    """The catalogue after a file changed. Each part that is invalid stays as it is: the configuration, or one model."""
    read = sources.config()
    if not isinstance(read, LoadedConfig):
        problems = tuple(str(problem) for problem in read)
        return Reloaded(catalogue=live.catalogue, declared=live.declared, problems=problems)
    declared, loaded = read.declared, sources.models()
    kept = {name: model for name, model in live.catalogue.models.items() if _is_refused(loaded, name)}
    models = {**kept, **loaded.models}
    challengers = _tried(live.catalogue, loaded, models)
    former = {**live.catalogue.former, **live.catalogue.by_tag}
    locks = _locks(live.catalogue, declared)
    catalogue = _compose(declared, models, challengers, sources.zip_states, former, locks)
    return Reloaded(catalogue=catalogue, declared=declared, problems=_texts(loaded))


def _compose(
    declared: Declared,
    models: Mapping[str, Model],
    challengers: Mapping[str, Challenger],
    zip_states: Mapping[str, str],
    former: Mapping[bytes, Campaign],
    former_locks: Locks,
) -> Catalogue:
    campaigns = tuple(_planned(campaign, declared.buyer.zone, models) for campaign in declared.campaigns)
    by_tag = tags(campaigns)
    return Catalogue(
        config_hash=declared.config_hash,
        buyer=declared.buyer,
        verticals={vertical.name: vertical for vertical in declared.verticals},
        campaigns={campaign.name: campaign for campaign in campaigns},
        sellers={seller.name: seller for seller in declared.sellers},
        seller_by_key={key: seller for seller in declared.sellers for key in seller.key_sha256},
        operator_by_key={key: operator for operator in declared.operators for key in operator.key_sha256},
        destinations={destination.name: destination for destination in declared.destinations},
        models=models,
        challengers=challengers,
        index=index_campaigns(campaigns),
        zip_states=zip_states,
        by_tag=by_tag,
        former={tag: campaign for tag, campaign in former.items() if tag not in by_tag},
        former_locks=former_locks,
    )


def _planned(campaign: Campaign, buyers_zone: str, models: Mapping[str, Model]) -> Campaign:
    """The campaign, its caps planned by the traffic that its vertical has had, on its own clock."""
    model = models.get(campaign.vertical)
    if model is None or not model.traffic:
        return campaign
    ahead = (utc_offset(_ANY_WINTER, campaign.zone) - utc_offset(_ANY_WINTER, buyers_zone)) // 60
    traffic = tuple(model.traffic[(hour - ahead) % HOURS_OF_WEEK] for hour in range(HOURS_OF_WEEK))
    return replace(campaign, schedule=replace(campaign.schedule, traffic=traffic))


def _locks(live: Catalogue, declared: Declared) -> Locks:
    """Locked fields as they stood, for each vertical where they now differ: live bids were made under them."""
    locks = dict(live.former_locks)
    for vertical in declared.verticals:
        before = live.verticals.get(vertical.name)
        if before is not None and before.locked != vertical.locked:
            locks[vertical.name] = tuple(dict.fromkeys((before.locked, *locks.get(vertical.name, ()))))
    return locks


def _tried(live: Catalogue, loaded: LoadedModels, models: Mapping[str, Model]) -> Mapping[str, Challenger]:
    """What is tried from now on: as loaded, or as before where the pointer cannot be read.

    Where the live model stays because its successor is refused, it is not tried against itself.
    """
    challengers = live.challengers if any(not problem.vertical for problem in loaded.problems) else loaded.challengers
    return {
        name: each
        for name, each in challengers.items()
        if name not in models or models[name].version != each.model.version
    }


def _is_refused(loaded: LoadedModels, vertical: str) -> bool:
    """Whether this vertical's model could not be loaded; none could where the pointer itself cannot be read."""
    return any(problem.vertical in ("", vertical) and not problem.of_challenger for problem in loaded.problems)


def _texts(loaded: LoadedModels) -> tuple[str, ...]:
    return tuple(problem.reason for problem in loaded.problems)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return -1, 0
    return status.st_size, status.st_mtime_ns
