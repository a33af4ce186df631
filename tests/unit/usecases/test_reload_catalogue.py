"""A changed file and what becomes of the catalogue in force."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from app.config.load import Declared, LoadedConfig, load
from app.domain.catalogue import Challenger, Model
from app.domain.token import campaign_tag
from app.scoring.load import LoadedModels, ModelProblem
from app.scoring.pointer import POINTER
from app.usecases.reload_catalogue import Reloaded, Sources, first_catalogue, next_catalogue
from tests.build import ZIP_STATES, campaign, model
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
        config=lambda: load(config, environ={}),
        models=models,
        models_dir=config.parent / "models",
        zip_states=ZIP_STATES,
    )


def first(config: Path, models: Callable[[], LoadedModels] = lambda: NO_MODELS) -> Reloaded:
    return first_catalogue(sources(config, models), declared(config), {})


def rewrite(config: Path, old: str, new: str) -> None:
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))


def loaded(*models: Model, problems: tuple[ModelProblem, ...] = ()) -> Callable[[], LoadedModels]:
    whole = LoadedModels(models={model.vertical: model for model in models}, problems=problems)
    return lambda: whole


def test_the_first_catalogue_is_indexed_and_remembers_campaigns_of_earlier_days(config: Path) -> None:
    gone, still = campaign(name="gone"), campaign(name="solar-anywhere")
    former = {campaign_tag(each.name): each for each in (gone, still)}
    catalogue = first_catalogue(sources(config), declared(config), former).catalogue
    assert catalogue.campaign_of(campaign_tag("gone")) is gone
    assert catalogue.campaign_of(campaign_tag("solar-anywhere")) is catalogue.campaigns["solar-anywhere"]
    assert {seller.name for seller in catalogue.seller_by_key.values()} == set(catalogue.sellers)
    assert [operator.name for operator in catalogue.operator_by_key.values()] == ["demo-ops"]
    assert "solar-sunbelt" in [each.name for each in catalogue.index.candidates("solar", "78701", "TX")]
    assert catalogue.zip_states is ZIP_STATES


def test_a_changed_file_makes_a_new_catalogue_that_remembers_the_old_campaigns(config: Path) -> None:
    live = first(config)
    rewrite(config, '"auto-anywhere"', '"auto-everywhere"')
    reloaded = next_catalogue(sources(config), live)
    assert reloaded.problems == ()
    assert reloaded.catalogue.config_hash != live.catalogue.config_hash
    assert "auto-anywhere" not in reloaded.catalogue.campaigns
    assert reloaded.catalogue.campaign_of(campaign_tag("auto-anywhere")) is live.catalogue.campaigns["auto-anywhere"]
    rewrite(config, '"auto-everywhere"', '"auto-anywhere"')
    back = next_catalogue(sources(config), reloaded).catalogue
    assert campaign_tag("auto-anywhere") not in back.former
    assert back.campaign_of(campaign_tag("auto-everywhere")) is not None


def test_an_invalid_file_changes_nothing_and_every_problem_is_told(config: Path) -> None:
    live = first(config)
    rewrite(config, "ceiling = 45.00", "ceiling = -1")
    reloaded = next_catalogue(sources(config), live)
    assert reloaded.catalogue is live.catalogue
    assert reloaded.declared is live.declared
    assert any("campaigns.auto-anywhere.ceiling" in problem for problem in reloaded.problems)


def test_a_file_that_is_gone_changes_nothing(config: Path) -> None:
    live = first(config)
    config.unlink()
    reloaded = next_catalogue(sources(config), live)
    assert reloaded.catalogue is live.catalogue
    assert len(reloaded.problems) == 1


def test_fields_that_were_locked_are_remembered_once_where_they_differ(config: Path) -> None:
    live = first(config)
    before = live.catalogue.verticals["solar"].locked
    assert "roof_age" in before
    roof_age = '"roof_age", type = "integer", minimum = 0, maximum = 80, example = "9"'
    rewrite(config, roof_age, f"{roof_age}, locked = false")
    once = next_catalogue(sources(config), live)
    assert "roof_age" not in once.catalogue.verticals["solar"].locked
    assert once.catalogue.former_locks == {"solar": (before,)}
    twice = next_catalogue(sources(config), once)
    assert twice.catalogue.former_locks == {"solar": (before,)}


def test_a_new_model_is_taken_and_one_that_is_named_no_more_is_dropped(config: Path) -> None:
    live = first(config, loaded(model(), model(vertical="roofing")))
    newer = model(version="2")
    reloaded = next_catalogue(sources(config, loaded(newer)), live)
    assert reloaded.catalogue.models == {"solar": newer}


def test_of_a_model_that_is_refused_the_live_one_stays(config: Path) -> None:
    old, other = model(), model(vertical="roofing")
    live = first(config, loaded(old, other))
    broken = ModelProblem(vertical="solar", reason="models/solar: no")
    newer = model(vertical="roofing", version="2")
    reloaded = next_catalogue(sources(config, loaded(newer, problems=(broken,))), live)
    assert reloaded.catalogue.models == {"solar": old, "roofing": newer}
    assert reloaded.problems == ("models/solar: no",)


def test_where_the_pointer_cannot_be_read_all_live_models_stay(config: Path) -> None:
    live = first(config, loaded(model(), model(vertical="roofing")))
    unreadable = ModelProblem(vertical="", reason="current.toml is not TOML")
    reloaded = next_catalogue(sources(config, loaded(problems=(unreadable,))), live)
    assert reloaded.catalogue.models == live.catalogue.models
    assert reloaded.problems == ("current.toml is not TOML",)


@pytest.mark.parametrize("name", ["buyer.toml", "zips-tampa-bay.txt", "crm-webhook-secret.txt"])
def test_a_change_of_any_file_that_was_read_is_seen(config: Path, name: str) -> None:
    read, where = declared(config), sources(config)
    before = where.stamp(read)
    assert where.stamp(read) == before
    path = config.with_name(name)
    path.write_text(path.read_text() + "\n")
    assert where.stamp(read) != before


def test_models_that_come_and_go_are_seen(config: Path) -> None:
    read, where = declared(config), sources(config)
    absent = where.stamp(read)
    where.models_dir.mkdir()
    (where.models_dir / POINTER).write_text('solar = "0001"\n')
    present = where.stamp(read)
    (where.models_dir / POINTER).unlink()
    assert [stamp == absent for stamp in (present, where.stamp(read))] == [False, True]


def test_a_campaign_survives_being_remembered_in_bytes(config: Path) -> None:
    for each in declared(config).campaigns:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(each), type=type(each)) == each


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
    assert next_catalogue(sources(config, loaded(model())), live).catalogue.challengers == {}


def test_a_challenger_that_is_refused_is_left_out_while_the_live_model_changes(config: Path) -> None:
    trial = {"solar": Challenger(model=model(version="2"))}
    live = first(config, lambda: LoadedModels(models={"solar": model()}, challengers=trial))
    broken = ModelProblem(vertical="solar", reason="models/solar: the challenger is left out: no", of_challenger=True)
    reloaded = next_catalogue(sources(config, loaded(model(version="3"), problems=(broken,))), live)
    assert reloaded.catalogue.models["solar"].version == "3"
    assert reloaded.catalogue.challengers == {}
    assert reloaded.problems == (broken.reason,)


def test_where_the_pointer_cannot_be_read_what_is_tried_goes_on(config: Path) -> None:
    trial = {"solar": Challenger(model=model(version="2"))}
    live = first(config, lambda: LoadedModels(models={"solar": model()}, challengers=trial))
    unreadable = ModelProblem(vertical="", reason="current.toml is not TOML")
    assert next_catalogue(sources(config, loaded(problems=(unreadable,))), live).catalogue.challengers == trial


def test_a_live_model_that_stays_is_not_tried_against_itself(config: Path) -> None:
    live = first(config, loaded(model()))
    broken = ModelProblem(vertical="solar", reason="models/solar: no")
    swapped = LoadedModels(challengers={"solar": Challenger(model=model())}, problems=(broken,))
    assert next_catalogue(sources(config, lambda: swapped), live).catalogue.challengers == {}
