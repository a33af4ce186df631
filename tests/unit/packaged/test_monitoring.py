"""The alert rules and the dashboard that come with leadbid: sound, tested, and of metrics that there are."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import main
from app.packaged import MONITORING
from app.telemetry.declared import METRICS

RULES, RULE_TESTS = MONITORING / "leadbid.rules.yml", MONITORING / "leadbid.rules.test.yml"
DASHBOARD = MONITORING / "leadbid.dashboard.json"

ADDED_BY_PROMETHEUS = {"instance", "job"}


def promtool(*arguments: str | Path, folder: Path = MONITORING) -> str:
    """What promtool says; it must be content. Without it the test is skipped, in CI it fails."""
    found = shutil.which("promtool")
    if found is None:
        missing = "no promtool found: install Prometheus (on Debian: apt install prometheus) to check alert rules"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    # It has memory enough not to collect its garbage all the time.
    env = {**os.environ, "GOGC": "400"}
    done = subprocess.run(
        [found, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [dict(each) for each in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return [dict(each) for each in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]]


def targets() -> Iterator[tuple[str, str, str]]:
    """The title of a panel, an expression and its legend."""
    for panel in panels():
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"], target["legendFormat"]


def expressions() -> list[str]:
    return [*[rule["expr"] for rule in rules()], *[expression for _, expression, _ in targets()]]


def metric_of(series: str) -> str:
    """The metric to which a series belongs."""
    name = series.removeprefix("leadbid_")
    of_histogram = re.sub(r"_(bucket|sum|count)$", "", name)
    return of_histogram if name not in METRICS and METRICS.get(of_histogram, METRICS["demands"]).bounds else name


def test_rules_are_sound_to_promtool() -> None:
    assert f"{len(rules())} rules found" in promtool("check", "rules", RULES.name)


def test_rules_fire_when_they_should_and_then_alone() -> None:
    assert "SUCCESS" in promtool("test", "rules", RULE_TESTS.name)


def test_every_rule_is_tested() -> None:
    tests = yaml.safe_load(RULE_TESTS.read_text(encoding="utf-8"))["tests"]
    fired = {check["alertname"] for each in tests for check in each["alert_rule_test"] if check.get("exp_alerts")}
    assert {rule["alert"] for rule in rules()} - fired == set()


def test_every_rule_says_how_bad_it_is_and_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical"), rule
        assert set(rule["annotations"]) == {"summary", "action"}, rule


def test_an_expression_uses_metrics_that_there_are_by_labels_that_they_have() -> None:
    for expression in expressions():
        metrics = [metric_of(each) for each in re.findall(r"leadbid_\w+", expression)]
        assert [each for each in metrics if each not in METRICS] == [], expression
        known = {label for each in metrics for label in METRICS[each].labels} | ADDED_BY_PROMETHEUS
        known |= {"le"} if any(METRICS[each].kind == "histogram" for each in metrics) else set()
        matched = {name for inside in re.findall(r"\{([^}]*)\}", expression) for name in re.findall(r"(\w+)=", inside)}
        assert matched | grouped(expression) <= known, expression


def test_a_legend_names_labels_that_are_left() -> None:
    for title, expression, legend in targets():
        assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= grouped(expression), title


def grouped(expression: str) -> set[str]:
    """The labels by which it sums."""
    return {name.strip() for inside in re.findall(r"by \(([^)]*)\)", expression) for name in inside.split(",")}


def test_expressions_of_the_dashboard_are_sound_to_promtool(tmp_path: Path) -> None:
    texts = [expression.replace("$__rate_interval", "5m") for _, expression, _ in targets()]
    recorded = [{"record": f"panel:{number}", "expr": text} for number, text in enumerate(texts)]
    (tmp_path / "panels.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    assert f"{len(texts)} rules found" in promtool("check", "rules", "panels.yml", folder=tmp_path)


def test_panels_have_names_of_their_own_and_do_not_overlap() -> None:
    found = panels()
    assert len({each["id"] for each in found}) == len(found)
    assert all(each["title"] for each in found)
    places = [each["gridPos"] for each in found]
    assert all(each["x"] + each["w"] <= 24 for each in places)
    for one, other in combinations(places, 2):
        is_beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert is_beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]


def test_panels_take_whatever_data_source_is_chosen() -> None:
    text = DASHBOARD.read_text(encoding="utf-8")
    assert set(re.findall(r'"uid": "([^"]*)"', text)) == {"leadbid", "${datasource}"}
    variables = {each["name"] for each in json.loads(text)["templating"]["list"]}
    assert set(re.findall(r"\$\{?([a-z]\w*)", text)) <= variables


def test_the_command_writes_all_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["monitoring", "--out", str(tmp_path / "made")]) == 0
    written = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    assert written == {path.name: path.read_bytes() for path in (RULES, RULE_TESTS, DASHBOARD)}
    assert "rule_files" in capsys.readouterr().out


def test_the_command_names_a_folder_that_it_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["monitoring", "--out", str(tmp_path / "file")]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err
