"""Finds the files that ship with leadbid: at the top of its source tree, or beside this module in a wheel."""

from pathlib import Path
from shutil import copytree

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE if (_HERE / "models").is_dir() else _HERE.parents[1]

DEMO = _ROOT / "fixtures" / "demo"
"""The demo's configuration and the files that it names."""

DEMO_CONFIG = DEMO / "buyer.toml"

SCENARIOS = _ROOT / "fixtures" / "exchange"
"""The markets of `leadbid exchange`, one file each."""

MODELS = _ROOT / "models"
"""Models of the demo's verticals, trained on a synthetic history. Nothing is ever written here."""

MONITORING = _HERE / "monitoring"
"""Alert rules of Prometheus with their tests, and a dashboard of Grafana."""

OWN_CONFIG = Path("buyer.toml")
"""The buyer's file in the working directory."""

OWN_MODELS = Path("models")
"""The models in the working directory."""


def models_here() -> Path:
    """The models that a command reads by default: those in the working directory, else those that ship with leadbid."""
    return OWN_MODELS if OWN_MODELS.is_dir() else MODELS


def config_here() -> Path | None:
    """The buyer's file in the working directory, where there is one."""
    return OWN_CONFIG if OWN_CONFIG.is_file() else None


def begin_models(models: Path) -> None:
    """Have one's own models begin as those that come along, which bid until now, for a command that adds to them."""
    if models == OWN_MODELS and not models.exists():
        copytree(MODELS, models)
