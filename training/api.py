"""What Python may ask of training: everything that the commands do, as functions that return values.

`from training import read_history, learn, ...`: see `docs/python.md`. Nothing is made live.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from app.domain.catalogue import Model
from app.scoring.card import ModelCard
from app.scoring.load import load_version as loaded
from training.commands import evaluate as evaluate_command
from training.commands import simulate as simulate_command
from training.conversion.classifier import LeadClassifier
from training.conversion.imported.judge import import_model as imported
from training.conversion.learn import learn as learned
from training.errors import TrainingError
from training.evaluation.evaluation import Evaluation
from training.histories.history import History
from training.histories.spec import Spec
from training.histories.spec import read_spec as spec_in
from training.histories.specified import read_history as history_of
from training.trial.policy import PricedLead, PricingPolicy, load_policy

__all__ = [
    "Evaluation",
    "History",
    "LeadClassifier",
    "ModelCard",
    "PricedLead",
    "PricingPolicy",
    "Spec",
    "TrainingError",
    "evaluate",
    "import_model",
    "learn",
    "load_policy",
    "load_version",
    "read_history",
    "read_spec",
    "simulate",
]


def _silent(_: str) -> None:
    """Nobody listens."""


def read_spec(path: Path | str) -> Spec:
    """What a history's columns mean. Raises `TrainingError`."""
    return spec_in(Path(path))


def load_version(models: Path | str, vertical: str, version: str) -> tuple[Model, tuple[str, ...]]:
    """A version as the service loads it, verified, and the fields that it reads. Raises Unusable."""
    return loaded(Path(models), vertical, version)


def read_history(data: Path | str, spec: Spec | Path | str, *, tell: Callable[[str], None] = _silent) -> History:
    """The labelled leads of a CSV or Parquet file. Raises `TrainingError`."""
    return history_of(Path(data), spec if isinstance(spec, Spec) else read_spec(spec), tell=tell)


def learn(
    history: History, spec: Spec, models: Path | str, *, seed: int = 1, tell: Callable[[str], None] = _silent
) -> ModelCard:
    """Train a version, judge it by its gates and write it into `models`; `card.cleared` says whether it may bid."""
    return learned(history, spec, Path(models), seed=seed, tell=tell)


def import_model(
    file: Path | str,
    history: History,
    spec: Spec,
    models: Path | str,
    *,
    seed: int = 1,
    tell: Callable[[str], None] = _silent,
) -> ModelCard:
    """Take a model that another library saved through the same gates; the card of its version in `models`."""
    return imported(Path(file), history, spec, Path(models), seed=seed, tell=tell)


def evaluate(**options: Any) -> Evaluation:
    """What `python -m training evaluate` finds; its options are the arguments, with `_` for `-`."""
    return evaluate_command.evaluation(_arguments(evaluate_command.add_arguments, options))


def simulate(**options: Any) -> list[dict[str, Any]]:
    """What `python -m training simulate --json` prints, a row a policy; its options are the arguments."""
    return simulate_command.simulated(_arguments(simulate_command.add_arguments, options))


class _Refusing(argparse.ArgumentParser):
    """Raises what a command would print as a mistake in its use."""

    def error(self, message: str) -> NoReturn:
        raise TrainingError(message)


def _arguments(add: Callable[[argparse.ArgumentParser], None], options: dict[str, Any]) -> argparse.Namespace:
    """The options of a command as its own parser reads them."""
    parser = _Refusing(allow_abbrev=False, add_help=False)
    add(parser)
    words: list[str] = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif value is not False and value is not None:
            for each in value if isinstance(value, list | tuple) else [value]:
                words += [flag, str(each)]
    return parser.parse_args(words)
