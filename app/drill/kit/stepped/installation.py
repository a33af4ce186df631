"""An installation to be broken: the buyer of the simulated year, with models and secrets of its own."""

from pathlib import Path
from shutil import copytree, rmtree

from app.packaged import DEMO, MODELS
from app.settings import Settings

CONFIG = Path(__file__).with_name("buyer.toml")


def installation(folder: Path, buyer: str) -> Settings:
    """An installation of its own, with this `buyer.toml`."""
    rmtree(folder, ignore_errors=True)
    config = folder / "config"
    config.mkdir(parents=True)
    for name in ("crm-webhook-secret.txt", "provider-key.txt"):
        (config / name).write_bytes((DEMO / name).read_bytes())
        (config / name).chmod(0o600)
    (config / "buyer.toml").write_text(buyer, encoding="utf-8")
    models = folder / "models"
    for vertical in ("solar", "roofing"):
        copytree(MODELS / vertical, models / vertical)
    current = [
        line
        for line in (MODELS / "current.toml").read_text(encoding="utf-8").splitlines(keepends=True)
        if not line.strip() or line.startswith(("#", "solar", "roofing"))
    ]
    (models / "current.toml").write_text("".join(current), encoding="utf-8")
    return Settings(config=config / "buyer.toml", data=folder / "data", models=models)
