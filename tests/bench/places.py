"""What every benchmark measures with: the demo's configuration, the shipped models, and one vertical of them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "fixtures" / "demo" / "buyer.toml"
MODELS = ROOT / "models"
VERTICAL = "auto_insurance"
