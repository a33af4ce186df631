"""Logs a trained version to MLflow, where that is asked for: parameters, figures, card and files, as one run."""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec

from app.scoring.card import ModelCard
from training.errors import TrainingError
from training.frame import Tell

_BATCH = 100
"""A tracking server takes so many parameters and tags at once."""

_LONGEST = 500
"""So many characters of a value; the whole of it stands in the card, which is logged too."""

_SETTINGS = {
    # The package would tell its makers about its use.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # Since 3.17 a folder is a store only for who says so; a `file:` URI does.
    "MLFLOW_ALLOW_FILE_STORE": "true",
    # By default a server that is away would be asked for ten minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}


class LoggedRun(msgspec.Struct, frozen=True, kw_only=True):
    """What is logged of a version, by name."""

    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]


class Tracker:
    """A tracking server or folder. Raises `TrainingError` where it cannot be used, before any long work is done."""

    def __init__(self, uri: str) -> None:
        if find_spec("mlflow") is None:
            raise TrainingError("--mlflow needs the package mlflow: pip install 'leadbid[mlflow]'")
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        self._uri, self._refused = uri, import_module("mlflow.exceptions").MlflowException
        try:
            self._client: Any = import_module("mlflow").MlflowClient(tracking_uri=uri)
            self._client.search_experiments(max_results=1)
        except (self._refused, OSError) as error:
            raise TrainingError(f"--mlflow {uri} cannot be used: {_first_line(error)}") from None

    def log(self, card: ModelCard, folder: Path, outcome: str, tell: Tell) -> None:
        """One run of the experiment "leadbid VERTICAL", named as the version. What was trained stands without it."""
        try:
            run = self._logged(record(card, outcome), f"leadbid {card.vertical}", card.version, folder)
        except (self._refused, OSError) as error:
            where = f"{folder} stands, but {self._uri} did not take it"
            print(f"{where}: {_first_line(error)}", file=sys.stderr)
        else:
            tell(f"logged to {self._uri} as run {run}")

    def _logged(self, what: LoggedRun, experiment: str, name: str, folder: Path) -> str:
        client, entities = self._client, import_module("mlflow.entities")
        there = client.get_experiment_by_name(experiment)
        home = there.experiment_id if there is not None else client.create_experiment(experiment)
        run = client.create_run(home, run_name=name, tags=what.tags)
        key, at = run.info.run_id, run.info.start_time
        params = [entities.Param(*each) for each in what.params.items()]
        for first in range(0, len(params), _BATCH):
            client.log_batch(key, params=params[first : first + _BATCH])
        client.log_batch(key, metrics=[entities.Metric(name, value, at, 0) for name, value in what.metrics.items()])
        client.log_artifacts(key, str(folder))
        client.set_terminated(key)
        return str(key)


def record(card: ModelCard, outcome: str) -> LoggedRun:
    """The parameters, figures and tags of a version. Names hold letters, digits, `_`, `-`, `.` and spaces, as asked."""
    past = card.history
    params = {
        "candidate": card.candidate,
        "calibrator": card.calibrator,
        "seed": card.seed,
        "history.rows": past.rows,
        "history.source": past.source,
        "history.since": past.since,
        "history.until": past.until,
        "history.sha256": past.sha256,
        "spec.sha256": card.spec_sha256,
        "fields": ", ".join(fact.name for fact in card.reads),
        **{f"settings.{name}": value for name, value in card.settings.items()},
        **{f"rows.{name}": rows for name, rows in card.rows_by_slice.items()},
        **{f"library.{name}": version for name, version in card.libraries.items()},
    }
    metrics = {"history.converted": past.converted, "gates.failed": float(len(card.failed))}
    for prefix, figures in (
        ("", card.figures),
        ("before_calibration.", card.figures_raw),
        ("random_split.", card.figures_random_split),
    ):
        metrics |= {f"{prefix}{name}": float(value) for name, value in msgspec.structs.asdict(figures).items()}
    metrics |= {f"gate.{_plain(gate.name)}": gate.figure for gate in card.gates if gate.figure is not None}
    tags = {
        "leadbid.vertical": card.vertical,
        "leadbid.version": card.version,
        "leadbid.passed": str(card.cleared).lower(),
        "leadbid.outcome": outcome,
        "mlflow.note.content": "\n".join(gate.line for gate in card.gates),
    }
    return LoggedRun(
        params={name: str(value)[:_LONGEST] for name, value in params.items()},
        metrics={name: value for name, value in metrics.items() if isfinite(value)},
        tags=tags,
    )


def _plain(name: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
