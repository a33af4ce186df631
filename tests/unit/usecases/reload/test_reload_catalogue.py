"""A changed file and what becomes of the catalogue in force."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.config.load import Declared, LoadedConfig, load
from app.domain.catalogue import Challenger, FactRead, Model
from app.scoring.load import LoadedModels, ModelProblem
from app.scoring.pointer import POINTER
from app.usecases.reload.reload_catalogue import (
    Reloaded,
    Sources,
    first_catalogue,
    lost_models,
    model_changes,
    next_catalogue,
)
from tests.build import ZIP_STATES, model
from tests.service import DEMO_CONFIG

NO_MODELS = LoadedModels()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The demo's configuration, which may be changed."""
    return Path(shutil.copytree(DEMO_CONFIG.parent, tmp_path / "config")) / "buyer.toml"


def declared(config: Path) -> Declared:
    read = load(config, environ={})
    assert isinstance(read, LoadedConfig)
    return read.declared


def sources(config: Path, models: Callable[[], LoadedModels] = lambda: NO_MODELS) -> Sources:
    return Sources(
        config=lambda read_file: load(config, environ={}, read_file=read_file),
        models=models,
        models_dir=config.parent / "models",
        zip_states=ZIP_STATES,
    )


def first(config: Path, models: Callable[[], LoadedModels] = lambda: NO_MODELS) -> Reloaded:
    return first_catalogue(sources(config, models), declared(config))


def rewrite(config: Path, old: str, new: str) -> None:
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))


def loaded(*models: Model, problems: tuple[ModelProblem, ...] = ()) -> Callable[[], LoadedModels]:
    whole = LoadedModels(models={model.vertical: model for model in models}, problems=problems)
    return lambda: whole


def following(sources: Sources, live: Reloaded) -> Reloaded:
    """What is made of the files as they are now, which are valid."""
    read = sources.config(Path.read_bytes)
    assert isinstance(read, LoadedConfig)
    return next_catalogue(sources, read, live)


def test_the_first_catalogue_is_indexed(config: Path) -> None:
    catalogue = first(config).catalogue
    assert {seller.name for seller in catalogue.seller_by_key.values()} == set(catalogue.sellers)
    assert [operator.name for operator in catalogue.operator_by_key.values()] == ["demo-ops"]
    assert "solar-sunbelt" in [each.name for each in catalogue.index.candidates("solar", "78701", "TX")]
    assert catalogue.zip_states is ZIP_STATES


def test_what_a_changed_file_leaves_as_it_was_stays_the_very_value(config: Path) -> None:
    live = first(config)
    rewrite(config, '"auto-anywhere"', '"auto-everywhere"')
    reloaded = following(sources(config), live)
    assert reloaded.problems == ()
    assert reloaded.catalogue.config_hash != live.catalogue.config_hash
    assert "auto-anywhere" not in reloaded.catalogue.campaigns
    assert reloaded.catalogue.sellers["acme"] is live.catalogue.sellers["acme"]
    assert reloaded.catalogue.verticals["solar"] is live.catalogue.verticals["solar"]


def test_models_that_change_are_said_and_a_loss_of_all_of_them_too(config: Path) -> None:
    live = first(config, loaded(model(), model(vertical="roofing")))
    newer = following(sources(config, loaded(model(version="2"))), live).catalogue
    assert model_changes(live.catalogue, newer) == ("model of roofing: 1 -> none", "model of solar: 1 -> 2")
    assert lost_models(live.catalogue, newer) == ()
    none = following(sources(config), live).catalogue
    assert len(lost_models(live.catalogue, none)) == 1


def test_a_new_model_is_taken_and_one_that_is_named_no_more_is_dropped(config: Path) -> None:
    live = first(config, loaded(model(), model(vertical="roofing")))
    newer = model(version="2")
    reloaded = following(sources(config, loaded(newer)), live)
    assert reloaded.catalogue.models == {"solar": newer}


def test_of_a_model_that_is_refused_the_live_one_stays(config: Path) -> None:
    old, other = model(), model(vertical="roofing")
    live = first(config, loaded(old, other))
    broken = ModelProblem(vertical="solar", reason="models/solar: no")
    newer = model(vertical="roofing", version="2")
    reloaded = following(sources(config, loaded(newer, problems=(broken,))), live)
    assert reloaded.catalogue.models == {"solar": old, "roofing": newer}
    assert reloaded.problems == ("models/solar: no",)


def test_where_the_pointer_cannot_be_read_all_live_models_stay(config: Path) -> None:
    live = first(config, loaded(model(), model(vertical="roofing")))
    unreadable = ModelProblem(vertical="", reason="current.toml is not TOML")
    reloaded = following(sources(config, loaded(problems=(unreadable,))), live)
    assert reloaded.catalogue.models == live.catalogue.models
    assert reloaded.problems == ("current.toml is not TOML",)


def test_every_file_that_was_read_is_looked_at_again(config: Path) -> None:
    names = {path.name for path in declared(config).contents}
    assert {"buyer.toml", "zips-tampa-bay.txt", "crm-webhook-secret.txt"} <= names
    assert sources(config).pointer.name == POINTER


def test_caps_are_planned_by_the_traffic_of_their_vertical_on_the_campaigns_own_clock(config: Path) -> None:
    counted = tuple(float(hour) for hour in range(168))
    catalogue = first(config, loaded(model(traffic=counted))).catalogue
    traffic = {name: each.schedule.traffic for name, each in catalogue.campaigns.items()}
    # Noon in New York is ten in the morning in Phoenix.
    assert traffic["solar-anywhere"][12] == traffic["solar-sunbelt"][10] == 12.0
    assert not traffic["auto-texas-agents"]
    assert all(each in catalogue.index.campaigns for each in catalogue.campaigns.values())


def test_a_challenger_comes_and_goes_with_the_pointer(config: Path) -> None:
    trial = {"solar": Challenger(model=model(version="2"), canary=0.1)}
    live = first(config, lambda: LoadedModels(models={"solar": model()}, challengers=trial))
    assert live.catalogue.challengers == trial
    assert live.catalogue.challenged.models["solar"].version == "2"
    assert live.catalogue.models["solar"].version == "1"
    assert following(sources(config, loaded(model())), live).catalogue.challengers == {}


def test_a_challenger_that_is_refused_is_left_out_while_the_live_model_changes(config: Path) -> None:
    trial = {"solar": Challenger(model=model(version="2"))}
    live = first(config, lambda: LoadedModels(models={"solar": model()}, challengers=trial))
    broken = ModelProblem(vertical="solar", reason="models/solar: the challenger is left out: no", of_challenger=True)
    reloaded = following(sources(config, loaded(model(version="3"), problems=(broken,))), live)
    assert reloaded.catalogue.models["solar"].version == "3"
    assert reloaded.catalogue.challengers == {}
    assert reloaded.problems == (broken.reason,)


def test_where_the_pointer_cannot_be_read_what_is_tried_goes_on(config: Path) -> None:
    trial = {"solar": Challenger(model=model(version="2"))}
    live = first(config, lambda: LoadedModels(models={"solar": model()}, challengers=trial))
    unreadable = ModelProblem(vertical="", reason="current.toml is not TOML")
    assert following(sources(config, loaded(problems=(unreadable,))), live).catalogue.challengers == trial


def test_a_live_model_that_stays_is_not_tried_against_itself(config: Path) -> None:
    live = first(config, loaded(model()))
    broken = ModelProblem(vertical="solar", reason="models/solar: no")
    swapped = LoadedModels(challengers={"solar": Challenger(model=model())}, problems=(broken,))
    assert following(sources(config, lambda: swapped), live).catalogue.challengers == {}


MISNAMED = FactRead(name="Monthly_Bill", kind="number")


def test_a_model_that_reads_what_its_vertical_does_not_declare_is_refused_at_the_start(config: Path) -> None:
    other = model(vertical="roofing")
    live = first(config, loaded(model(reads=(MISNAMED,)), other))
    assert live.catalogue.models == {"roofing": other}
    (said,) = live.problems
    assert said.startswith("models/solar: model 1 reads 'Monthly_Bill', which vertical 'solar' does not declare")


def test_a_live_model_stays_where_its_successor_does_not_fit(config: Path) -> None:
    old = model()
    live = first(config, loaded(old))
    reloaded = following(sources(config, loaded(model(version="2", reads=(MISNAMED,)))), live)
    assert reloaded.catalogue.models == {"solar": old}
    assert "Monthly_Bill" in reloaded.problems[0]
    assert reloaded.lost == ()


def test_a_file_that_no_longer_declares_what_the_live_model_reads_loses_it_by_consent(config: Path) -> None:
    fits = model(reads=(FactRead(name="monthly_bill", kind="number"),))
    live = first(config, loaded(fits))
    rewrite(config, "monthly_bill", "power_bill")
    reloaded = following(sources(config, loaded(fits)), live)
    assert reloaded.catalogue.models == {}
    (said,) = reloaded.lost
    assert said.startswith("loses the model of solar: models/solar: model 1 reads 'monthly_bill', which vertical")
    assert len(reloaded.problems) == 1


def test_a_challenger_that_does_not_fit_is_left_out_and_the_champion_stays(config: Path) -> None:
    champion = model()
    tried = Challenger(model=model(version="2", reads=(MISNAMED,)), canary=0.1)
    whole = LoadedModels(models={"solar": champion}, challengers={"solar": tried})
    live = first(config, lambda: whole)
    assert live.catalogue.models == {"solar": champion}
    assert live.catalogue.challengers == {}
    assert live.problems[0].startswith("models/solar: the challenger is left out: model 2 reads 'Monthly_Bill'")
