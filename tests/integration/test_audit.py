"""`make audit` where no network is: it ends soon, and says that nothing was asked."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.audit.__main__ import NO_SBOM, NOT_AUDITED
from tests.audit.vulnerabilities import search

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv-audit" / "bin"


CLOSED = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
CLOSED |= {"NO_PROXY": "", "no_proxy": ""}
"""As where no network is: a proxy that nobody listens on."""

needs_tools = pytest.mark.skipif(not TOOLS.exists(), reason="make audit and make long install its tools")


def audit(out: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    """The command on a closed network."""
    return subprocess.run(
        [sys.executable, "-m", "tests.audit", "--tools", tools, "--out", out],
        cwd=ROOT,
        env=os.environ | CLOSED,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_without_its_tools_it_makes_no_bill_and_says_so(tmp_path: Path) -> None:
    done = audit(tmp_path / "sbom.json", tmp_path)
    assert done.returncode == NO_SBOM
    assert done.stderr.startswith("no SBOM: ")
    assert not (tmp_path / "sbom.json").exists()


@needs_tools
def test_on_a_closed_network_the_source_is_given_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CLOSED.items():
        monkeypatch.setenv(name, value)
    started = time.monotonic()
    finding = search([{"name": "httpx", "version": "0.28.1", "purl": "pkg:pypi/httpx@0.28.1"}], TOOLS / "pip-audit")
    assert finding.known == ()
    assert "pip-audit has no answer: requests.exceptions.ProxyError" in str(finding.not_audited)
    assert time.monotonic() - started < 60


@pytest.mark.long
@needs_tools
def test_on_a_closed_network_licenses_are_judged_and_holes_are_not(tmp_path: Path) -> None:
    out, started = tmp_path / "dist" / "sbom.json", time.monotonic()
    done = audit(out, TOOLS)
    assert done.returncode == NOT_AUDITED, done.stdout + done.stderr
    assert "licenses: none not taken\n" in done.stdout
    assert "not audited: pip-audit has no answer: requests.exceptions.ProxyError" in done.stdout
    assert "none known" not in done.stdout
    assert time.monotonic() - started < 180
    bill = json.loads(out.read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert {"msgspec", "litestar", "psycopg", "htmx.org"} <= {each["name"] for each in bill["components"]}
