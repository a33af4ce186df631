"""Decides logged pings again: with their own model, bit for bit, or with another one."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.domain.auction.decide import Decision
from app.domain.catalogue import Catalogue, Model
from app.journal.configurations import Configuration, NoConfiguration, catalogue_from, read
from app.journal.lines import PingLine
from app.journal.replay import redecide
from app.journal.shadow import shadow_of
from app.scoring.artefact import Unusable
from app.scoring.load import load_version

DIFFERENT_MAX = 20
"""How many lines that differ are named; all of them are counted."""


class Missing(Exception):
    """A line names what is not there to decide it with; the text says what."""


class Replay(msgspec.Struct, kw_only=True):
    """How many pings there were, and how many decided as they had. `missing` counts the rest by what was lacking."""

    pings: int = 0
    same: int = 0
    different: list[str] = []
    differing: int = 0
    shadows: int = 0
    shadows_same: int = 0
    missing: Counter[str] = msgspec.field(default_factory=Counter)

    @property
    def is_proof(self) -> bool:
        """Whether every ping decided again as it had, and there was one."""
        return self.pings == self.same > 0 and self.shadows == self.shadows_same


class Archive:
    """The configurations and models that lines name, each read once."""

    def __init__(self, journals: Iterable[Path], models: Path) -> None:
        self._journals = tuple(journals)
        self._models_dir = models
        self._configurations: dict[str, Configuration | Missing] = {}
        self._models: dict[tuple[str, str], Model | Missing | None] = {}
        self._catalogues: dict[tuple[str, str, str], Catalogue] = {}

    def catalogue(self, line: PingLine, version: str) -> Catalogue:
        """That of the line's day, priced by this version of its vertical's model; raises `Missing`."""
        key = (line.config, line.ping.vertical, version)
        found = self._catalogues.get(key)
        if found is None:
            found = self.priced_by(line, self._model(line.ping.vertical, version))
            self._catalogues[key] = found
        return found

    def priced_by(self, line: PingLine, model: Model | None) -> Catalogue:
        """The same, priced by this model; raises `Missing`."""
        return catalogue_from(self._configuration(line.config), {model.vertical: model} if model is not None else {})

    def _configuration(self, config_hash: str) -> Configuration:
        if config_hash not in self._configurations:
            self._configurations[config_hash] = self._read(config_hash)
        found = self._configurations[config_hash]
        if isinstance(found, Missing):
            raise found
        return found

    def _read(self, config_hash: str) -> Configuration | Missing:
        lacking = f"configuration {config_hash} is kept in no journal"
        for journal in self._journals:
            try:
                return read(journal, config_hash)
            except NoConfiguration as error:
                lacking = str(error)
        return Missing(lacking)

    def _model(self, vertical: str, version: str) -> Model | None:
        key = (vertical, version)
        if key not in self._models:
            try:
                self._models[key] = load_version(self._models_dir, vertical, version)[0] if version else None
            except Unusable as unusable:
                self._models[key] = Missing(f"model {vertical} {version}: {unusable}")
        found = self._models[key]
        if isinstance(found, Missing):
            raise found
        return found


def replay(lines: Iterable[PingLine], archive: Archive) -> Replay:
    """Decide every line again with the configuration and the model that it names."""
    done = Replay()
    for line in lines:
        done.pings += 1
        try:
            _again(line, archive, done)
        except Missing as missing:
            done.missing[str(missing)] += 1
    return done


def decided_again(line: PingLine, catalogue: Catalogue) -> Decision:
    """The decision of this catalogue; raises `Missing` where it is not the one that the line was decided with."""
    if line.seller not in catalogue.sellers:
        raise Missing(f"configuration {line.config} has no seller {line.seller}")
    try:
        return redecide(line, catalogue)
    except ValueError as error:
        # A line's standing holds one entry a cap.
        raise Missing(f"configuration {line.config} does not fit lines that name it: {error}") from None


def _again(line: PingLine, archive: Archive, done: Replay) -> None:
    decision = decided_again(line, archive.catalogue(line, line.model))
    if _bytes(decision) == _bytes(line.decision):
        done.same += 1
    else:
        done.differing += 1
        if len(done.different) < DIFFERENT_MAX:
            done.different.append(line.id)
    if line.shadow is not None and not line.shadow.fault:
        done.shadows += 1
        other = decided_again(line, archive.catalogue(line, line.shadow.model))
        done.shadows_same += _bytes(shadow_of(line.shadow.model, other)) == _bytes(line.shadow)


def _bytes(value: object) -> bytes:
    """Numbers are compared as they are written, so that no two that differ count as one."""
    return msgspec.json.encode(value)
