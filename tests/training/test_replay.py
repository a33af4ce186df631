"""`python -m training replay`: a journal of thousands of pings decides again bit for bit, through whatever changed."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.config.load import LoadedConfig, load
from app.config.values.zip_table import zip_states
from app.dialects.generic import read_ping
from app.domain.identity import hash_digest
from app.domain.seller import Habits
from app.journal.compact import compact
from app.journal.configurations import FOLDER
from app.journal.lines import PingLine
from app.journal.reader import lines
from app.journal.shadow import Shadow
from app.journal.writer import JournalWriter
from app.mock_exchange.consumers import consumer, ping_of
from app.scoring.habits import HABITS
from app.scoring.landscape import FILE as LANDSCAPE
from app.scoring.load import load as load_models
from app.scoring.registry import versions as registry
from app.scoring.registry.changes import Author
from app.scoring.traffic import TRAFFIC
from app.usecases.bidder import Bidder
from app.usecases.reload.config_watcher import ConfigWatcher
from app.usecases.reload.reload_catalogue import Reloaded, Sources, first_catalogue
from app.usecases.reload.settled import SETTLE_S
from app.usecases.standing.changes import DemandSet, SignalSet, TimePassed
from app.wire.feedback import Demand, Signal
from app.wire.ping import Ping
from tests.bidder import answer, open_bidder
from tests.build import NOW
from tests.models import add_version, landscape_of, shipped
from tests.service import DEMO_CONFIG
from training.main import main

PINGS_A_STAGE = 410
EVERY_S = 60.0
ODD: dict[int, dict[str, Any]] = {
    11: {"min_price_cents": 9_000},
    13: {"trustedform_cert_url": "", "leadid_token": ""},
    17: {"lead_type": "any"},
    23: {"test": True},
    29: {"vertical": "boats"},
}
"""What is odd about every so manieth ping."""
ME = Author(who="a test", at=NOW)
Said = pytest.CaptureFixture[str]


class World(msgspec.Struct, frozen=True, kw_only=True):
    """A data directory with its journal, and the models that decided."""

    data: Path
    models: Path

    @property
    def journal(self) -> Path:
        return self.data / "journal"

    @property
    def pings(self) -> list[PingLine]:
        return [line for line in lines(self.journal) if isinstance(line, PingLine)]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> World:
    """What a day of changes left: a shadow, a canary, a new configuration with a promotion, and a rollback."""
    folder = tmp_path_factory.mktemp("logged")
    models = shipped(folder)
    parts = {
        LANDSCAPE: landscape_of("solar", ("acme", "bluebird")),
        HABITS: msgspec.json.encode({"acme": Habits(quality_factor=0.9, return_rate=0.05)}),
        TRAFFIC: msgspec.json.encode([float(hour % 24) for hour in range(168)]),
    }
    add_version(models, "solar", "0002", shift=0.3, parts=parts)
    config = Path(shutil.copytree(DEMO_CONFIG.parent, folder / "config")) / "buyer.toml"
    sources = Sources(
        config=lambda read_file: load(config, environ=os.environ, read_file=read_file),
        models=lambda: load_models(models),
        models_dir=models,
        zip_states=zip_states(),
    )
    read = sources.config(Path.read_bytes)
    assert isinstance(read, LoadedConfig)
    live = first_catalogue(sources, read.declared)
    (folder / "data").mkdir()
    asyncio.run(_trade(folder / "data", sources, live, config))
    return World(data=folder / "data", models=models)


async def _trade(data: Path, sources: Sources, live: Reloaded, config: Path) -> None:
    models, numbers, seconds = sources.models_dir, count(1), count(0.0, SETTLE_S)
    async with open_bidder(data, live.catalogue) as bidder:
        watch = ConfigWatcher(sources, live, bidder, lambda: NOW, lambda: next(seconds), data / "journal")
        _ping(bidder, numbers)
        registry.shadow(models, "solar", "0002", ME)
        await _settled(watch)
        _ping(bidder, numbers)
        registry.canary(models, "solar", 0.5, ME)
        await _settled(watch)
        _ping(bidder, numbers)
        _lower_a_ceiling(config)
        registry.promote(models, "solar", "0002", ME)
        await _settled(watch)
        _ping(bidder, numbers)
        registry.rollback(models, "solar", ME)
        await _settled(watch)
        _ping(bidder, numbers)
        assert isinstance(bidder.journal, JournalWriter)
        bidder.journal.flush()


async def _settled(watch: ConfigWatcher) -> None:
    """Have it look until what has changed lies still."""
    for _ in range(3):
        await watch.look()


def _lower_a_ceiling(config: Path) -> None:
    text = config.read_text()
    assert "ceiling = 45.00" in text
    config.write_text(text.replace("ceiling = 45.00", "ceiling = 38.00"))


def _ping(bidder: Bidder, numbers: Iterator[int]) -> None:
    """So many leads of all verticals, while demand, signals and shadow prices move."""
    verticals = list(bidder.catalogue.verticals)
    digest = partial(hash_digest, bidder.keys.index)
    sellers = list(bidder.catalogue.sellers.values())
    for _ in range(PINGS_A_STAGE):
        number = next(numbers)
        now = NOW + number * EVERY_S
        who, seller = consumer(3, number, verticals[number % len(verticals)]), sellers[number % len(sellers)]
        bidder.standing.apply(TimePassed(at=now))
        if number % 50 == 0:
            bidder.standing.apply(
                DemandSet(
                    territory=who.state,
                    demand=Demand(open=number % 7, expected=4, limit=number % 4 == 0),
                    told_at=now,
                    ends_at=now + 3_600.0,
                )
            )
            bidder.standing.apply(
                SignalSet(
                    territory=who.state, signal=Signal(premium_cents=number % 300, cause="hail", until=now + 600.0)
                )
            )
        told = ping_of(who, now, with_hash=number % 3 == 0)
        ping = read_ping(told, seller, bidder.catalogue.verticals, digest).value
        assert isinstance(ping, Ping)
        odd: dict[str, Any] = next((change for every, change in ODD.items() if number % every == 0), {})
        answer(bidder, seller, replace(ping, **odd), (), now, took_ms=900.0 if number % 97 == 0 else 0.0)


def replay(world: World, *words: str) -> int:
    return main(["replay", "--data", str(world.data), "--models", str(world.models), *words])


def test_every_ping_decides_again_bit_for_bit(logged: World, capsys: Said) -> None:
    assert replay(logged, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pings"] == told["same"] == 5 * PINGS_A_STAGE
    assert told["differing"] == 0
    assert told["missing"] == {}
    assert told["shadows"] == told["shadows_same"] > 150


def test_the_journal_went_through_all_that_changed(logged: World) -> None:
    pings = logged.pings
    solar = [line for line in pings if line.ping.vertical == "solar"]
    assert len({line.config for line in pings}) == 2
    assert {(line.model, line.shadow.model if line.shadow is not None else None) for line in solar} == {
        ("0001", None),
        ("0001", "0002"),
        ("0002", "0001"),
        ("0002", None),
    }
    bids = [line for line in pings if line.decision.bids]
    codes = {line.decision.refusal.code for line in pings if line.decision.refusal is not None}
    assert len(bids) > len(pings) / 5
    assert len(codes) >= 3
    assert any(line.withdrawn is not None for line in pings)
    assert any(bid.valuation.signals for line in bids for bid in line.decision.bids if bid.valuation is not None)


def test_a_compacted_journal_decides_again_as_well(logged: World, tmp_path: Path, capsys: Said) -> None:
    data = World(data=Path(shutil.copytree(logged.data, tmp_path / "data")), models=logged.models)
    for path in sorted(data.journal.glob("*.jsonl"))[3:]:
        path.unlink()
    assert len(list(compact(data.journal, NOW + 30 * 86_400.0, lambda *_: None))) == 3
    assert replay(data) == 0
    assert "decided again bit for bit, 0 differently" in capsys.readouterr().out


def test_a_line_that_says_otherwise_is_named(logged: World, tmp_path: Path, capsys: Said) -> None:
    line = next(line for line in logged.pings if line.decision.bids)
    bid = line.decision.bids[0]
    dearer = replace(bid, surplus=bid.surplus * (1.0 + 2**-52))
    decision = replace(line.decision, bids=(dearer, *line.decision.bids[1:]))
    shadow = Shadow(model="0002" if line.ping.vertical == "solar" else "0001")
    world = _of(logged, tmp_path, replace(line, decision=decision, shadow=shadow))
    assert replay(world) == 1
    said = capsys.readouterr().out
    assert "1 pings: 0 decided again bit for bit, 1 differently" in said
    assert "1 shadows: 0 again" in said
    assert f"differs: {line.id}" in said


def test_what_is_missing_is_counted_and_named_and_is_no_proof(logged: World, tmp_path: Path, capsys: Said) -> None:
    line = next(line for line in logged.pings if line.decision.bids)
    world = _of(
        logged,
        tmp_path,
        line,
        replace(line, model="0404"),
        replace(line, config="f" * 16),
        replace(line, seller="nobody"),
    )
    assert replay(world) == 1
    said = capsys.readouterr().out
    assert "4 pings: 1 decided again bit for bit, 0 differently" in said
    assert f"1 pings could not be decided: model {line.ping.vertical} 0404: version 0404 does not exist" in said
    assert f"1 pings could not be decided: configuration {'f' * 16} cannot be read at " in said
    assert f"1 pings could not be decided: configuration {line.config} has no seller nobody" in said


def test_a_damaged_configuration_is_named_and_not_passed_over(logged: World, tmp_path: Path, capsys: Said) -> None:
    world = _of(logged, tmp_path, logged.pings[0])
    (kept,) = (world.journal / FOLDER).glob(f"{logged.pings[0].config}.json")
    kept.write_bytes(kept.read_bytes()[:-20])
    assert replay(world) == 1
    assert "is damaged at" in capsys.readouterr().out


def test_another_policy_is_compared_with_what_was_bid(logged: World, capsys: Said) -> None:
    policies = ("--policy", str(logged.models / "solar" / "0002"), "--policy", str(logged.models / "roofing" / "0001"))
    assert replay(logged, *policies, "--json") == 0
    solar, roofing = json.loads(capsys.readouterr().out)["rows"]
    assert (solar["vertical"], solar["policy"]) == ("solar", "0002")
    assert 0 < solar["changed"] < solar["pings"]
    assert solar["ratios"]["5%"] < solar["ratios"]["50%"] < solar["ratios"]["95%"]
    assert solar["new"]["surplus"] != solar["was"]["surplus"] > 0.0
    assert roofing["changed"] == 0
    assert roofing["was"] == roofing["new"]
    assert replay(logged, *policies) == 0
    said = capsys.readouterr().out
    assert "solar, by 0002: " in said
    assert "new to old price where both bid (" in said


def test_a_policy_bids_what_it_bid_in_shadow(logged: World, tmp_path: Path, capsys: Said) -> None:
    shadowed = [line for line in logged.pings if line.shadow is not None and line.shadow.model == "0002"]
    best = [max(line.shadow.bids, key=lambda bid: bid.surplus) for line in shadowed if line.shadow and line.shadow.bids]
    world = _of(logged, tmp_path, *shadowed)
    assert replay(world, "--policy", str(logged.models / "solar" / "0002"), "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["pings"], row["new"]["bids"]) == (len(shadowed), len(best))
    assert row["new"]["price"] == pytest.approx(sum(bid.price_cents for bid in best) / len(best))
    assert row["new"]["surplus"] == pytest.approx(sum(bid.surplus for bid in best))


def test_a_span_of_time_is_replayed_alone(logged: World, capsys: Said) -> None:
    assert replay(logged, "--since", str(NOW), "--until", str(NOW + 100 * EVERY_S), "--json") == 0
    assert json.loads(capsys.readouterr().out)["pings"] <= 100
    assert replay(logged, "--since", str(NOW + 30 * 86_400.0)) == 2
    assert "no ping of that span" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "say where the journal is"),
        (("--data", "nowhere"), "nowhere/journal does not exist"),
        (("--journal", "nowhere"), "nowhere does not exist"),
    ],
)
def test_without_a_journal_nothing_is_asked(words: tuple[str, ...], why: str, capsys: Said) -> None:
    assert main(["replay", *words]) == 2
    assert why in capsys.readouterr().err


def test_a_policy_that_is_no_version_is_refused(logged: World, capsys: Said) -> None:
    assert replay(logged, "--policy", str(logged.models / "solar" / "0404")) == 2
    assert "is no version of a model, such as models/solar/0002" in capsys.readouterr().err


def _of(logged: World, folder: Path, *wanted: PingLine) -> World:
    """A journal of these lines, with the configurations of the other."""
    journal = JournalWriter(folder / "data" / "journal")
    for line in wanted:
        journal.append(line)
    journal.flush()
    shutil.copytree(logged.journal / FOLDER, folder / "data" / "journal" / FOLDER)
    return World(data=folder / "data", models=logged.models)
