"""What prices each vertical is told from pointer, cards and the running service, whatever of them is missing."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.domain.pricing.expected_conversion import ExpectedConversion
from app.reports.attention.trade import ScoreShift
from app.reports.models.models import ModelFacts, models_view, vertical_models
from app.scoring.pointer import Entry
from app.scoring.registry import versions
from app.scoring.registry.changes import Author, changes, entries
from app.scoring.registry.listing import listed
from app.scoring.registry.versions import card_of
from tests.build import campaign
from tests.models import add_version, shipped


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> ModelFacts:
    """Solar has a challenger in shadow, and a third version with a card that nobody can read."""
    models = shipped(tmp_path_factory.mktemp("models"))
    add_version(models, "solar", "0002", shift=0.2)
    versions.shadow(models, "solar", "0002", Author(who="maria", at=1_795_190_400.0, why="it won"))
    damaged: Path = add_version(models, "solar", "0003")
    (damaged / "card.json").write_bytes(b"{")
    pointed = entries(models)
    return ModelFacts(
        at=0.0,
        days=7,
        folder=str(models),
        shipped=False,
        campaigns=[campaign(), campaign(name="boats", vertical="boats", fallback_cents=500)],
        entries=pointed,
        versions=listed(models, look=card_of),
        changes=changes(models),
        loaded={name: each.live for name, each in pointed.items()},
        tally=None,
        unread="",
        outcomes=None,
        matures_days={},
        shifts=[ScoreShift(vertical="solar", model="0001", before=9_000, now=900, psi=0.4)],
        stopped={},
        tallies={},
    )


def test_a_vertical_is_told_with_its_card_its_trial_and_what_was_changed(facts: ModelFacts) -> None:
    shown = vertical_models("solar", facts)
    assert (shown.row.live, shown.row.challenger, shown.row.share) == ("0001", "0002", 0.0)
    assert shown.row.auc is not None
    assert shown.row.auc.low < shown.row.auc.at == pytest.approx(0.710, abs=1e-3)
    assert [(each.version, each.role) for each in shown.versions] == [
        ("0003", ""),
        ("0002", "challenger"),
        ("0001", "live"),
    ]
    damaged = shown.versions[0]
    assert "card.json is not a model card" in damaged.problem
    assert (damaged.figures, damaged.cleared) == (None, False)
    assert shown.versions[2].conversions == 2_375
    assert [each.moves for each in shown.fields] == sorted((each.moves for each in shown.fields), reverse=True)
    assert shown.fields[0].alone is not None
    assert {gate.name for gate in shown.gates} >= {"level", "beats a constant"}
    assert [(each.did, each.words, each.why) for each in shown.changes] == [
        ("shadow", "0001 -> 0001 with 0002 in shadow", "it won")
    ]
    assert shown.drift is not None
    assert shown.drift.has_moved
    assert shown.trial is not None
    assert not shown.counted


def test_a_vertical_without_a_model_says_what_its_campaigns_bid_by(facts: ModelFacts) -> None:
    boats = vertical_models("boats", facts)
    (unpriced,) = boats.unpriced
    assert (boats.row.live, unpriced.campaign, unpriced.fallback_cents) == ("", "boats", 500)
    rated = campaign(name="boats", vertical="boats", expected_conversion=ExpectedConversion(rate=0.05))
    (unpriced,) = vertical_models("boats", replace(facts, campaigns=[rated])).unpriced
    assert unpriced.expected_conversion == 0.05
    assert {each.vertical: each.live for each in models_view(facts).verticals}["boats"] == ""


def test_what_the_pointer_names_and_the_service_does_not_use_is_a_problem(facts: ModelFacts) -> None:
    pointed = {**facts.entries, "solar": Entry(live="0009")}
    row = vertical_models("solar", replace(facts, entries=pointed)).row
    assert row.live == "0001"
    assert row.problem.startswith("0009 is to be live, and is not yet")
    beside = vertical_models("solar", replace(facts, entries=pointed, loaded=None)).row
    assert (beside.live, beside.problem) == ("0009", "")
