"""Whether a hole is known in what is installed, by `pip-audit`, and whether its source has answered at all."""

import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

WHOLE_SECONDS = 300
SILENCE_SECONDS = 10


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of holes, and why something is not known."""

    known: tuple[str, ...] = ()
    not_audited: str | None = None


def search(components: Iterable[dict[str, Any]], tool: Path) -> Finding:
    """Ask the source about each Python package of a bill. Nothing that was cached counts as an answer."""
    with tempfile.TemporaryDirectory(prefix="leadbid-audit-") as folder:
        pins = Path(folder, "requirements.txt")
        pins.write_text("".join(f"{each['name']}=={each['version']}\n" for each in components if _is_python(each)))
        options = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json"]
        options += [f"--timeout={SILENCE_SECONDS}", f"--cache-dir={folder}/cache", f"--requirement={pins}"]
        try:
            asked = subprocess.run([tool, *options], check=False, capture_output=True, text=True, timeout=WHOLE_SECONDS)
        except FileNotFoundError:
            return Finding(not_audited=f"{tool} is not installed")
        except subprocess.TimeoutExpired:
            return Finding(not_audited=f"the source has not answered in {WHOLE_SECONDS} s")
    return read(asked.stdout, asked.stderr)


def read(answer: str, complaint: str) -> Finding:
    """What pip-audit says. Its exit status does not tell a hole from a closed network, nor a package that is sound
    from one that the source has not heard of.
    """
    try:
        packages = json.loads(answer)["dependencies"]
    except ValueError:
        lines = complaint.strip().splitlines()
        return Finding(not_audited=f"pip-audit has no answer: {lines[-1] if lines else 'it says nothing'}")
    unheard = [each["name"] for each in packages if "skip_reason" in each]
    return Finding(
        known=tuple(_told(each, hole) for each in packages for hole in each.get("vulns", ())),
        not_audited=_unheard(unheard, len(packages)) if unheard or not packages else None,
    )


def _is_python(component: dict[str, Any]) -> bool:
    return str(component.get("purl", "")).startswith("pkg:pypi/")


def _told(package: dict[str, Any], hole: dict[str, Any]) -> str:
    remedy = ", ".join(hole["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {hole['id']}, mended in {remedy}"


def _unheard(names: list[str], packages: int) -> str:
    some = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return f"the source knows nothing of {len(names)} packages of {packages}: {some or 'none was asked about'}"
