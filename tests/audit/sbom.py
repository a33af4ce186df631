"""The bill of materials: what is installed, by `cyclonedx-py`, and the scripts that we ship a copy of."""

import hashlib
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.audit.licenses import complete

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "app" / "http" / "console" / "assets"

_SCRIPT = re.compile(r"(?P<name>.+)-(?P<version>\d+\.\d+\.\d+)\.min\.js")
_TITLE = re.compile(r"^== (.+), from the npm registry, as released ==$", re.MULTILINE)
_PACKAGES = {"htmx": "htmx.org", "idiomorph-ext": "idiomorph"}
"""Files that are not called as the package of the registry is."""
_ZERO_CLAUSE = re.compile(r"Zero-Clause BSD|BSD Zero Clause License")


_VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read()))
"""


def bill_of(python: Path, tools: Path) -> dict[str, Any]:
    """The bill of an environment and of the copied scripts; CalledProcessError where a tool fails or finds it wrong."""
    options = ["--output-reproducible", "--spec-version=1.6", "--no-validate"]
    made = _output([tools / "cyclonedx-py", "environment", *options, "--pyproject", ROOT / "pyproject.toml", python])
    bill: dict[str, Any] = json.loads(made)
    bill["components"] = [*(complete(each) for each in bill["components"]), *copied_scripts()]
    # The tool has validated nothing, as what was added since is to be judged with it.
    _output([tools / "python", "-c", _VALIDATE], json.dumps(bill))
    return bill


def copied_scripts(folder: Path = ASSETS) -> Iterator[dict[str, Any]]:
    """Each script of others that the console serves, with its license where the text of that stands beside it."""
    parts = _TITLE.split((folder / "LICENSES").read_text(encoding="utf-8"))[1:]
    texts = dict(zip(parts[::2], parts[1::2], strict=True))
    for path in sorted(folder.glob("*.min.js")):
        script = _SCRIPT.fullmatch(path.name)
        assert script, f"{path.name} does not say its version, as in htmx-2.0.11.min.js"
        name = _PACKAGES.get(script["name"], script["name"])
        zero_clause = _ZERO_CLAUSE.search(texts.get(name, ""))
        yield {
            "bom-ref": f"{name}=={script['version']}",
            "type": "library",
            "name": name,
            "version": script["version"],
            "purl": f"pkg:npm/{name}@{script['version']}",
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
            "licenses": [{"license": {"id": "0BSD", "acknowledgement": "concluded"}}] if zero_clause else [],
        }


def absent_extras(bill: dict[str, Any]) -> list[str]:
    """The extras that the environment lacks a package of, so that the bill does not tell of them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {_plain(each["name"]) for each in bill["components"]}
    return [
        extra
        for extra, wanted in project["optional-dependencies"].items()
        if not {_plain(re.split(r"[\[<>=!~; ]", each)[0]) for each in wanted} <= names
    ]


def _output(command: list[str | Path], given: str = "") -> str:
    return subprocess.run(command, check=True, input=given, capture_output=True, text=True).stdout


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
