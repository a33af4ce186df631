"""What stands around the code calls only what there is: workflows, hooks, templates, image, package."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from tests.table import each_row

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WHEEL = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def read(path: Path) -> Any:
    """A YAML file; its `on` is a word there, and not a yes as YAML had it once."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def jobs(path: Path) -> Iterator[dict[str, Any]]:
    yield from read(path)["jobs"].values()


def commands(path: Path) -> Iterator[str]:
    """Every line of shell in a workflow."""
    for job in jobs(path):
        for step in job.get("steps", []):
            yield from step.get("run", "").splitlines()


@each_row("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_only_what_there_is(path: Path) -> None:
    called = [shlex.split(line, comments=True) for line in commands(path)]
    assert called or any("uses" in job for job in jobs(path))
    for words in filter(None, called):
        if words[0] == "make":
            assert set(words[1:]) <= TARGETS
        if words[0].startswith("."):
            assert (ROOT / words[0]).stat().st_mode & 0o111, f"{words[0]} cannot be run"
    for job in jobs(path):
        if job.get("uses", "").startswith("./"):
            assert (ROOT / job["uses"]).is_file()
        needed = job.get("needs", [])
        assert set([needed] if isinstance(needed, str) else needed) <= read(path)["jobs"].keys()


@each_row("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_the_repository_and_no_more(path: Path) -> None:
    assert read(path)["permissions"] == {"contents": "read"}


def test_everything_is_checked_on_every_python_that_is_promised() -> None:
    (job,) = jobs(GITHUB / "workflows" / "check.yml")
    promised = [
        name.rpartition(" ")[2] for name in PROJECT["project"]["classifiers"] if re.search(r"Python :: 3\.\d", name)
    ]
    assert job["strategy"]["matrix"]["python"] == promised
    assert promised[0] == PROJECT["project"]["requires-python"].removeprefix(">=")
    assert job["env"] == {"PYTHON": "python${{ matrix.python }}"}
    assert list(commands(GITHUB / "workflows" / "check.yml")) == [".ci/run"]


def test_a_tag_checks_then_builds_wheel_and_image() -> None:
    release = read(GITHUB / "workflows" / "release.yml")
    assert release["on"] == {"push": {"tags": ["v*"]}}
    assert {name: job.get("needs") for name, job in release["jobs"].items()} == {
        "check": None,
        "wheel": "check",
        "image": "check",
    }


def test_a_hook_runs_the_quick_half_of_the_check() -> None:
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        make, target = hook["entry"].split()
        assert make == "make"
        assert target in TARGETS
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"^check: quick ", makefile, re.MULTILINE)


@each_row("path", sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.name)
def test_an_issue_template_is_one(path: Path) -> None:
    template = read(path)
    if path.name == "config.yml":
        assert template == {"blank_issues_enabled": "true"}
        return
    assert template.keys() == {"name", "description", "labels", "body"}
    ids = [field["id"] for field in template["body"] if field["type"] != "markdown"]
    assert len(ids) == len(set(ids)) > 0
    for field in template["body"]:
        assert field["type"] in {"markdown", "textarea", "input"}
        assert field["attributes"].get("label") or field["type"] == "markdown"


@each_row("name", ["SECURITY.md", "CONTRIBUTING.md", "README.md", ".github/PULL_REQUEST_TEMPLATE.md"])
def test_a_page_links_only_to_files_that_there_are(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


def test_the_image_copies_what_there_is_and_is_sent_all_that_the_package_is_made_of() -> None:
    copies = [line.split()[1:] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")]
    for *sources, _ in copies:
        assert all((ROOT / source).exists() for source in sources)
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert all((ROOT / each).exists() for each in sent)
    project = PROJECT["project"]
    needed = [*WHEEL["only-include"], project["readme"], *project["license-files"], "pyproject.toml", "constraints.txt"]
    assert [each for each in needed if not any(fnmatch(f"{each}/", f"{parent}/*") for parent in sent)] == []


def test_the_package_is_made_of_what_there_is_and_finds_it_in_either_place() -> None:
    assert all((ROOT / each).is_dir() for each in WHEEL["only-include"])
    assert WHEEL["sources"] == {name: f"app/packaged/{name}" for name in ("fixtures", "models")}
    archived = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert [each for each in archived if not (ROOT / each.lstrip("/")).exists()] == []
