"""What `from training import ...` gives: the page about it runs as it stands, and mistakes are told by name."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

import training
from app.journal.configurations import keep
from app.scoring.load import load_version
from tests.build import NOW, catalogue
from tests.models import shipped
from training import api
from training.conversion.classifier import NOT_AS_ASKED, LeadClassifier
from training.errors import TrainingError
from training.trial.policy import PricingPolicy, load_policy

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def served(folder: Path) -> Path:
    """The data directory of a service that has run, with its models."""
    models = shipped(folder)
    whole = catalogue(models=[load_version(models, "solar", "0001")[0]])
    keep(folder / "journal", whole)
    return models


@pytest.fixture
def policy(tmp_path: Path) -> PricingPolicy:
    return load_policy(tmp_path, served(tmp_path))


@pytest.mark.long
def test_the_page_runs_from_top_to_bottom(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    served(tmp_path / "day")
    script = "\n".join(BLOCKS)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "logistic, AUC 0." in done.stdout
    assert "promote ['roof_age'" in done.stdout or "promote ['owner'" in done.stdout or "promote ['city'" in done.stdout
    assert "'clairvoyant': 1.0" in done.stdout
    assert "solar-tx 0." in done.stdout
    assert "outside_territory None" in done.stdout


def test_every_name_is_there_from_the_top_and_nothing_else() -> None:
    assert sorted(training._OF_API) == sorted(api.__all__)
    for name in api.__all__:
        assert getattr(training, name) is getattr(api, name)
        assert name in PAGE.read_text(encoding="utf-8") or not callable(getattr(api, name)) or name[0].isupper()
    with pytest.raises(AttributeError, match="no attribute 'lern'"):
        _ = training.lern


def test_a_command_imports_nothing_that_it_does_not_use() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import training, sys; print('numpy' in sys.modules, 'training.api' in sys.modules)"],
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False False\n"


def not_as_asked(estimator: LeadClassifier) -> dict[str, Any]:
    """Which of scikit-learn's checks fail, each with why."""
    checked = check_estimator(estimator, on_skip=None, on_fail=None)
    return {each["check_name"]: each["exception"] for each in checked if each["status"] == "failed"}


def test_boosting_is_an_estimator_as_scikit_learn_asks() -> None:
    assert not_as_asked(LeadClassifier(trees=30)) == {}


def test_logistic_regression_is_one_but_for_what_is_named() -> None:
    found = not_as_asked(LeadClassifier("logistic"))
    assert found.keys() == NOT_AS_ASKED.keys(), found


def test_columns_of_text_are_categories_and_gaps_are_missing() -> None:
    random = np.random.default_rng(1)
    tier = np.array(["good", "poor", None])[random.integers(0, 3, 1_500)]
    sold = np.where(random.random(1_500) < np.where(tier == "good", 0.6, 0.2), "yes", "no")
    rows = [[told, number] for told, number in zip(tier.tolist(), random.normal(size=1_500).tolist(), strict=True)]
    for model in ("boosting", "logistic"):
        found = LeadClassifier(model).fit(rows, sold)
        assert [column.kind for column in found.columns_] == ["category", "number"]
        good, poor, gap = found.predict_proba([["good", 0.0], ["poor", 0.0], [None, None]])[:, 1]
        assert good > 0.5 > poor
        assert 0.0 < gap < 1.0
        assert set(found.predict(rows)) == {"yes", "no"}
    with pytest.raises(ValueError, match="no model 'forest': there are boosting and logistic"):
        LeadClassifier("forest").fit(rows, sold)


def test_options_are_those_of_the_command_and_a_wrong_one_is_named() -> None:
    with pytest.raises(TrainingError, match="--rivals: invalid choice: 'none'"):
        api.simulate(rivals="none")
    with pytest.raises(TrainingError, match="unrecognized arguments: --seed 1"):
        api.simulate(seed=1)


FRAME = {"zip": ["78701", "94105"], "state": ["TX", "CA"], "monthly_bill": [240.0, float("nan")]}


def test_columns_and_rows_are_priced_alike_and_as_the_service_does(policy: PricingPolicy) -> None:
    one, other = policy.price(FRAME, vertical="solar", seller="acme", now=NOW)
    rows = [{"zip": "78701", "state": "TX", "monthly_bill": 240}, {"zip": "94105", "state": "CA", "monthly_bill": None}]
    assert policy.price(rows, vertical="solar", seller="acme", now=NOW) == [one, other]
    assert one.campaign == "solar-tx"
    assert one.price_cents > 0
    assert one.probability == policy.explain(FRAME, vertical="solar", now=NOW)[0].probability
    assert (other.price_cents, other.reason) == (0, "outside_territory")


def test_another_version_is_asked_by_name(tmp_path: Path) -> None:
    models = served(tmp_path)
    found = load_policy(tmp_path, models, versions={"solar": "0001"})
    assert found.catalogue.models["solar"].version == "0001"


def test_what_is_not_declared_is_named(policy: PricingPolicy, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no vertical 'boats' is declared; there are: solar"):
        policy.price(FRAME, vertical="boats", seller="acme", now=NOW)
    with pytest.raises(TrainingError, match="no seller 'nobody' is declared; there are: acme"):
        policy.price(FRAME, vertical="solar", seller="nobody", now=NOW)
    with pytest.raises(TrainingError, match="lead 0: "):
        policy.price([{"zip": 78701}], vertical="solar", seller="acme", now=NOW)
    with pytest.raises(TrainingError, match="keeps no configuration: name the data directory of a service"):
        load_policy(tmp_path / "elsewhere", tmp_path)
