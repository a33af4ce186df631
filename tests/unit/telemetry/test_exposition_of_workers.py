"""What several workers expose reads as one exposition: each head once, each sample told apart by its worker."""

from prometheus_client.parser import text_string_to_metric_families

from app.telemetry.exposition import of_workers

ONE = b"""\
# HELP leadbid_pings_total Pings.
# TYPE leadbid_pings_total counter
leadbid_pings_total{code="bid",seller="a{b} c\\"d"} 3.0
# HELP leadbid_live_bids Bids.
# TYPE leadbid_live_bids gauge
leadbid_live_bids 7.0
"""
TWO = ONE.replace(b" 3.0", b" 4.0").replace(b" 7.0", b" 1.0")


def test_samples_of_all_workers_stand_under_one_head() -> None:
    text = of_workers({1: ONE, 2: TWO, 3: b""}).decode()
    assert text.count("# HELP leadbid_live_bids") == text.count("# TYPE leadbid_live_bids") == 1
    found = {
        (sample.name, sample.labels["worker"]): (sample.value, sample.labels.get("seller"))
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found == {
        ("leadbid_pings_total", "1"): (3.0, 'a{b} c"d'),
        ("leadbid_pings_total", "2"): (4.0, 'a{b} c"d'),
        ("leadbid_live_bids", "1"): (7.0, None),
        ("leadbid_live_bids", "2"): (1.0, None),
    }
