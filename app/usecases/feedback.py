"""Applies what others report: sellers whether we won, the CRM outcomes, operators demand and signals."""

from collections.abc import Container, Mapping, Sequence

from app.domain.answers import refused_receipt
from app.domain.calendar import window_bounds
from app.domain.campaign import Campaign
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.territory import ZipStates
from app.domain.token import read
from app.journal.lines import NoticeLine
from app.store.delivery.named_leads import UNKNOWN
from app.usecases.bidder import Bidder
from app.usecases.standing.changes import Allowed, BidLost, DemandSet, SignalSet, Suppressed
from app.usecases.standing.restore import read_lists
from app.usecases.suppression.suppress import allow
from app.wire.feedback import Demand, Notice, Outcome, Receipt, Signal

_PAST = Refusal("invalid_field", "until: lies in the past")
_NOWHERE = Refusal(
    "invalid_field", "territory: no ZIP is or begins like this; a state, a ZIP or its first 1 to 3 digits"
)


async def record_notice(bidder: Bidder, seller: Seller, notice: Notice, now: float) -> Receipt:
    """A seller reports whether a bid of ours won; a lost bid frees its space under the caps at once."""
    bid = read(notice.ping_id, bidder.keys.signing)
    live = bidder.standing.live(bid.nonce, now) if bid is not None else None
    if bid is None or (live is not None and live.seller != seller.name):
        return refused_receipt(Refusal("ping_unknown"))
    fresh = await bidder.store.record_notice(seller.name, bid.nonce.hex(), notice, now)
    if not fresh:
        return Receipt(status="repeated")
    if notice.result == "lost":
        bidder.standing.apply(BidLost(nonce=bid.nonce, at=now))
    bidder.journal.append(
        NoticeLine(
            at=now,
            seller=seller.name,
            ping_id=notice.ping_id,
            result=notice.result,
            price_cents=notice.price_cents,
            test=bid.test,
        )
    )
    bidder.metrics.count("notices_total", seller.name, notice.result)
    return Receipt(status="recorded")


async def record_outcome(bidder: Bidder, outcome: Outcome, now: float, *, of_any_record: bool = False) -> Receipt:
    """The CRM reports the outcome of a lead; a person who opted out is never bought again.

    A webhook reports on `of_any_record` of the CRM: one that is no lead of ours is nothing to send again.
    """
    result = await bidder.store.record_outcome(outcome, now)
    if of_any_record and result.remedy.endswith(UNKNOWN):
        bidder.metrics.count("outcomes_passed_over_total", "unknown_record")
        return Receipt(status="ignored", warnings=(result.remedy,))
    if result.remedy:
        return refused_receipt(Refusal("invalid_field", result.remedy))
    bidder.standing.apply(Suppressed(digests=tuple(result.suppressed)))
    if result.status == "recorded":
        bidder.metrics.count("outcomes_total", outcome.event)
    return Receipt(status="repeated" if result.status == "repeated" else "recorded")


async def suppress_person(bidder: Bidder, digests: Sequence[str], why: str, by: str, now: float) -> Receipt:
    """Nobody who is known by one of these digests is bought any more, from now on."""
    changed = await bidder.store.suppress(digests, why or "no reason given", by, now)
    bidder.standing.apply(Suppressed(digests=tuple(digests)))
    return Receipt(status="recorded" if changed else "repeated")


async def allow_person(bidder: Bidder, digests: Sequence[str], why: str, by: str, now: float) -> Receipt:
    """Whoever is known by one of these digests may be bought again, also if a list had them."""
    changed = await allow(bidder.store, digests, why, by, now)
    bidder.standing.apply(Allowed(digests=tuple(digests)))
    await read_lists(bidder.store, bidder.standing, (await bidder.store.heard(now)).lists)
    return Receipt(status="recorded" if changed else "repeated")


async def set_demand(bidder: Bidder, territory: str, demand: Demand, by: str, now: float) -> Receipt:
    """How many leads a territory can still work, from now until `until`, by default the end of the buyer's day."""
    catalogue = bidder.catalogue
    fault = demand_fault(territory, demand, catalogue.campaigns, catalogue.zip_states, now)
    if fault is not None:
        return refused_receipt(fault)
    ends_at = demand_ends_at(demand, catalogue.buyer.zone, now)
    await bidder.store.set_demand(territory, demand, ends_at, by, now, demand.why)
    bidder.standing.apply(DemandSet(territory=territory, demand=demand, told_at=now, ends_at=ends_at))
    return Receipt(status="recorded", warnings=idle_demand(demand, catalogue.campaigns))


async def set_signal(bidder: Bidder, territory: str, signal: Signal, by: str, now: float) -> Receipt:
    """A timed premium for a territory with its cause."""
    fault = signal_fault(territory, signal, bidder.catalogue.verticals, bidder.catalogue.zip_states, now)
    if fault is not None:
        return refused_receipt(fault)
    await bidder.store.set_signal(territory, signal, by, now, signal.why)
    bidder.standing.apply(SignalSet(territory=territory, signal=signal))
    return Receipt(status="recorded")


def demand_fault(
    territory: str, demand: Demand, campaigns: Container[str], zip_states: ZipStates, now: float
) -> Refusal | None:
    """Why a demand cannot be; nothing where it can."""
    if demand.campaign and demand.campaign not in campaigns:
        return Refusal("invalid_field", "campaign: no campaign has this name")
    if not _exists(territory, zip_states):
        return _NOWHERE
    return _PAST if demand.until is not None and demand.until <= now else None


def demand_ends_at(demand: Demand, zone: str, now: float) -> float:
    """When it says, by default at the end of the buyer's day."""
    return demand.until if demand.until is not None else window_bounds(now, zone, "day")[1]


def signal_fault(
    territory: str, signal: Signal, verticals: Container[str], zip_states: ZipStates, now: float
) -> Refusal | None:
    """Why a signal cannot be; nothing where it can."""
    if signal.vertical and signal.vertical not in verticals:
        return Refusal("invalid_field", "vertical: no vertical has this name")
    if not _exists(territory, zip_states):
        return _NOWHERE
    return _PAST if signal.until <= now else None


def _exists(territory: str, zip_states: ZipStates) -> bool:
    """Whether anybody can live there: a state, a ZIP or the beginning of one."""
    if not territory.isdigit():
        return True
    return territory in zip_states or any(zip_code.startswith(territory) for zip_code in zip_states)


def idle_demand(demand: Demand, campaigns: Mapping[str, Campaign]) -> tuple[str, ...]:
    """A warning where no campaign that is meant lets demand move its price, and it is no limit either."""
    if demand.limit:
        return ()
    meant = [campaigns[demand.campaign]] if demand.campaign else campaigns.values()
    if any(campaign.demand_cents for campaign in meant):
        return ()
    whose = f"{demand.campaign} has no" if demand.campaign else "no campaign has a"
    return (f"it moves no price, as {whose} demand_max_adjustment; with limit = true nothing is bought beyond open",)
