"""The end of a day: retrains on its outcomes and compares champions with challengers."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from app.reports.export import export_outcomes, export_sales
from app.settings import Settings
from app.store.store import Store

MATURITY_DAYS = 2
"""When the last outcome of the day is in, nobody who bought thinks it over much longer."""

_TRAINING = ("duckdb", "joblib", "numpy", "sklearn", "training")
_TIMEOUT_S = 120.0
"""Usually it takes some seconds; a machine on which it takes this long has other work."""


def can_retrain() -> bool:
    """Whether what training needs is installed here."""
    return all(find_spec(name) is not None for name in _TRAINING)


def can_plot() -> bool:
    """Whether what pages with plots need is installed here."""
    return find_spec("matplotlib") is not None


async def export_day(settings: Settings, ended: float) -> None:
    """Write the day's sales and outcomes where training looks for them, as of when its leads have matured."""
    folder = settings.data / "export"
    folder.mkdir(exist_ok=True)
    as_of = looked_at(ended)
    store = Store.reading(settings.database_file)
    try:
        export_sales(folder / "sales.parquet", await store.sold(0.0, as_of), as_of, lambda _: None)
        export_outcomes(folder / "outcomes.parquet", await store.outcomes(0.0, as_of), as_of, lambda _: None)
    finally:
        await store.close()


def retrain(settings: Settings, ended: float) -> str:
    """What a retraining on the day's own outcomes says; the live models stay as they are, a copy of them is renewed."""
    models = settings.data / "models"
    shutil.copytree(settings.models, models)
    words = ["--data", settings.data, "--config", settings.config, "--models", models]
    words += ["--maturity-days", MATURITY_DAYS, "--now", looked_at(ended)]
    try:
        # Serving never imports training, so it is asked as a scheduler would ask it.
        done = subprocess.run(  # noqa: S603 - our own module, with paths of our own
            # With -P the working directory is no place for modules, whatever lies there under our names.
            [sys.executable, "-P", "-m", "training", "retrain", *map(str, words)],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"Retraining took more than {_TIMEOUT_S:.0f} s and was given up."
    if done.returncode not in (0, 1):
        return f"Retraining failed:\n{done.stderr.strip()}"
    return done.stdout.rstrip()


def looked_at(ended: float) -> float:
    """When the last lead of the day has matured."""
    return ended + MATURITY_DAYS * 86_400.0


def registry_command(models: Path) -> str:
    """How to look at what a retraining left."""
    return f"python -m training registry list --models {models}"
