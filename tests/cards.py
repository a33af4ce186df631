"""Model cards for tests of what reads them."""

from typing import Any

from app.scoring.card import Figures, ModelCard, TrainingHistory

FIGURES = Figures(
    rows=400,
    converted=0.1,
    auc=0.66,
    log_loss=0.31,
    skill=0.04,
    brier=0.09,
    ece=0.01,
    slope=1.0,
    predicted_over_observed=0.97,
)


def model_card(**other: Any) -> ModelCard:
    """The card of a model of real leads that passed; it has no gates of its own."""
    plain: dict[str, Any] = {
        "vertical": "solar",
        "version": "0001",
        "passed": True,
        "history": TrainingHistory(
            source="leads.csv", synthetic=False, rows=2_500, since="row 1", until="row 2500", converted=0.1, sha256=""
        ),
        "spec": {},
        "spec_sha256": "",
        "reads": (),
        "rows_by_slice": {},
        "figures": FIGURES,
        "figures_raw": FIGURES,
        "figures_random_split": FIGURES,
        "deciles": (),
        "candidate": "boosting",
        "settings": {},
        "calibrator": "none",
        "attempts": (),
        "fields": (),
        "gates": (),
        "seed": 1,
        "libraries": {},
        "parity": (),
    }
    return ModelCard(**{**plain, **other})
