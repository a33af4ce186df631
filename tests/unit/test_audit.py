"""What `make audit` makes of licenses, and of what the source of vulnerabilities says or does not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.audit.__main__ import FOUND, NOT_AUDITED, verdict
from tests.audit.licenses import allowed, complete, refused
from tests.audit.sbom import ASSETS, absent_extras, copied_scripts
from tests.audit.vulnerabilities import Finding, read
from tests.table import each_row

SOUND = {"name": "httpx", "version": "0.28.1", "vulns": []}
UNHEARD = {"name": "httpx", "skip_reason": "Dependency not found on PyPI and could not be audited: httpx (0.28.1)"}
HOLE = {"id": "PYSEC-2018-28", "fix_versions": ["2.20.0"], "aliases": ["CVE-2018-18074"], "description": "leaks"}
HOLED = {"name": "requests", "version": "2.19.0", "vulns": [HOLE]}


def answer(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@each_row(
    ("expression", "taken"),
    [
        ("MIT", True),
        ("MIT AND PSF-2.0", True),
        ("GPL-3.0-only OR MIT", True),
        ("(GPL-3.0-only OR Apache-2.0) AND MIT", True),
        ("License :: OSI Approved :: BSD License", True),
        ("LGPL-3.0-only", True),
        ("AGPL-3.0-only", False),
        ("GPL-3.0-only AND MIT", False),
        ("MIT AND (GPL-2.0-only OR SSPL-1.0)", False),
        ("GPL-2.0-only OR SSPL-1.0 AND MIT", False),
        ("Apache-2.0 WITH Commons-Clause", False),
        ("Free for everybody", False),
        ("", False),
    ],
)
def test_an_expression_is_taken_where_it_leaves_a_way(expression: str, taken: bool) -> None:
    assert allowed(expression) is taken


def test_a_package_without_a_license_or_with_one_that_is_not_taken_is_named() -> None:
    bill: list[dict[str, Any]] = [
        {"name": "kind", "version": "1", "licenses": [{"license": {"id": "MIT"}}]},
        {"name": "silent", "version": "2"},
        {"name": "closed", "version": "3", "licenses": [{"license": {"name": "Proprietary"}}]},
        {"name": "torn", "version": "4", "licenses": [{"expression": "MIT"}, {"license": {"id": "GPL-3.0-only"}}]},
    ]
    assert list(refused(bill)) == [
        "silent 2: names no license",
        "closed 3: Proprietary",
        "torn 4: MIT, GPL-3.0-only",
    ]


def test_what_was_read_for_a_package_counts_only_where_it_says_nothing() -> None:
    said = {"name": "protobuf", "version": "8", "licenses": [{"license": {"id": "GPL-3.0-only"}}]}
    assert list(refused([complete({"name": "protobuf", "version": "7"})])) == []
    assert list(refused([complete(said)])) == ["protobuf 8: GPL-3.0-only"]


def test_every_script_of_others_is_in_the_bill_with_its_license() -> None:
    scripts = {each["purl"]: each for each in copied_scripts()}
    assert len(scripts) == len(set(ASSETS.glob("*.js")) - {ASSETS / "console.js"}) == 3
    assert "pkg:npm/htmx.org@2.0.11" in scripts
    assert list(refused(scripts.values())) == []


def test_a_script_without_the_text_of_its_license_is_named(tmp_path: Path) -> None:
    (tmp_path / "LICENSES").write_text("== other, from the npm registry, as released ==\nZero-Clause BSD\n")
    (tmp_path / "chart-1.2.3.min.js").write_text("1")
    assert list(refused(copied_scripts(tmp_path))) == ["chart 1.2.3: names no license"]


def test_an_extra_that_lacks_a_package_is_said_to_be_absent() -> None:
    names = ["duckdb", "Matplotlib", "psycopg"]
    assert not {"reports", "postgres"} & set(absent_extras({"components": [{"name": name} for name in names]}))
    assert "reports" in absent_extras({"components": [{"name": "duckdb"}]})


@pytest.mark.parametrize(
    ("said", "licenses", "status"),
    [
        (answer(SOUND), [], 0),
        (answer(SOUND), ["gnu 1: GPL-3.0-only"], FOUND),
        (answer(SOUND, HOLED), [], FOUND),
        (answer(UNHEARD, HOLED), [], FOUND),
        (answer(UNHEARD, SOUND), [], NOT_AUDITED),
        (answer(), [], NOT_AUDITED),
        ("", [], NOT_AUDITED),
        ("", ["gnu 1: GPL-3.0-only"], FOUND),
        ("<html>Sign in to this network</html>", [], NOT_AUDITED),
    ],
)
def test_nothing_known_is_not_nothing_asked(
    said: str, licenses: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdict(licenses, read(said, "Traceback\nrequests.ProxyError: refused\n")) == status
    told = capsys.readouterr().out
    assert bool(re.search("^not audited: .", told, re.MULTILINE)) == (said not in (answer(SOUND), answer(SOUND, HOLED)))
    assert ("vulnerabilities: none known" in told) == (said == answer(SOUND))


def test_a_hole_is_told_with_its_remedy() -> None:
    assert read(answer(SOUND, HOLED), "") == Finding(known=("requests 2.19.0: PYSEC-2018-28, mended in 2.20.0",))
