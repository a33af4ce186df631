"""A vertical learns from its own outcomes what they can teach, and its champion stays while that is tried."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import msgspec
import numpy as np
import pytest

from app.domain.vertical import Vertical
from app.scoring.card import Gate, read_card
from app.scoring.load import load_version
from app.scoring.registry import versions as registry
from app.scoring.registry.changes import entries
from tests.bids import AT, bid, write_bids
from tests.histories import facts_in
from tests.models import add_version, shipped
from training.commands.retrain import tried
from training.drift.drift import drift
from training.drift.window import read_reference, sample, window_like
from training.histories.bids import LoggedBid
from training.histories.dataset import BIDS, LEADS, SUMMARY, DatasetSummary, VerticalCounts
from training.histories.declared import declared
from training.histories.history import History
from training.main import main
from training.registry.author import author
from training.retraining.retrain import Dataset, Round, retrain

pytestmark = pytest.mark.usefixtures("leaks_are_sought_by_few_trees")
Capture = pytest.CaptureFixture[str]
DAY = 86_400.0


def quiet(_: str) -> None:
    """Nobody listens."""


def bids(rows: int, seed: int = 1) -> list[LoggedBid]:
    """Over ten days; the half of them that win become leads, of which one in ten converts as predicted."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(rows):
        won = bool(random.random() < 0.5)
        told = {
            "at": AT + 10.0 * DAY * number / rows,
            "seller": "acme" if number % 3 else "bluebird",
            "facts": {"credit_tier": "good", "monthly_bill": float(random.lognormal(5.0, 0.5)), "local_hour": 9},
            "probability": 0.1,
            "win_probability": 0.9,
            "won": won,
            "lead_id": f"l-{number}" if won else "",
            "converted": bool(random.random() < 0.1) if won else None,
        }
        made.append(bid(number, **told))
    return made


def dataset(folder: Path, made: list[LoggedBid]) -> DatasetSummary:
    """The files of a dataset with these bids, and the leads that they became."""
    folder.mkdir(exist_ok=True)
    write_bids(folder / BIDS, made)
    leads = f"""
        SELECT lead_id, id AS ping_id, "at", seller, vertical, leg, model, price_cents, probability, worth, converted,
            CASE WHEN converted THEN worth::BIGINT END AS value_cents, returned, facts,
            CASE WHEN converted THEN "at" + 3600.0 END AS converted_at, NULL::BIGINT AS stated_cents,
            CASE WHEN converted THEN 'sold' ELSE '' END AS disposition
        FROM read_parquet('{folder / BIDS}') WHERE lead_id <> '' ORDER BY "at"
    """
    duckdb.execute(f"COPY ({leads}) TO '{folder / LEADS}' (FORMAT parquet)")
    trade = VerticalCounts(
        vertical="solar", bids=len(made), won=0, lost=0, undecided=0, leads=0, matured=0, converted=0, returned=0
    )
    summary = DatasetSummary(
        since=AT,
        until=AT + 10.0 * DAY,
        as_of=AT + 20.0 * DAY,
        maturity_s=DAY,
        pings=len(made),
        with_bid=len(made),
        tests=0,
        repeats=0,
        declined={},
        posts={},
        verticals=(trade,),
        traffic={"solar": [len(made) if hour == 9 else 0 for hour in range(168)]},
        left_out={},
        noted={},
    )
    (folder / SUMMARY).write_bytes(msgspec.json.encode(summary))
    return summary


@pytest.fixture(scope="module")
def solar(demo: Path) -> Vertical:
    return declared(demo).verticals["solar"]


def round_of(folder: Path, vertical: Vertical, made: list[LoggedBid], champion: str = "0001") -> tuple[Round, Path]:
    models = shipped(folder)
    summary = dataset(folder / "dataset", made)
    past = Dataset(folder=folder / "dataset", summary=summary, models=models, zone="America/New_York")
    return retrain(past, vertical, champion, seed=1, tell=quiet), models


def test_few_conversions_renew_the_champion_with_what_sellers_were(tmp_path: Path, solar: Vertical) -> None:
    made = bids(280)
    found, models = round_of(tmp_path, solar, made)
    leads = [each for each in made if each.lead_id]
    converted = sum(each.converted is True for each in leads)
    assert found.conversion.startswith(f"too few conversions: {converted} conversions in {len(leads)} leads")
    assert (found.champion, found.challenger) == ("0001", "0002")
    assert set(found.sellers) == {"acme", "bluebird"}
    model, _ = load_version(models, "solar", "0002")
    assert model.habits == {seller: each.habits for seller, each in found.sellers.items()}
    assert model.landscape is not None
    curve = model.landscape.curve("acme", "exclusive", {"credit_tier": "good"}, 4_000.0)
    assert curve is not None
    # Every bid was of $21.40, and half of them won.
    assert curve.win_probability(2_140) == pytest.approx(0.5, abs=0.15)
    assert len(model.traffic) == 168
    assert max(range(168), key=model.traffic.__getitem__) == 9
    # Nothing points at it yet.
    assert entries(models)["solar"].challenger == ""


def test_the_champion_is_told_how_well_it_predicted(tmp_path: Path, solar: Vertical) -> None:
    found, _ = round_of(tmp_path, solar, bids(280))
    told = found.contests["exclusive"]
    assert told.bids == 70
    assert told.champion.predicted == pytest.approx(0.9)
    assert told.won == pytest.approx(0.5, abs=0.15)
    assert told.champion.log_loss > told.constant.log_loss
    assert "shared" not in found.contests


def test_drift_is_held_against_the_window_that_the_new_version_brings(tmp_path: Path, solar: Vertical) -> None:
    made = bids(280)
    found, models = round_of(tmp_path, solar, made)
    before = read_reference(models, "solar", found.challenger)
    assert before is not None
    score = load_version(models, "solar", found.challenger)[0].probability
    again = drift(before, window_like(before, sample("solar", bids(280, seed=2)), score))
    assert (again.found, again.why_not) == ("none", "")
    assert "score" in [each.name for each in again.shifts]


def test_what_an_earlier_round_knew_goes_on(tmp_path: Path, solar: Vertical) -> None:
    found, models = round_of(tmp_path, solar, bids(280))
    # A month later there is little of anything: one seller has leads enough, and nobody has auctions.
    later = [each for each in bids(280, seed=3) if each.won and each.seller == "acme"]
    past = Dataset(folder=tmp_path / "later", summary=dataset(tmp_path / "later", later), models=models, zone="UTC")
    again = retrain(past, solar, found.challenger, seed=1, tell=quiet)
    assert (set(again.sellers), again.contests, again.challenger) == ({"acme"}, {}, "0003")
    first, second = (load_version(models, "solar", version)[0] for version in ("0002", "0003"))
    assert second.habits["bluebird"] == first.habits["bluebird"]
    assert second.habits["acme"] != first.habits["acme"]
    assert second.landscape is not None


def test_a_gate_has_one_result_and_what_failed_is_neither_in_the_challenger_nor_tried(
    tmp_path: Path, solar: Vertical, capsys: Capture
) -> None:
    found, models = round_of(tmp_path, solar, bids(280))
    (first,) = [gate for gate in found.gates if "exclusive wins" in gate.name]
    assert first.passed
    # The rivals bid as was said, so that nothing can be learned of them.
    known = [msgspec.structs.replace(each, win_probability=0.5) for each in bids(280, seed=2)]
    past = Dataset(folder=tmp_path / "later", summary=dataset(tmp_path / "later", known), models=models, zone="UTC")
    again = retrain(past, solar, found.challenger, seed=1, tell=quiet)
    ((failed,),) = again.left_out.values()
    assert (failed.passed, failed.name in {gate.name for gate in again.gates}) == (False, False)
    assert first in again.gates
    assert read_card(models / "solar" / again.challenger).gates == again.gates
    assert main(["registry", "list", "--models", str(models), "--vertical", "solar", "--json"]) == 0
    listed = {each["version"]: each["card"] for each in json.loads(capsys.readouterr().out)}[again.challenger]
    assert listed["gates"] == list(msgspec.to_builtins(again.gates))
    assert listed["passed"]


def test_a_challenger_that_failed_a_gate_is_not_tried(tmp_path: Path) -> None:
    models = shipped(tmp_path)
    add_version(models, "solar", "0002")
    gates = (Gate(name="level", passed=False, found="1.6"), Gate(name="wins", passed=None, found="nobody looked"))
    found = tried(models, entries(models)["solar"], msgspec.structs.replace(told(), gates=gates), {})
    assert (found.is_tried, found.verdict) == (False, "0002 did not pass: level, wins; it is kept for study")
    assert entries(models)["solar"].challenger == ""


def test_nothing_new_is_no_challenger(tmp_path: Path, solar: Vertical) -> None:
    found, models = round_of(tmp_path, solar, bids(40))
    assert (found.challenger, found.sellers) == ("", {})
    assert not (models / "solar" / "0002").exists()


def test_without_a_champion_and_without_conversions_there_is_nothing(tmp_path: Path, solar: Vertical) -> None:
    found, _ = round_of(tmp_path, solar, bids(280), champion="")
    assert (found.champion, found.challenger) == ("", "")


def test_kappa_speaks_of_the_scorer_that_it_stands_beside(tmp_path: Path, solar: Vertical) -> None:
    made = [msgspec.structs.replace(each, model="0009") for each in bids(280)]
    # The model that bid said far more of every lead than the champion does.
    models = shipped(tmp_path)
    add_version(models, "solar", "0009", shift=2.0)
    past = Dataset(folder=tmp_path / "dataset", summary=dataset(tmp_path / "dataset", made), models=models, zone="UTC")
    quality_factor = {
        name: each.habits.quality_factor
        for name, each in retrain(past, solar, "0001", seed=1, tell=quiet).sellers.items()
    }
    own = {
        name: each.habits.quality_factor
        for name, each in retrain(past, solar, "0009", seed=1, tell=quiet).sellers.items()
    }
    assert all(quality_factor[name] > 1.3 * own[name] for name in quality_factor)


def test_enough_conversions_make_a_model_of_its_own(
    tmp_path: Path, vertical: Vertical, draw: Callable[..., History], monkeypatch: pytest.MonkeyPatch
) -> None:
    history = draw(2_500)
    made = [
        bid(number, at=float(at), facts=facts, won=True, lead_id=f"l-{number}", converted=bool(label))
        for number, (facts, label, at) in enumerate(zip(facts_in(history), history.converted, history.at, strict=True))
    ]
    found, models = round_of(tmp_path, vertical, made)
    assert found.conversion == "learned anew from 2,500 leads"
    assert found.challenger == "0002"
    assert all(gate.passed for gate in found.gates)
    model, reads = load_version(models, "solar", "0002")
    assert set(reads) >= {"tier", "bill", "owner"}
    assert model.traffic
    assert set(model.habits) == {"acme"}


@pytest.mark.long
def test_where_sales_are_rare_an_earlier_disposition_is_learned_and_served_at_their_level(
    tmp_path: Path, vertical: Vertical, draw: Callable[..., History]
) -> None:
    history = draw(4_000)
    qualified = {f"l-{number}" for number in np.flatnonzero(history.converted)}
    sold = {name for name in qualified if int(name[2:]) % 9 == 0}
    made = [
        bid(number, at=float(at), facts=facts, won=True, lead_id=f"l-{number}", converted=f"l-{number}" in sold)
        for number, (facts, at) in enumerate(zip(facts_in(history), history.at, strict=True))
    ]
    summary = dataset(tmp_path / "dataset", made)
    path, names = tmp_path / "dataset" / LEADS, ", ".join(f"'{name}'" for name in qualified - sold)
    again = f"SELECT * REPLACE (CASE WHEN lead_id IN ({names}) THEN 'qualified' ELSE disposition END AS disposition)"
    duckdb.execute(f"CREATE TABLE leads AS {again} FROM read_parquet('{path}')")
    duckdb.execute(f"COPY leads TO '{path}' (FORMAT parquet)")
    past = Dataset(folder=tmp_path / "dataset", summary=summary, models=shipped(tmp_path), zone="America/New_York")
    found = retrain(past, vertical, "0001", seed=1, tell=quiet)
    assert "too few conversions" in found.conversion
    assert "by who is qualified" in found.conversion
    assert next(gate for gate in found.gates if gate.name == "late level").passed
    model, _ = load_version(past.models, "solar", found.challenger)
    said = [model.probability(facts) for facts in facts_in(history)]
    assert np.mean(said) == pytest.approx(len(sold) / len(made), rel=0.01)
    assert model.dispositions["qualified"].of(-2.0) > 0.3


def told(*, challenger: str = "0002") -> Round:
    return Round(vertical="solar", champion="0001", challenger=challenger, conversion="")


def test_a_challenger_shadows_its_champion(tmp_path: Path, solar: Vertical) -> None:
    models = shipped(tmp_path)
    add_version(models, "solar", "0002")
    found = tried(models, entries(models)["solar"], told(), {"solar": solar})
    assert (found.is_tried, found.verdict) == (True, "0002 shadows it")
    entry = entries(models)["solar"]
    assert (entry.live, entry.challenger, entry.canary) == ("0001", "0002", 0.0)


def test_a_renewed_champion_that_reads_what_is_declared_no_more_is_not_tried(tmp_path: Path, solar: Vertical) -> None:
    models = shipped(tmp_path)
    add_version(models, "solar", "0002")
    fewer = msgspec.structs.replace(solar, fields=tuple(each for each in solar.fields if each.name != "roof_shade"))
    found = tried(models, entries(models)["solar"], told(), {"solar": fewer})
    assert not found.is_tried
    assert "0002 is kept for study" in found.verdict
    assert "roof_shade" in found.verdict
    assert entries(models)["solar"].challenger == ""


def test_a_canary_is_not_disturbed(tmp_path: Path) -> None:
    models = shipped(tmp_path)
    for version in ("0002", "0003"):
        add_version(models, "solar", version)
    registry.canary(models, "solar", 0.1, author(), version="0002")
    found = tried(models, entries(models)["solar"], told(challenger="0003"), {})
    assert not found.is_tried
    assert "0002 is a canary" in found.verdict
    assert entries(models)["solar"].challenger == "0002"


def test_without_a_challenger_or_a_champion_nothing_is_tried(tmp_path: Path) -> None:
    models = shipped(tmp_path)
    nothing = tried(models, entries(models)["solar"], told(challenger=""), {})
    assert nothing.verdict == "stays live; no challenger was created"
    assert tried(models, None, told(), {}).verdict == "nothing is live yet: promote 0002"


def test_what_cannot_be_asked_is_two(tmp_path: Path, capsys: Capture) -> None:
    words = ["retrain", "--models", str(shipped(tmp_path))]
    assert main(words) == 2
    assert "say where the journal is" in capsys.readouterr().err
    assert main([*words, "--data", str(tmp_path), "--vertical", "boats"]) == 2
    assert "no vertical 'boats' is declared" in capsys.readouterr().err
    (tmp_path / "models" / "current.toml").write_text("solar =")
    assert main([*words, "--data", str(tmp_path)]) == 2
    assert "current.toml" in capsys.readouterr().err
