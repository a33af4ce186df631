"""Every metric by its one name: what it counts or shows, of what, in which unit. `docs/metrics.md` says what to do."""

from typing import Literal

import msgspec

QUICK_S = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
SLOW_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metric(msgspec.Struct, frozen=True):
    """`unit` is what one thing counted comes to in the unit of the name: a cent is .01 of a dollar.

    `bounds` are those of a histogram's buckets, in seconds.
    """

    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    labels: tuple[str, ...] = ()
    unit: float = 1.0
    bounds: tuple[float, ...] = ()


def _counter(meaning: str, *labels: str, unit: float = 1.0) -> Metric:
    return Metric("counter", meaning, labels, unit)


def _gauge(meaning: str, *labels: str, unit: float = 1.0) -> Metric:
    return Metric("gauge", meaning, labels, unit)


def _histogram(meaning: str, *labels: str, bounds: tuple[float, ...] = SLOW_S) -> Metric:
    return Metric("histogram", meaning, labels, bounds=bounds)


CENT = 0.01
MILLICENT = 0.000_01

# No label names a lead, a person, a ZIP code or whatever else sellers make up: each is one of what the buyer declares.
_CAP = ("owner", "cap", "window")
_MODEL = ("vertical", "version")

METRICS = {
    # Buying.
    "pings_total": _counter("Pings received, by reason code; `bid` if we bid.", "seller", "code"),
    "ping_repeats_total": _counter("Repeated pings, answered with the same bid.", "seller"),
    "ping_duration_seconds": _histogram("From a ping's arrival to the answers of its round.", bounds=QUICK_S),
    "live_bids": _gauge("Bids that are live now."),
    "bids_withheld_total": _counter("Pings refused because no sale could be recorded.", "seller"),
    "posts_total": _counter("Posts received, by status and reason code.", "seller", "status", "code"),
    "post_duration_seconds": _histogram("From a post's arrival to its answer."),
    "sales_total": _counter("Leads bought.", "seller", "campaign"),
    "spend_dollars_total": _counter("Spend on leads bought.", "seller", "campaign", unit=CENT),
    "notices_total": _counter("Win and loss notices.", "seller", "result"),
    "returns_total": _counter("Returns, by what became of them.", "seller", "state"),
    # Caps, and what was set by command.
    "caps_refused_total": _counter("Posts with a live bid that a cap refused.", "seller"),
    "cap_used_ratio": _gauge("Share of the limit that is used in the open window.", *_CAP),
    "cap_planned_ratio": _gauge("Share of the limit that the plan would have used by now.", *_CAP),
    "cap_shadow_price_ratio": _gauge(
        "Shadow price: what a lead must earn beyond its price, as a share of the campaign's ceiling (leads) or of the "
        "price (spend).",
        *_CAP,
    ),
    "cap_used_leads": _gauge("Leads that are counted in the open window.", *_CAP),
    "cap_limit_leads": _gauge("Leads that the window may have.", *_CAP),
    "cap_used_dollars": _gauge("Spend that is counted in the open window.", *_CAP, unit=CENT),
    "cap_limit_dollars": _gauge("Spend that the window may have.", *_CAP, unit=CENT),
    "paused": _gauge(
        "1 for each campaign, seller or canary that is paused, in the file or by command.", "kind", "name"
    ),
    "boost_dollars": _gauge("Boosts by command that are in force.", "campaign", unit=CENT),
    "demands": _gauge("Demands of territories that are in force."),
    "signals": _gauge("Signals that are in force."),
    # Models.
    "model_info": _gauge("1 for each model in use, `live` or `challenger`.", *_MODEL, "role"),
    "canary_share_ratio": _gauge("Share of the leads for which a challenger bids.", *_MODEL),
    "model_scored_bids": _gauge("Bids of the last 24 hours that a model scored.", *_MODEL),
    "model_score_ratio": _gauge("Predicted conversion of these bids, by quantile.", *_MODEL, "quantile"),
    "model_matured_leads": _gauge("Leads of four weeks that are old enough to be judged.", *_MODEL),
    "model_predicted_ratio": _gauge("Mean predicted conversion of these leads.", *_MODEL),
    "model_converted_ratio": _gauge("Share of these leads that converted.", *_MODEL),
    "challenger_faults_total": _counter(
        "Pings that a challenger could not price; the live model answered.", "vertical"
    ),
    "canaries_stopped_total": _counter("Canaries that cost more than chance explains and were stopped.", "vertical"),
    # Providers of checks.
    "check_questions_total": _counter(
        "Questions to providers, by what came of them: HTTP status, trouble, `kept`, `budget` or `circuit`.",
        "check",
        "result",
    ),
    "check_duration_seconds": _histogram("How long providers took to answer, or not to.", "check"),
    "check_cost_dollars_total": _counter("Cost of questions to providers.", "check", unit=MILLICENT),
    "check_budget_used_ratio": _gauge("Share of a check's daily budget that is used today (UTC).", "check"),
    "certificate_retains_total": _counter(
        "Certificates that were to be stored after their sale: `stored`, `late` or `lost`.", "check", "result"
    ),
    # Deliveries, and what the CRM says.
    "deliveries_total": _counter("Delivery attempts, by outcome.", "destination", "outcome"),
    "delivery_duration_seconds": _histogram("How long destinations took to answer, or not to.", "destination"),
    "deliveries_waiting": _gauge("Leads that are still to be delivered.", "destination"),
    "deliveries_oldest_timestamp_seconds": _gauge(
        "When the oldest of them was bought; absent where none waits.", "destination"
    ),
    "deliveries_stuck": _gauge("Leads that wait for a destination that needs an operator.", "destination", "why"),
    "circuit_open": _gauge(
        "1 while a destination or a check's provider is left alone because it fails.", "kind", "name"
    ),
    "outcomes_total": _counter("Outcomes reported by the CRM.", "event"),
    "outcomes_passed_over_total": _counter("Reports of a CRM's webhooks that counted as nothing, by why.", "why"),
    # Who sends what we do not understand.
    "keyless_refusals_total": _counter(
        "Requests refused without a known key: `no_key`, `wrong_key`, `too_large` or `unreadable`.", "fault"
    ),
    "unknown_fields_total": _counter("Unknown fields of pings and posts; they are ignored.", "seller"),
    "warnings_total": _counter("Warnings to sellers in answers to pings and posts, by field.", "seller", "field"),
    "connections_ended_total": _counter(
        "Connections that the service ended, except those that were only silent.", "why"
    ),
    # The service itself.
    "replicas": _gauge("Replicas that live, this one with them."),
    "replica_paces": _gauge("1 on the replica that moves shadow prices, else 0."),
    "replica_unheard_seconds": _gauge("How long ago a replica last told the others what it promises."),
    "build_info": _gauge("1, with the version that runs.", "version"),
    "worker_up": _gauge("1 while this worker answers, else 0, where `--workers` has several.", "worker"),
    "database_writable": _gauge("1 while sales can be recorded, else 0."),
    "database_unwritable_seconds": _gauge("How long no sale could be recorded; 0 while sales can be."),
    "journal_waiting_lines": _gauge("Decisions not yet written to the journal."),
    "journal_lag_seconds": _gauge("How long the oldest of them has waited."),
    "journal_lost_lines_total": _counter("Decisions lost because the journal could not be written for too long."),
    "disk_free_bytes": _gauge("Free space on the disk of the journal."),
    "disk_size_bytes": _gauge("Size of that disk."),
    "clock_steps_total": _counter("How often the clock of the machine was set.", "direction"),
    "clock_ahead_seconds": _gauge("How far the service's clock is ahead of the machine's."),
    "reloads_total": _counter("Reloads of configuration and models.", "result"),
    "configuration_waiting": _gauge("1 while a changed configuration waits for an operator's consent."),
    "change_feed_read_timestamp_seconds": _gauge("When this replica last heard of the others, on PostgreSQL."),
    "catalogue_loaded_timestamp_seconds": _gauge("When the current configuration was loaded."),
    "alerts_open": _gauge("What `leadbid status` says needs attention, as of the last minute.", "cause", "severity"),
}
"""By name, each without the prefix `leadbid_`."""
