"""What of the service itself somebody should look at: whether it runs, and what it knows to be wrong."""

from collections.abc import Iterable, Iterator

from app.domain.alerts.alert import Alert, alert
from app.domain.operators.audit import SERVICE
from app.reports.attention.facts import Facts
from app.service_notes import ModelState
from app.store.operators.requested import Switch

FULL_BYTES = 500 * 1024**2
"""Below this a journal of a busy day no longer fits."""
PLENTY_BYTES = 20 * 1024**3
"""A large disk has room enough, however small the share."""


def service_alerts(facts: Facts, running: str) -> Iterator[Alert]:
    """`running` is how it runs, as `status` says it."""
    start = "start it with `leadbid serve`"
    if running == "down":
        yield alert("service_down", "the service is down, it did not stop in order, and nothing is bought", start)
    if running == "stopped":
        yield alert("service_stopped", "the service is stopped, and nothing is bought", start)
    if running == "unknown" and not facts.may_be_elsewhere:
        yield alert("service_unknown", "no service has noted itself in this directory", "is --data the service's own?")
    if running == "running" and facts.state is not None:
        yield from facts.state.problems
    for each in facts.pending:
        sentence = f"configuration {each.config_hash} waits for consent, as {each.words[0]}"
        yield alert("configuration_held", sentence, "`leadbid reload`", each.config_hash)


def model_alerts(models: dict[str, ModelState]) -> Iterator[Alert]:
    """Verticals whose leads no model prices."""
    for name, each in models.items():
        if not each.live:
            yield alert("no_model", f"no model prices {name}", target=name)


def switch_alerts(switches: Iterable[Switch]) -> Iterator[Alert]:
    """What the service itself has stopped."""
    for each in switches:
        if each.kind == "pause" and each.told_by == SERVICE:
            sentence = f"{each.target} was stopped by the service: {each.why}"
            yield alert("stopped_by_service", sentence, target=each.target)


def disk_alerts(free: int, total: int, share_min: float) -> Iterator[Alert]:
    """How full the disk of the data directory is."""
    left = f"{free / 1024**3:,.1f} GB ({free / max(total, 1):.0%}) left on the disk of the data directory"
    remedy = "compact the journal with `leadbid journal compact`, or make room"
    if free < FULL_BYTES:
        yield alert("disk_full", f"{left}, and without room no sale is recorded", remedy)
    elif free < share_min * total and free < PLENTY_BYTES:
        yield alert("disk_low", left, remedy)
