"""Decides logged pings again: with their own model, bit for bit, or with another one."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from app.domain.auction.decide import Decision
from app.domain.catalogue import Catalogue, Model
from app.domain.configuration import Configuration
from app.journal.configurations import NoConfiguration, catalogue_from, read
from app.journal.lines import PingLine
from app.journal.replay import redecide
from app.journal.shadow import shadow_of
from app.scoring.artefact import Unusable
from app.scoring.load import load_version

T = TypeVar("T")

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
        self._journals, self._models = tuple(journals), models
        self._configuration, self._model, self._priced = cache(self._read), cache(self._load), cache(self._price)

    def catalogue(self, line: PingLine, version: str) -> Catalogue:
        """That of the line's day, priced by this version of its vertical's model; raises `Missing`."""
        return self._priced(line.config, line.ping.vertical, version)

    def priced_by(self, line: PingLine, model: Model) -> Catalogue:
        """The same, priced by this model; raises `Missing`."""
        return catalogue_from(_there(self._configuration(line.config)), {model.vertical: model})

    def _price(self, config_hash: str, vertical: str, version: str) -> Catalogue:
        models = {vertical: _there(self._model(vertical, version))} if version else {}
        return catalogue_from(_there(self._configuration(config_hash)), models)

    def _read(self, config_hash: str) -> Configuration | Missing:
        lacking = f"configuration {config_hash} is kept in no journal"
        for journal in self._journals:
            try:
                return read(journal, config_hash)
            except NoConfiguration as error:
                lacking = str(error)
        return Missing(lacking)

    def _load(self, vertical: str, version: str) -> Model | Missing:
        try:
            return load_version(self._models, vertical, version)[0]
        except Unusable as unusable:
            return Missing(f"model {vertical} {version}: {unusable}")


def _there(found: T | Missing) -> T:
    """What is lacking is remembered too, and raised whenever it is asked for."""
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
