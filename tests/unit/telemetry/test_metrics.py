"""What a scrape of the service holds."""

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.telemetry.metrics import COUNTERS, GAUGES, LABELED_GAUGES, PING_SECONDS, Metrics

OPERATIONS = Path(__file__).parents[3] / "docs/operations.md"
APP = Path(__file__).parents[3] / "app"
LABELED = {**COUNTERS, **LABELED_GAUGES}
EVERY = {**{name: meaning for name, (meaning, _) in LABELED.items()}, **GAUGES}


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels, as Prometheus reads it."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def test_counters_count_under_their_labels() -> None:
    metrics = Metrics()
    metrics.count("pings_total", "acme", "bid")
    metrics.count("pings_total", "acme", "bid", by=2)
    metrics.count("pings_total", "", "auth_failed")
    assert metrics.counted("pings_total") == {("acme", "bid"): 3, ("", "auth_failed"): 1}
    found = samples(metrics)
    assert found["leadbid_pings_total", (("code", "bid"), ("seller", "acme"))] == 3.0
    assert found["leadbid_pings_total", (("code", "auth_failed"), ("seller", ""))] == 1.0


def test_gauges_stand_where_they_were_put() -> None:
    metrics = Metrics()
    assert samples(metrics)["leadbid_live_bids", ()] == 0.0
    metrics.gauge("live_bids", 17.0)
    assert samples(metrics)["leadbid_live_bids", ()] == 17.0


def test_labeled_gauges_are_set_all_at_once() -> None:
    metrics = Metrics()
    metrics.gauges("deliveries_stuck", {("crm", "disabled"): 2, ("old", "undeclared"): 1})
    metrics.gauges("deliveries_stuck", {("crm", "disabled"): 3})
    found = {key: value for key, value in samples(metrics).items() if key[0] == "leadbid_deliveries_stuck"}
    assert found == {("leadbid_deliveries_stuck", (("destination", "crm"), ("why", "disabled"))): 3.0}


def test_the_time_of_a_ping_falls_in_every_bucket_that_holds_it() -> None:
    metrics = Metrics()
    for seconds in (0.0001, 0.0003, 0.9, 7.0):
        metrics.ping_took(seconds)
    found = samples(metrics)
    name = f"leadbid_{PING_SECONDS}"
    expected = {"0.0001": 1.0, "0.0002": 1.0, "0.0005": 2.0, "1.0": 3.0, "+Inf": 4.0}
    assert {bound: found[f"{name}_bucket", (("le", bound),)] for bound in expected} == expected
    assert found[f"{name}_count", ()] == 4.0
    assert found[f"{name}_sum", ()] == pytest.approx(7.9004)


def test_labels_may_hold_any_letter() -> None:
    metrics = Metrics()
    metrics.count("notices_total", 'a"b\\c\nd', "lost")
    assert samples(metrics)["leadbid_notices_total", (("result", "lost"), ("seller", 'a"b\\c\nd'))] == 1.0


def test_a_name_that_is_not_declared_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="pongs_total"):
        Metrics().count("pongs_total", "acme")


def test_names_are_unique_and_as_prometheus_wants_them() -> None:
    names = [*EVERY, PING_SECONDS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)
    assert all(name.endswith("_total") for name in COUNTERS)
    assert not [name for name in [*GAUGES, *LABELED_GAUGES] if name.endswith("_total")]


@pytest.mark.parametrize("name", EVERY)
def test_every_metric_is_counted_somewhere(name: str) -> None:
    used = "".join(path.read_text() for path in APP.rglob("*.py") if path.name != "metrics.py")
    assert f'"{name}"' in used


@pytest.mark.parametrize("name", EVERY)
def test_every_metric_is_documented_with_its_meaning_and_labels(name: str) -> None:
    labels = ", ".join(f"`{label}`" for label in LABELED[name][1]) if name in LABELED else ""
    row = f"| `leadbid_{name}` | {labels} | {EVERY[name]} |".replace("|  |", "| |")
    assert row in OPERATIONS.read_text(encoding="utf-8"), f"docs/operations.md lacks the row: {row}"


def test_the_histogram_is_documented() -> None:
    assert f"| `leadbid_{PING_SECONDS}` |" in OPERATIONS.read_text(encoding="utf-8")


def test_no_metric_is_documented_that_there_is_not() -> None:
    documented = re.findall(r"\| `leadbid_([a-z_]+)` \|", OPERATIONS.read_text(encoding="utf-8"))
    assert sorted(documented) == sorted([*EVERY, PING_SECONDS])
