"""An explainer of each version of a model that lies on disk, read when it is first asked for."""

from functools import cache
from pathlib import Path

from app.scoring.artefact import Unusable
from app.scoring.card import read_card
from app.scoring.contributions import USUAL_LEADS, Explainer
from app.scoring.load import load_version
from app.scoring.parse import parse


def explainer_of(models: Path, vertical: str, version: str) -> Explainer:
    """The version's explainer, which compares with the newest leads that its card holds. Raises `Unusable`."""
    load_version(models, vertical, version)
    folder = models / vertical / version
    usual = [row.facts for row in read_card(folder).parity[:USUAL_LEADS]]
    return Explainer(parse((folder / "scorer.json").read_bytes()), usual)


class Explainers:
    """Those of one folder of models."""

    def __init__(self, models: Path) -> None:
        self._models = models
        self.of = cache(self._read)

    def _read(self, vertical: str, version: str) -> Explainer | str:
        """The explainer, or why there is none."""
        try:
            return explainer_of(self._models, vertical, version)
        except Unusable as unusable:
            return f"{self._models} does not hold {vertical} {version} as it was trained: {unusable}"
