"""What a conversion brings is learned where that helps, bounded, and said by the service as by the pipeline."""

import msgspec
import numpy as np
import pytest

from app.scoring.artefact import Amount, Scorer, Uncalibrated, Unusable
from app.scoring.compile import compiled
from app.scoring.parse import parse, parse_value
from app.wire.ping import Value
from training.conversion.features import Column, stacked
from training.conversion.options import FitOptions
from training.conversion.train import slices_of
from training.conversion.value.learn import ValueParts, learn_value, value_lines
from training.histories.history import History

COLUMNS = (Column("tier", "category"), Column("city", "category"), Column("size", "number"))


def history(rows: int = 3_000, *, signal: float = 1.0, told: float = 1.0, drift: float = 0.0) -> History:
    """Leads of which one in two converts and brings some hundred dollars, more for good tiers and large houses."""
    random = np.random.default_rng(5)
    good, size = random.random(rows) < 0.4, random.uniform(0.0, 1.0, rows)
    city = np.array([f"c{number}" for number in random.integers(0, 60, rows)], dtype=object)
    mean = 300.0 * np.exp(signal * (0.7 * good + 0.9 * size + 0.4 * (city < "c3")) + drift * np.arange(rows) / rows)
    value = mean * random.gamma(4.0, 0.25, rows)
    converted = (random.random(rows) < 0.5).astype(np.int8)
    value[(converted == 0) | (random.random(rows) > told)] = np.nan
    return History(
        vertical="solar",
        source="made for a test",
        columns={"tier": np.where(good, "good", "poor").astype(object), "city": city, "size": size},
        converted=converted,
        at=np.arange(rows).astype(np.float64) * 3_600.0 + 1.78e9,
        truth=mean,
        value=value,
    )


def learned(past: History) -> ValueParts:
    table = stacked(COLUMNS, past.columns, len(past))
    return learn_value(past, COLUMNS, table, slices_of(len(past)), FitOptions(), version="0001", seed=1)


@pytest.fixture(scope="module")
def usual() -> tuple[History, ValueParts]:
    past = history()
    return past, learned(past)


def test_a_model_says_what_each_lead_brings(usual: tuple[History, ValueParts]) -> None:
    past, parts = usual
    assert parts.card is not None
    assert parts.scorer is not None
    assert past.truth is not None
    assert parts.card.model != "mean"
    assert parts.card.saved > 2.0 * parts.card.saved_noise
    newest = slices_of(len(past)).newest
    said = np.array([*map(compiled(parts.scorer), past.rows(range(newest.start, newest.stop)))])
    true = past.truth[newest]
    assert np.mean((said - true) ** 2) < 0.2 * np.var(true)
    assert parts.card.predicted_over_observed == pytest.approx(1.0, abs=0.1)


def test_the_service_reads_what_was_written_and_says_the_same(usual: tuple[History, ValueParts]) -> None:
    _, parts = usual
    assert parts.card is not None
    scorer = parse_value(msgspec.json.encode(parts.scorer))
    said = compiled(scorer)
    assert len(parts.card.parity) > 50
    assert max(abs(said(row.facts) - row.amount) for row in parts.card.parity) < 1e-9 * parts.card.high
    # Whatever a ping says, no more and no less than training has seen.
    assert isinstance(scorer.calibrator, Amount)
    absurd: list[dict[str, Value]] = [{}, {"size": 1e12}, {"size": -1e12, "tier": "good"}, {"city": 7}]
    amounts = [said(facts) for facts in absurd]
    assert all(scorer.calibrator.low <= amount <= scorer.calibrator.high for amount in amounts)


def test_where_facts_say_nothing_the_mean_is_served_and_the_card_says_so() -> None:
    past = history(signal=0.0)
    parts = learned(past)
    assert parts.card is not None
    assert parts.scorer is not None
    assert (parts.card.model, parts.scorer.reads) == ("mean", ())
    assert compiled(parts.scorer)({"tier": "good"}) == pytest.approx(parts.card.mean)
    assert parts.card.mean == pytest.approx(300.0, rel=0.05)
    assert "the mean is served" in value_lines(parts)[0]


def test_one_sale_of_a_mansion_does_not_raise_all_others() -> None:
    past = history(signal=0.0)
    assert past.value is not None
    rows = np.flatnonzero(~np.isnan(past.value))
    past.value[rows[:5]] = 4e6
    past.value[rows[5:8]] = -200.0
    parts = learned(past)
    assert parts.card is not None
    assert parts.card.mean == pytest.approx(300.0, rel=0.06)
    assert parts.card.capped >= 5
    assert any("count as that" in line for line in value_lines(parts))


def test_few_values_are_a_mean_and_fewer_are_none() -> None:
    some, few = learned(history(told=0.1)), learned(history(told=0.02))
    assert some.card is not None
    assert some.card.model == "mean"
    assert (few.card, few.scorer) == (None, None)
    assert "of 50 needed" in few.note


def test_values_whose_level_has_moved_are_left_out() -> None:
    parts = learned(history(drift=-3.0))
    assert (parts.card, parts.scorer) == (None, None)
    assert "left out, as predicted/observed" in parts.note


def test_a_scorer_of_one_kind_is_none_of_the_other(usual: tuple[History, ValueParts]) -> None:
    scorer = usual[1].scorer
    assert isinstance(scorer, Scorer)
    with pytest.raises(Unusable, match="an amount, and no probability"):
        parse(msgspec.json.encode(scorer))
    chance = msgspec.structs.replace(scorer, calibrator=Uncalibrated())
    with pytest.raises(Unusable, match=r"value\.json: it says a probability"):
        parse_value(msgspec.json.encode(chance))
    wrong = msgspec.structs.replace(scorer, calibrator=Amount(5.0, 1.0))
    with pytest.raises(Unusable, match=r"value\.json: amounts do not rise"):
        parse_value(msgspec.json.encode(wrong))
