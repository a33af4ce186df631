"""A configuration kept beside the journal comes back as what it was, and decides as it did."""

import os
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.config.load import LoadedConfig, load
from app.domain.catalogue import Catalogue
from app.domain.filters import Filter
from app.domain.schedule import ALWAYS, Boost, Schedule
from app.domain.territory import Territory
from app.journal.compact import compact
from app.journal.configurations import (
    FOLDER,
    NoConfiguration,
    catalogue_from,
    configuration_of,
    keep,
    longest_bid_lifetime_s,
    newest_zone,
    read,
)
from app.journal.reader import lines
from app.scoring.load import LoadedModels
from app.usecases.reload.reload_catalogue import Sources, first_catalogue
from tests.build import NOW, buyer, campaign, catalogue, model, seller
from tests.journal import route, written
from tests.service import DEMO_CONFIG

HASH = "0" * 16


def demo(models: LoadedModels | None = None) -> Catalogue:
    read_config = load(DEMO_CONFIG, environ=os.environ)
    assert isinstance(read_config, LoadedConfig)
    sources = Sources(
        config=lambda _read_file: read_config, models=lambda: models or LoadedModels(), models_dir=Path(), zip_states={}
    )
    return first_catalogue(sources, read_config.declared).catalogue


def test_the_demos_configuration_comes_back_whole(tmp_path: Path) -> None:
    whole = demo()
    assert keep(tmp_path, whole)
    again = catalogue_from(read(tmp_path, whole.config_hash), {})
    assert again.campaigns == whole.campaigns
    assert again.verticals == whole.verticals
    assert again.buyer == whole.buyer
    assert again.index == whole.index
    assert again.tags == whole.tags


def test_every_kind_of_rule_comes_back_as_it_was(tmp_path: Path) -> None:
    filters = (
        Filter(field="bill", op="at_least", value=100),
        Filter(field="bill", op="at_most", value=100.0),
        Filter(field="roof", op="in", values=frozenset({"tile", "flat"})),
        Filter(field="owner", op="is", value=True),
    )
    noon = Boost(name="noon", cents=300, hours=ALWAYS, first_date="2026-11-20")
    kept = campaign(
        filters=filters,
        territory=Territory(zips=frozenset({"78701", "90001"}), not_states=frozenset({"CA"})),
        schedule=Schedule(hours=ALWAYS, boosts=(noon,), blackout_dates=frozenset({"2026-12-25"})),
    )
    keep(tmp_path, catalogue([kept]))
    (back,) = read(tmp_path, HASH).campaigns
    assert back == kept
    assert [type(each.value) for each in back.filters] == [int, float, type(None), bool]


def test_no_key_and_no_address_is_kept(tmp_path: Path) -> None:
    who = seller(allowed_ips=("203.0.113.7",))
    keep(tmp_path, catalogue(sellers=[who]))
    text = (tmp_path / FOLDER / f"{HASH}.json").read_text()
    assert who.key_sha256[0] not in text
    assert "203.0.113.7" not in text
    assert read(tmp_path, HASH).sellers == (replace(who, key_sha256=(), allowed_ips=()),)


def test_plans_that_come_from_a_models_traffic_make_no_other_configuration(tmp_path: Path) -> None:
    counted = {"auto_insurance": model(vertical="auto_insurance", traffic=tuple(map(float, range(168))))}
    assert configuration_of(demo(LoadedModels(models=counted))) == configuration_of(demo())


def test_it_is_written_once(tmp_path: Path) -> None:
    assert keep(tmp_path, catalogue())
    before = (tmp_path / FOLDER / f"{HASH}.json").stat()
    assert not keep(tmp_path, catalogue())
    after = (tmp_path / FOLDER / f"{HASH}.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == [f"{HASH}.json"]


def test_what_another_version_made_of_the_same_file_goes_aside(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    for cents in (500, 600, 700):
        assert keep(tmp_path, catalogue([campaign(floor_cents=cents)]))
    assert read(tmp_path, HASH).campaigns[0].floor_cents == 700
    assert sorted(path.name for path in folder.iterdir()) == [f"{HASH}{part}.json" for part in (".1", ".2", "")]


def test_what_is_damaged_is_named_and_written_again(tmp_path: Path) -> None:
    keep(tmp_path, catalogue())
    path = tmp_path / FOLDER / f"{HASH}.json"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(NoConfiguration, match=f"configuration {HASH} is damaged at"):
        read(tmp_path, HASH)
    assert keep(tmp_path, catalogue())
    assert read(tmp_path, HASH) == configuration_of(catalogue())


@pytest.mark.parametrize("name", ["1234", "../../etc/passwd", ""])
def test_what_is_not_kept_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(NoConfiguration, match="configuration"):
        read(tmp_path, name)


def test_the_longest_lifetime_of_a_bid_is_that_of_any_configuration(tmp_path: Path) -> None:
    assert longest_bid_lifetime_s(tmp_path) == 0
    for number, lifetime_s in enumerate((120, 1_800, 60)):
        keep(tmp_path, catalogue(config_hash=f"{number:016x}", buyer=buyer(bid_lifetime_s=lifetime_s)))
    (tmp_path / FOLDER / "aa.json").write_text("{")
    assert longest_bid_lifetime_s(tmp_path) == 1_800


def test_the_newest_zone_is_that_of_the_configuration_that_was_kept_last(tmp_path: Path) -> None:
    assert newest_zone(tmp_path) == "UTC"
    for age, zone in ((20, "America/Denver"), (10, "America/Phoenix"), (30, "America/Chicago")):
        whole = catalogue(buyer=buyer(zone=zone))
        keep(tmp_path, replace(whole, config_hash=f"{age:016x}"))
        os.utime(tmp_path / "configurations" / f"{age:016x}.json", (NOW - age, NOW - age))
    assert newest_zone(tmp_path) == "America/Phoenix"
    (tmp_path / "configurations" / f"{10:016x}.json").write_text("{")
    assert newest_zone(tmp_path) == "America/Denver"


def test_the_same_configuration_is_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    zips = [f"{number:05d}" for number in range(200)]
    one, other = (campaign(territory=Territory(zips=frozenset(order))) for order in (zips, zips[::-1]))
    texts = [msgspec.json.encode(configuration_of(catalogue([each])), order="deterministic") for each in (one, other)]
    assert texts[0] == texts[1]


def test_reading_and_compacting_a_journal_pass_it_over(tmp_path: Path) -> None:
    keep(written(tmp_path, route(1)), catalogue())
    assert len(list(compact(tmp_path, NOW + 86_400.0, lambda *_: None))) == 1
    assert list(lines(tmp_path)) == [route(1)]
    assert read(tmp_path, HASH) == configuration_of(catalogue())
