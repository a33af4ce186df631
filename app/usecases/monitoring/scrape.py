"""One scrape: what stands now is read from the bidder, in slices between which pings are answered."""

import asyncio
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import product

from app.domain.auction.canary import share_now
from app.domain.caps.caps import CapFill
from app.journal.writer import JournalWriter
from app.telemetry.metrics import Metrics
from app.usecases.bidder import Bidder
from app.usecases.deliver_leads import DeliveryWorker
from app.usecases.monitoring.worker_scrapes import WorkerScrapes
from app.usecases.replicas.replica_turns import ReplicaTurns

LOOKS_AT_ONCE = 2_000
"""So many open counters are looked at in half a millisecond; caps by ZIP have as many as leads came from."""

_CAP_GAUGES = (
    "cap_used_ratio",
    "cap_planned_ratio",
    "cap_shadow_price_ratio",
    "cap_used_leads",
    "cap_limit_leads",
    "cap_used_dollars",
    "cap_limit_dollars",
)


class Scrape:
    """Everything that is known without asking anybody; the rest stands in the metrics already."""

    def __init__(
        self,
        bidder: Bidder,
        worker: DeliveryWorker,
        journal: JournalWriter,
        clock: Callable[[], float],
        turns: ReplicaTurns | None = None,
    ) -> None:
        """`turns` are taken with other replicas, where there may be any."""
        self._bidder = bidder
        self._worker = worker
        self._journal = journal
        self._clock = clock
        self.workers: WorkerScrapes | None = None
        """The other ones, where several share a port."""
        self._turns = turns
        bidder.metrics.gauge("build_info", 1.0, version("leadbid"))

    async def of_all(self) -> bytes:
        """The metrics of all processes that share this one's port, in the Prometheus text format."""
        own = await self.text()
        return own if self.workers is None else await self.workers.with_others(own)

    async def text(self) -> bytes:
        """Those of this process."""
        metrics, now = self._bidder.metrics, self._clock()
        _begin(self._bidder)
        show_caps(metrics, await _fills(self._bidder.standing.cap_fills()))
        _show_requested(self._bidder)
        _show_models(self._bidder)
        _show_others(self._bidder, self._worker, now)
        metrics.gauge("live_bids", self._bidder.standing.live_bids)
        _show_replicas(metrics, self._turns)
        metrics.gauge("journal_waiting_lines", self._journal.waiting)
        oldest = self._journal.waits_since
        metrics.gauge("journal_lag_seconds", max(now - oldest, 0.0) if oldest is not None else 0.0)
        metrics.counted_elsewhere("journal_lost_lines_total", self._journal.lost)
        return await metrics.text()


def _show_replicas(metrics: Metrics, turns: ReplicaTurns | None) -> None:
    """A service that has its database for itself is one, and paces."""
    metrics.gauge("replicas", len(turns.live) if turns is not None else 1)
    metrics.gauge("replica_paces", float(turns is None or turns.paces))
    metrics.gauge("replica_unheard_seconds", turns.unheard_s if turns is not None else 0.0)


def _begin(bidder: Bidder) -> None:
    """Prometheus takes no step for one from nothing to 1: what is alerted on stands at zero before it happens."""
    metrics, catalogue = bidder.metrics, bidder.catalogue
    metrics.begin("deliveries_total", product(catalogue.destinations, ("delivered", "rejected", "dead")))
    metrics.begin("pings_total", product(catalogue.sellers, ("bid", "internal", "load_shed", "model_unavailable")))
    metrics.begin("posts_total", [(name, "error", "internal") for name in catalogue.sellers])
    metrics.begin("reloads_total", [(result,) for result in ("taken", "refused", "failed", "held")])


async def _fills(looks: Iterator[CapFill | None]) -> list[CapFill]:
    fills = []
    for number, fill in enumerate(looks, start=1):
        if fill is not None:
            fills.append(fill)
        elif not number % LOOKS_AT_ONCE:
            await asyncio.sleep(0)
    return fills


def show_caps(metrics: Metrics, fills: list[CapFill]) -> None:
    """How full caps are, and what they make of prices."""
    shown: dict[str, dict[tuple[str, ...], float]] = {name: {} for name in _CAP_GAUGES}
    for fill in fills:
        cap, unit = fill.cap, "dollars" if fill.cap.measure == "spend" else "leads"
        labels = cap.owner, cap.name, cap.window
        # A cap of nothing is full.
        shown["cap_used_ratio"][labels] = fill.used / cap.limit if cap.limit else 1.0
        shown[f"cap_used_{unit}"][labels] = fill.used
        shown[f"cap_limit_{unit}"][labels] = cap.limit
        # What ends never has no plan.
        if cap.window != "total":
            shown["cap_planned_ratio"][labels] = fill.planned
            shown["cap_shadow_price_ratio"][labels] = fill.dual
    for name, values in shown.items():
        metrics.gauges(name, values)


def _show_requested(bidder: Bidder) -> None:
    """What is paused, boosted, demanded and signaled."""
    metrics, catalogue, standing = bidder.metrics, bidder.catalogue, bidder.standing
    declared = {("campaign", name) for name, each in catalogue.campaigns.items() if each.paused}
    declared |= {("seller", name) for name, each in catalogue.sellers.items() if each.paused}
    paused = declared | {(_kind(bidder, name), name) for name in standing.paused}
    metrics.gauges("paused", dict.fromkeys(sorted(paused), 1))
    metrics.gauges("boost_dollars", {(campaign,): cents for campaign, cents in standing.boosts.items()})
    demands, signals = standing.wishes
    metrics.gauge("demands", demands)
    metrics.gauge("signals", signals)


def _kind(bidder: Bidder, name: str) -> str:
    if ":" in name:
        return "canary"
    return "campaign" if name in bidder.catalogue.campaigns else "seller"


def _show_models(bidder: Bidder) -> None:
    """Which models bid, and for what share of the leads a challenger does."""
    metrics, catalogue, paused = bidder.metrics, bidder.catalogue, bidder.standing.paused
    used = {(name, model.version, "live"): 1.0 for name, model in catalogue.models.items()}
    tried = catalogue.challengers
    used |= {(name, each.model.version, "challenger"): 1.0 for name, each in tried.items()}
    metrics.gauges("model_info", used)
    shares = {
        (name, each.model.version): share_now(each.canary, name, each.model.version, paused)
        for name, each in tried.items()
    }
    metrics.gauges("canary_share_ratio", shares)


def _show_others(bidder: Bidder, worker: DeliveryWorker, now: float) -> None:
    """How destinations and providers are doing, and what of their budgets is used."""
    checks, providers = bidder.catalogue.checks, bidder.providers
    # One whose cool-down is over is asked once, and left alone until it has answered.
    circuits = {
        ("destination", name): float(worker.circuit(name).breaker.opened_at is not None)
        for name in bidder.catalogue.destinations
    }
    circuits |= {("check", each.name): float(providers.opens_at(each.name, now) is not None) for each in checks}
    bidder.metrics.gauges("circuit_open", circuits)
    budgets = {
        (each.name,): providers.budgets.spent(each.name, "", now) / (each.daily_budget_cents * 1000)
        for each in checks
        if each.daily_budget_cents
    }
    bidder.metrics.gauges("check_budget_used_ratio", budgets)
