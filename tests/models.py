"""Models folders for tests of what is live and what is tried: the shipped ones, with further versions made of them."""

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from app.scoring.compile import compiled
from app.scoring.parse import parse
from tests.service import MODELS


def shipped(folder: Path) -> Path:
    """The models as shipped, which may be changed."""
    models = folder / "models"
    shutil.copytree(MODELS, models)
    return models


def add_version(models: Path, vertical: str, version: str, *, shift: float = 0.0, **card: Any) -> Path:
    """One more version, whose log-odds before calibration are the shipped one's plus `shift`; `card` alters its card.

    Its parity rows are what it really says, as if it had been trained so.
    """
    source, folder = models / vertical / "0001", models / vertical / version
    scorer = msgspec.json.decode((source / "scorer.json").read_bytes())
    told = msgspec.json.decode((source / "card.json").read_bytes())
    scorer |= {"version": version, "baseline": scorer["baseline"] + shift}
    body = msgspec.json.encode(scorer)
    made = compiled(parse(body))
    told |= {
        "version": version,
        "parity": [{"facts": row["facts"], "probability": made(row["facts"])} for row in told["parity"]],
        "sha256": {"scorer.json": sha256(body).hexdigest()},
        **card,
    }
    folder.mkdir()
    (folder / "scorer.json").write_bytes(body)
    (folder / "card.json").write_bytes(msgspec.json.encode(told))
    return folder
