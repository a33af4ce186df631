"""What a scrape of the service holds."""

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.telemetry.declared import METRICS
from app.telemetry.metrics import LINES_AT_ONCE, Metrics
from tests.table import each_row

PAGE = (Path(__file__).parents[3] / "docs/metrics.md").read_text(encoding="utf-8")
APP = Path(__file__).parents[3] / "app"
MADE_UP = {"sub_id", "ping_id", "lead_id", "zip", "phone", "email", "state_code", "person"}
"""Labels with as many values as there are leads, or that say who somebody is."""


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels, as Prometheus reads it."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(asyncio.run(metrics.text()).decode())
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


def test_money_is_counted_in_cents_and_shown_in_dollars() -> None:
    metrics = Metrics()
    for cents in (1_010, 2_020, 1):
        metrics.count("spend_dollars_total", "acme", "solar-tx", by=cents)
    metrics.count("check_cost_dollars_total", "trustedform", by=150)
    found = samples(metrics)
    assert found["leadbid_spend_dollars_total", (("campaign", "solar-tx"), ("seller", "acme"))] == 30.31
    assert found["leadbid_check_cost_dollars_total", (("check", "trustedform"),)] == 0.0015


def test_a_counter_that_is_alerted_on_begins_at_zero_and_keeps_what_it_has() -> None:
    metrics = Metrics()
    metrics.count("reloads_total", "taken")
    metrics.begin("reloads_total", [("taken",), ("refused",)])
    assert metrics.counted("reloads_total") == {("taken",): 1, ("refused",): 0}


def test_the_time_of_a_ping_falls_in_every_bucket_that_holds_it() -> None:
    metrics = Metrics()
    metrics.pings_took([0.0001, 0.0003])
    metrics.pings_took([0.9, 7.0])
    found = samples(metrics)
    name = "leadbid_ping_duration_seconds"
    expected = {"0.0001": 1.0, "0.0002": 1.0, "0.0005": 2.0, "1.0": 3.0, "+Inf": 4.0}
    assert {bound: found[f"{name}_bucket", (("le", bound),)] for bound in expected} == expected
    assert found[f"{name}_count", ()] == 4.0
    assert found[f"{name}_sum", ()] == pytest.approx(7.9004)


def test_a_histogram_with_labels_is_one_for_each() -> None:
    metrics = Metrics()
    metrics.took("check_duration_seconds", 0.3, "trustedform")
    metrics.took("check_duration_seconds", 40.0, "leadid")
    found = samples(metrics)
    name = "leadbid_check_duration_seconds"
    assert found[f"{name}_bucket", (("check", "trustedform"), ("le", "0.25"))] == 0.0
    assert found[f"{name}_bucket", (("check", "trustedform"), ("le", "0.5"))] == 1.0
    assert found[f"{name}_bucket", (("check", "leadid"), ("le", "30.0"))] == 0.0
    assert found[f"{name}_count", (("check", "leadid"),)] == 1.0


def test_labels_may_hold_any_letter() -> None:
    metrics = Metrics()
    metrics.count("notices_total", 'a"b\\c\nd', "lost")
    assert samples(metrics)["leadbid_notices_total", (("result", "lost"), ("seller", 'a"b\\c\nd'))] == 1.0


def test_requests_have_their_turn_while_a_scrape_is_written() -> None:
    async def turns() -> tuple[int, int]:
        metrics, count = Metrics(), 0
        for number in range(20 * LINES_AT_ONCE):
            metrics.count("warnings_total", f"seller-{number}", "zip")
        text = asyncio.create_task(metrics.text())
        while not text.done():
            # What comes in the meantime shows in the next scrape, or in this one.
            metrics.count("warnings_total", f"late-{count}", "zip")
            metrics.count("pings_total", f"late-{count}", "bid")
            await asyncio.sleep(0)
            count += 1
        return count, (await text).count(b"\n")

    count, lines = asyncio.run(turns())
    assert count >= lines // LINES_AT_ONCE >= 20


def test_a_name_that_is_not_declared_is_a_mistake() -> None:
    metrics = Metrics()
    with pytest.raises(KeyError, match="pongs_total"):
        metrics.count("pongs_total", "acme")
    with pytest.raises(KeyError, match="pongs"):
        metrics.gauges("pongs", {})
    with pytest.raises(KeyError, match="pongs_seconds"):
        metrics.took("pongs_seconds", 1.0)


def test_a_name_is_as_prometheus_wants_it() -> None:
    for name, metric in METRICS.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
        assert name.endswith("_total") == (metric.kind == "counter"), name
        assert bool(metric.bounds) == (metric.kind == "histogram"), name
        if metric.kind == "histogram":
            assert name.endswith("_seconds")
            assert list(metric.bounds) == sorted(metric.bounds), name
        if metric.unit != 1.0:
            assert "_dollars" in name
        assert not re.search(r"_(cents|ms|millis|percent|mb)\b", name)
        assert all(re.fullmatch(r"[a-z]+", label) for label in metric.labels), name
        assert not set(metric.labels) & MADE_UP, name


def test_every_metric_is_counted_somewhere() -> None:
    # All of the code but for the declarations.
    text = "".join(path.read_text(encoding="utf-8") for path in APP.rglob("*.py") if path.name != "declared.py")
    assert [name for name in METRICS if f'"{name}"' not in text] == []


def documented() -> dict[str, tuple[str, str, str]]:
    """Labels, meaning and what to do, by name, as the page has them."""
    rows = re.findall(r"^\| `leadbid_(\w+)` \|(.*)\| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
    assert len(rows) == PAGE.count("\n| `leadbid_")
    return {name: (labels.strip(), meaning, remedy) for name, labels, meaning, remedy in rows}


def test_what_is_documented_is_what_there_is() -> None:
    declared = {
        name: (", ".join(f"`{label}`" for label in metric.labels), metric.meaning) for name, metric in METRICS.items()
    }
    assert {name: (labels, meaning) for name, (labels, meaning, _) in documented().items()} == declared


def test_every_metric_says_what_to_do() -> None:
    assert documented().keys() == METRICS.keys()
    for name, (_, meaning, remedy) in documented().items():
        assert meaning.endswith("."), name
        assert remedy.endswith("."), name
        assert remedy != meaning, name


@each_row("page", ["docs/operations.md", "docs/crm.md", "docs/sellers.md", "docs/models.md", "README.md"])
def test_pages_name_only_metrics_that_there_are(page: str) -> None:
    text = (APP.parent / page).read_text(encoding="utf-8")
    named = {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"leadbid_([a-z_]+[a-z])(?=[`{ ])", text)}
    assert named <= METRICS.keys()
