"""What a decision is read with long after it was made: its configuration, its model, and what its fields add."""

from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from app.domain.catalogue import Model
from app.domain.configuration import Configuration
from app.journal.configurations import NoConfiguration, read
from app.journal.lines import PingLine
from app.journal.looking import Looking
from app.reports.pings.decision import Backing, line_facts
from app.scoring.artefact import Unusable
from app.scoring.contributions import Contributions
from app.scoring.explain import Explainers
from app.scoring.load import load_version

_CONFIGURATIONS = 16
"""So many stay in memory; pages go back and forth between the decisions of a few days."""


class PingRecords:
    """The journal in a directory and the models in another; what was read is remembered.

    `looking` begins a look through the journal for a page, which has its time; `evidence_seed` is the key that signs
    archives of proof.
    """

    def __init__(
        self,
        journal: Path,
        models: Path,
        looking: Callable[[], Looking] = Looking,
        evidence_seed: Callable[[], bytes] = lambda: b"",
    ) -> None:
        self.journal, self.models = journal, models
        self.looking, self.evidence_seed = looking, evidence_seed
        self._explainers = Explainers(models)
        self.model = cache(self._model)
        self.configuration = lru_cache(_CONFIGURATIONS)(self._configuration)

    def backing(self, line: PingLine) -> Backing:
        """What the decision of this line is read with."""
        model = self.model(line.ping.vertical, line.model) if line.model else None
        return Backing(
            configuration=self.configuration(line.config),
            model=model,
            contributions=self.contributions(line) if line.model and line.decision.bids else "",
        )

    def contributions(self, line: PingLine) -> Contributions | str:
        """What the fields of a ping add by the version that decided it, or why that cannot be said."""
        explainer = self._explainers.of(line.ping.vertical, line.model)
        configuration = self.configuration(line.config)
        if isinstance(explainer, str) or isinstance(configuration, str):
            return explainer if isinstance(explainer, str) else str(configuration)
        return explainer.of(line_facts(line, configuration.buyer.zone))

    def _configuration(self, config_hash: str) -> Configuration | str:
        try:
            return read(self.journal, config_hash)
        except NoConfiguration as lacking:
            return str(lacking)

    def _model(self, vertical: str, version: str) -> Model | str:
        try:
            return load_version(self.models, vertical, version)[0]
        except Unusable as unusable:
            return f"{self.models} does not hold {vertical} {version} as it was trained: {unusable}"
