"""Every metric by its one name: plain numbers on the hot path, Prometheus text when asked."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

COUNTERS = {
    "pings_total": ("Pings received, by reason code; `bid` if we bid.", ("seller", "code")),
    "keyless_refusals_total": (
        "Requests refused without a known key: `no_key`, `wrong_key`, `too_large` or `unreadable`.",
        ("fault",),
    ),
    "ping_repeats_total": ("Repeated pings, answered with the same bid.", ("seller",)),
    "bids_withheld_total": ("Pings refused because no sale could be recorded.", ("seller",)),
    "posts_total": ("Posts received, by status and reason code.", ("seller", "status", "code")),
    "sales_total": ("Leads bought.", ("seller", "campaign")),
    "spend_cents_total": ("Spend on leads bought, in cents.", ("seller", "campaign")),
    "caps_refused_total": ("Posts with a live bid that a cap refused.", ("seller",)),
    "unknown_fields_total": ("Unknown fields of pings and posts; they are ignored.", ("seller",)),
    "warnings_total": ("Warnings to sellers in answers to pings and posts, by field.", ("seller", "field")),
    "check_questions_total": (
        "Questions to providers, by what came of them: HTTP status, trouble, `kept`, `budget` or `circuit`.",
        ("check", "result"),
    ),
    "check_cost_millicents_total": ("Cost of questions to providers, in thousandths of a cent.", ("check",)),
    "certificate_retains_total": (
        "Certificates that were to be stored after their sale: `stored`, `late` or `lost`.",
        ("check", "result"),
    ),
    "deliveries_total": ("Delivery attempts, by outcome.", ("destination", "outcome")),
    "notices_total": ("Win and loss notices.", ("seller", "result")),
    "outcomes_total": ("Outcomes reported by the CRM.", ("event",)),
    "outcomes_passed_over_total": ("Reports of a CRM's webhooks that counted as nothing, by why.", ("why",)),
    "returns_total": ("Returns, by what became of them.", ("seller", "state")),
    "challenger_faults_total": ("Pings that a challenger could not price; the live model answered.", ("vertical",)),
    "canaries_stopped_total": ("Canaries that cost more than chance explains and were stopped.", ("vertical",)),
    "clock_steps_total": ("How often the clock of the machine was set.", ("direction",)),
    "reloads_total": ("Reloads of configuration and models.", ("result",)),
    "connections_ended_total": ("Connections that the service ended, except those that were only silent.", ("why",)),
}
GAUGES = {
    "live_bids": "Bids that are live now.",
    "database_writable": "1 while sales can be recorded, else 0.",
    "database_unwritable_seconds": "How long no sale could be recorded; 0 while sales can be.",
    "journal_waiting_lines": "Decisions not yet written to the journal.",
    "journal_lost_lines": "Decisions lost because the journal could not be written for too long.",
    "clock_ahead_seconds": "How far the service's clock is ahead of the machine's.",
    "configuration_waiting": "1 while a changed configuration waits for an operator's consent.",
    "catalogue_loaded_timestamp_seconds": "When the current configuration was loaded.",
}
LABELED_GAUGES = {
    "deliveries_stuck": ("Leads that wait for a destination that needs an operator.", ("destination", "why")),
}
PING_SECONDS = "ping_duration_seconds"
PING_BOUNDS_S = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


class Metrics(Collector):
    """Counters by labels, gauges by name, and the time from a ping's arrival to its answer."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[tuple[str, ...], int]] = {name: {} for name in COUNTERS}
        self._gauges: dict[str, float] = dict.fromkeys(GAUGES, 0.0)
        self._labeled: dict[str, dict[tuple[str, ...], int]] = {name: {} for name in LABELED_GAUGES}
        self._buckets = [0] * (len(PING_BOUNDS_S) + 1)
        self._seconds = 0.0

    def count(self, name: str, *labels: str, by: int = 1) -> None:
        """Add 1 (or `by`) to a counter declared above, with its labels in the declared order."""
        counts = self._counts[name]
        counts[labels] = counts.get(labels, 0) + by

    def gauge(self, name: str, value: float) -> None:
        """Set a gauge declared above."""
        self._gauges[name] = value

    def gauges(self, name: str, values: Mapping[tuple[str, ...], int]) -> None:
        """Set a labeled gauge declared above, for all of its labels at once."""
        self._labeled[name] = dict(values)

    def ping_took(self, seconds: float) -> None:
        """One ping more in the histogram."""
        self._buckets[bisect_left(PING_BOUNDS_S, seconds)] += 1
        self._seconds += seconds

    def counted(self, name: str) -> dict[tuple[str, ...], int]:
        """A counter's values by labels."""
        return dict(self._counts[name])

    @property
    def total(self) -> int:
        """All counts added up: it grows with whatever happens."""
        return sum(sum(counts.values()) for counts in self._counts.values())

    def text(self) -> bytes:
        """All of it in the Prometheus text format, each name with the prefix `leadbid_`."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily]:
        """What prometheus_client asks of a collector."""
        for name, (meaning, labels) in COUNTERS.items():
            counter = CounterMetricFamily(f"leadbid_{name}", meaning, labels=labels)
            for values, count in self._counts[name].items():
                counter.add_metric(values, count)
            yield counter
        for name, meaning in GAUGES.items():
            yield GaugeMetricFamily(f"leadbid_{name}", meaning, value=self._gauges[name])
        for name, (meaning, labels) in LABELED_GAUGES.items():
            gauge = GaugeMetricFamily(f"leadbid_{name}", meaning, labels=labels)
            for values, value in self._labeled[name].items():
                gauge.add_metric(values, value)
            yield gauge
        yield self._histogram()

    def _histogram(self) -> HistogramMetricFamily:
        total, buckets = 0, []
        for bound, count in zip((*PING_BOUNDS_S, float("inf")), self._buckets, strict=True):
            total += count
            buckets.append(("+Inf" if bound == float("inf") else repr(bound), total))
        return HistogramMetricFamily(
            f"leadbid_{PING_SECONDS}", "From a ping's arrival to its answer.", buckets=buckets, sum_value=self._seconds
        )
