"""A new version of what is live: the same scorer, with parts beside it that were learned since."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.scoring.artefact import VALUE
from app.scoring.card import PAGE, Gate, ModelCard, read_card, write_card
from training.conversion.artefact import next_version
from training.conversion.page import markdown


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What is put beside a scorer: files by name, what they had to show, and a word on each for the card."""

    files: Mapping[str, bytes]
    gates: Sequence[Gate] = ()
    told: Mapping[str, str] = {}


def renewed(models: Path, vertical: str, base: str, parts: Parts) -> str:
    """The number of a version with the scorer of `base` and these parts, complete or not there at all.

    What `base` had beside its scorer goes with it unless a part of the same name takes its place. Raises Unusable.
    """
    version = next_version(models, vertical)
    unfinished = models / vertical / f".{version}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(models / vertical / base, unfinished)
    for name in ("scorer.json", VALUE):
        if (unfinished / name).exists():
            scorer = msgspec.json.decode((unfinished / name).read_bytes())
            (unfinished / name).write_bytes(msgspec.json.encode({**scorer, "version": version}) + b"\n")
    completed(unfinished, replace(read_card(unfinished), version=version, renews=base), parts)
    unfinished.rename(models / vertical / version)
    return version


def completed(folder: Path, card: ModelCard, parts: Parts) -> None:
    """Put these parts into the folder of a version that nothing points at yet."""
    for name, body in parts.files.items():
        (folder / name).write_bytes(body)
    # Last, since the card vouches for all the others.
    card = write_card(folder, replace(card.judged(parts.gates), parts={**card.parts, **parts.told}))
    page = folder / PAGE
    if page.exists():
        page.write_text(markdown(card), encoding="utf-8")
