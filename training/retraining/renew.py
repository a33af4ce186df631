"""A new version of what is live: the same scorer, with parts beside it that were learned since."""

import re
import shutil
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from training.conversion.artefact import next_version
from training.conversion.gates import Gate

_CARDS = ("card.json", "card.md")


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What is put beside a scorer: files by name, what they had to show, and a word on each for the card."""

    files: Mapping[str, bytes]
    gates: Sequence[Gate] = ()
    told: Mapping[str, str] = {}


def renewed(models: Path, vertical: str, base: str, parts: Parts) -> str:
    """The number of a version with the scorer of `base` and these parts, complete or not there at all.

    What `base` had beside its scorer goes with it unless a part of the same name takes its place.
    """
    version = next_version(models, vertical)
    unfinished = models / vertical / f".{version}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(models / vertical / base, unfinished)
    scorer = msgspec.json.decode((unfinished / "scorer.json").read_bytes())
    (unfinished / "scorer.json").write_bytes(msgspec.json.encode({**scorer, "version": version}) + b"\n")
    _write(unfinished, version, parts, renews=base)
    unfinished.rename(models / vertical / version)
    return version


def completed(models: Path, vertical: str, version: str, parts: Parts) -> None:
    """Put these parts into a version that was learned just now and that nothing points at yet."""
    _write(models / vertical / version, version, parts)


def _write(folder: Path, version: str, parts: Parts, renews: str = "") -> None:
    for name, body in parts.files.items():
        (folder / name).write_bytes(body)
    card: dict[str, Any] = msgspec.json.decode((folder / "card.json").read_bytes())
    kept = [gate for gate in card["gates"] if gate["name"] not in {new.name for new in parts.gates}]
    gates = [*kept, *msgspec.to_builtins(list(parts.gates))]
    digests = {path.name: _hash(path) for path in sorted(folder.iterdir()) if path.name not in _CARDS}
    card |= {
        "version": version,
        "gates": gates,
        "passed": all(gate["passed"] for gate in gates),
        "parts": {**card.get("parts", {}), **parts.told},
        "sha256": digests,
    }
    if renews:
        card["renews"] = renews
    page = folder / "card.md"
    if page.exists():
        page.write_text(_page(page.read_text(encoding="utf-8"), card, parts.gates), encoding="utf-8")
    # Last, since it vouches for all the others.
    fresh = folder / ".card.json"
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")
    fresh.replace(folder / "card.json")


def _page(text: str, card: dict[str, Any], gates: Sequence[Gate]) -> str:
    """The card of the scorer under the new number, with what stands beside it now."""
    text = re.sub(r"^# \S+ \S+:", f"# {card['vertical']} {card['version']}:", text, count=1)
    text = re.split(r"\n## (?:Beside the scorer|Files)\n", text)[0].rstrip("\n")
    lines = [f"The scorer is that of {card['renews']}.\n"] if "renews" in card else []
    lines += [f"- {name}: {what}" for name, what in card["parts"].items()]
    lines += [f"- gate {gate.name}: {'pass' if gate.passed else 'FAIL'}; {gate.found}" for gate in gates]
    names = [f"- `{name}` sha256 `{digest}`" for name, digest in card["sha256"].items()]
    return "\n".join([text, "", "## Beside the scorer", "", *lines, "", "## Files", "", *names, ""])


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
