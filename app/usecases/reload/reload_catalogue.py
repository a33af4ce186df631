"""Builds the catalogue from configuration and models, again when a file changes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from app.config.file.edit import NewSeller, NewValue, NotEdited
from app.config.file.files import ReadFile
from app.config.file.problem import Problem
from app.config.idle import idle_settings
from app.config.load import Declared, LoadedConfig
from app.domain.calendar import utc_offset
from app.domain.calling.rules import CallingTable
from app.domain.campaign import Campaign
from app.domain.catalogue import Catalogue, Challenger, Model, index_campaigns
from app.domain.schedule import HOURS_OF_WEEK
from app.domain.seller import Seller
from app.domain.territory import ZipStates
from app.domain.vertical import Vertical
from app.scoring.fit import unfit
from app.scoring.load import LoadedModels, ModelProblem
from app.scoring.pointer import POINTER

_ANY_WINTER = 29_454_480
"""A minute of the UTC epoch (2026-01-01) at which clocks of one country differ by their zones alone."""

Named = TypeVar("Named", Vertical, Seller)


def _only_read(_: NewSeller | NewValue) -> None:
    raise NotEdited("the file is only read here: change it by hand or by `leadbid sellers`")


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where a catalogue comes from. `config` reads it by a function that gives a file's content, `edit` changes it.

    `calling` knows the clocks of places; the rules are declared.
    """

    config: Callable[[ReadFile], LoadedConfig | tuple[Problem, ...]]
    models: Callable[[], LoadedModels]
    models_dir: Path
    zip_states: ZipStates
    calling: CallingTable = CallingTable()
    edit: Callable[[NewSeller | NewValue], object] = _only_read

    @property
    def pointer(self) -> Path:
        """The file that says which models are live."""
        return self.models_dir / POINTER


class Reloaded(msgspec.Struct, frozen=True, kw_only=True):
    """What a reload came to: the catalogue in force with its declaration, and all that was refused, one text each.

    `lost` are live models that cannot stay, since this declaration does not fit them any more, in words.
    """

    catalogue: Catalogue
    declared: Declared
    problems: tuple[str, ...]
    lost: tuple[str, ...] = ()

    @property
    def idle(self) -> tuple[str, ...]:
        """What is declared and cannot act, a text each."""
        return idle_settings(self.catalogue.campaigns.values(), self.catalogue.models)


def first_catalogue(sources: Sources, declared: Declared) -> Reloaded:
    """The catalogue to start with."""
    models = _fitting(sources.models(), declared)
    catalogue = _compose(declared, models.models, models.challengers, sources)
    return Reloaded(catalogue=catalogue, declared=declared, problems=_texts(models))


def next_catalogue(sources: Sources, read: LoadedConfig, live: Reloaded) -> Reloaded:
    """The catalogue after a file changed; a model that is invalid stays as it is, if it fits."""
    declared = read.declared
    loaded = _fitting(sources.models(), declared)
    refused = {name: model for name, model in live.catalogue.models.items() if _is_refused(loaded, name)}
    kept = _fitting(LoadedModels(models=refused), declared)
    models = {**kept.models, **loaded.models}
    challengers = _tried(live.catalogue, loaded, models)
    # What stays as it is stays the very value, for which the way to read its requests is worked out already.
    same = replace(
        declared,
        verticals=_same(live.declared.verticals, declared.verticals),
        sellers=_same(live.declared.sellers, declared.sellers),
    )
    catalogue = _compose(same, models, challengers, sources)
    return Reloaded(
        catalogue=catalogue,
        declared=same,
        problems=tuple(dict.fromkeys((*_texts(loaded), *_texts(kept)))),
        lost=tuple(f"loses the model of {problem.vertical}: {problem.reason}" for problem in kept.problems),
    )


def model_changes(before: Catalogue, after: Catalogue) -> tuple[str, ...]:
    """Which models price from now on, in words."""
    versions = [{name: model.version for name, model in each.models.items()} for each in (before, after)]
    return tuple(
        f"model of {name}: {versions[0].get(name, 'none')} -> {versions[1].get(name, 'none')}"
        for name in sorted(versions[0].keys() | versions[1].keys())
        if versions[0].get(name) != versions[1].get(name)
    )


def lost_models(before: Catalogue, after: Catalogue) -> tuple[str, ...]:
    """Whether every model would be lost, in words."""
    lost = before.models and not after.models
    return ("loses every model: only expected_conversion and fallback prices are bid by any more",) if lost else ()


def _fitting(loaded: LoadedModels, declared: Declared) -> LoadedModels:
    """Without the models that read what their vertical does not declare, each of which is a problem."""
    verticals = {vertical.name: vertical for vertical in declared.verticals}

    def problem(model: Model, *, of_challenger: bool) -> tuple[ModelProblem, ...]:
        vertical = verticals.get(model.vertical)
        why = "; ".join(unfit(model, vertical)) if vertical is not None else ""
        start = "the challenger is left out: " if of_challenger else ""
        reason = f"models/{model.vertical}: {start}{why}"
        return (ModelProblem(vertical=model.vertical, reason=reason, of_challenger=of_challenger),) if why else ()

    found = [each for model in loaded.models.values() for each in problem(model, of_challenger=False)]
    found += [each for tried in loaded.challengers.values() for each in problem(tried.model, of_challenger=True)]
    gone = {(each.vertical, each.of_challenger) for each in found}
    return LoadedModels(
        models={name: model for name, model in loaded.models.items() if (name, False) not in gone},
        challengers={name: each for name, each in loaded.challengers.items() if (name, True) not in gone},
        problems=(*loaded.problems, *found),
    )


def _compose(
    declared: Declared,
    models: Mapping[str, Model],
    challengers: Mapping[str, Challenger],
    sources: Sources,
) -> Catalogue:
    campaigns = tuple(planned(campaign, declared.buyer.zone, models) for campaign in declared.campaigns)
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
        zip_states=sources.zip_states,
        checks=declared.checks,
        alerts=declared.alerts,
        openid=declared.openid,
        calling=replace(sources.calling, rules=declared.calling_rules or sources.calling.rules),
    )


def _same(live: tuple[Named, ...], declared: tuple[Named, ...]) -> tuple[Named, ...]:
    """What is declared, each one that has not changed as the value that is live."""
    by_name = {each.name: each for each in live}
    return tuple(by_name[each.name] if by_name.get(each.name) == each else each for each in declared)


def planned(campaign: Campaign, buyers_zone: str, models: Mapping[str, Model]) -> Campaign:
    """The campaign, its caps planned by the traffic that its vertical has had, on its own clock."""
    model = models.get(campaign.vertical)
    if model is None or not model.traffic:
        return campaign
    ahead = (utc_offset(_ANY_WINTER, campaign.zone) - utc_offset(_ANY_WINTER, buyers_zone)) // 60
    traffic = tuple(model.traffic[(hour - ahead) % HOURS_OF_WEEK] for hour in range(HOURS_OF_WEEK))
    return replace(campaign, schedule=replace(campaign.schedule, traffic=traffic))


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
