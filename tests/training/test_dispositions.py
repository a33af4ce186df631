"""Dispositions before a sale have curves of their own, and stand in as labels where sales are too few to learn from."""

import numpy as np
import pytest
from msgspec.structs import replace

from app.domain.post.disposition import Disposition
from app.packaged import MODELS
from app.scoring.artefact import Isotonic
from app.scoring.card import read_card
from app.scoring.compile import compiled
from app.scoring.parse import parse
from training.histories.bids import Lead, history_of
from training.retraining.dispositions import at_late_level, disposition_curves, early_label

DAY = 86_400.0
AT = 1.78e9


def leads(rows: int = 6_000, sold: float = 0.02, seed: int = 3) -> list[Lead]:
    """Leads of which better ones are more often spoken with, qualified, and, of these, sold."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(rows):
        bill = float(random.normal(150.0, 40.0))
        better = 1.0 / (1.0 + np.exp(-(bill - 150.0) / 30.0))
        disposition: Disposition = "contacted" if random.random() < 0.6 else "not_contacted"
        if disposition == "contacted" and random.random() < 0.4 * better:
            disposition = "sold" if random.random() < sold / 0.12 else "qualified"
        converted = disposition == "sold"
        made.append(
            Lead(
                lead_id=f"l-{number}",
                at=AT + number * 600.0,
                seller="acme",
                leg="exclusive",
                model="0001",
                price_cents=1_000,
                probability=0.1,
                worth=40_000.0,
                converted=converted,
                value_cents=40_000 if converted else None,
                returned=False,
                converted_at=AT + number * 600.0 + DAY if converted else None,
                disposition=disposition,
                facts={"monthly_bill": bill, "credit_tier": "good"},
            )
        )
    return made


def test_each_rung_has_a_curve_that_says_how_many_come_so_far() -> None:
    made = leads(sold=0.06)
    score = compiled(parse((MODELS / "solar" / "0001" / "scorer.json").read_bytes()))
    odds = [float(np.log(p / (1.0 - p))) for p in (score(lead.facts) for lead in made)]
    curves = disposition_curves(made, score, "sold")
    assert set(curves) == {"contacted", "qualified", "quoted"}
    for disposition, names in {
        "contacted": ("contacted", "qualified", "sold"),
        "qualified": ("qualified", "sold"),
    }.items():
        share = np.mean([lead.disposition in names for lead in made])
        assert np.mean([*map(curves[disposition].of, odds)]) == pytest.approx(share, abs=0.005)
    # Before a lead is quoted it is qualified.
    assert set(disposition_curves(made, score, "qualified")) == {"contacted"}


def test_a_rung_that_few_came_to_has_a_rate_or_none() -> None:
    made = leads(600, sold=0.06)
    curves = disposition_curves(made, lambda _: 0.1, "sold")
    assert curves["qualified"].slope == 0.0
    assert curves["qualified"].of(-2.0) == pytest.approx(
        np.mean([lead.disposition in ("qualified", "sold") for lead in made])
    )
    assert "qualified" not in disposition_curves(made[:50], lambda _: 0.1, "sold")


def test_the_latest_rung_with_enough_leads_stands_in_for_rare_sales() -> None:
    made = leads()
    history = history_of(made, "solar", known_until=AT + 90.0 * DAY, matures=14.0)
    early = early_label(history, made, "sold")
    assert early is not None
    assert early.disposition == "qualified"
    assert early.history.converted.sum() > 400 > history.converted.sum()
    # Of hardly any sale nobody can say how rare they are.
    assert early_label(history, leads(sold=0.001), "sold") is None


def test_a_model_of_an_early_rung_is_served_at_the_level_of_sales() -> None:
    made = leads()
    early = early_label(history_of(made, "solar", known_until=AT + 90.0 * DAY, matures=14.0), made, "sold")
    assert early is not None
    folder = MODELS / "solar" / "0001"
    scorer, card = parse((folder / "scorer.json").read_bytes()), read_card(folder)
    leveled, late = at_late_level(scorer, card, early)
    said = compiled(leveled)
    sold = np.mean([lead.converted for lead in made])
    assert np.mean([said(lead.facts) for lead in made]) == pytest.approx(sold, rel=1e-6)
    assert max(abs(said(row.facts) - row.probability) for row in late.parity) < 1e-9
    gate = next(gate for gate in late.gates if gate.name == "late level")
    assert gate.passed
    # A curve that is bent cannot be moved so, and must not be served.
    _, bent = at_late_level(replace(scorer, calibrator=Isotonic((0.0,), (0.1,))), card, early)
    assert "late level" in bent.failed
