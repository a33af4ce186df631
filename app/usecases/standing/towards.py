"""Targets while the service runs: what came of each in its window, and its shadow prices."""

from collections.abc import Callable, Iterable, Mapping
from typing import assert_never

from msgspec.structs import replace

from app.domain.auction.weighing import Offer
from app.domain.calendar import local_minute, window_bounds
from app.domain.campaign import Campaign
from app.domain.caps.pacing import plan_share
from app.domain.schedule import Schedule
from app.domain.targets.steering import counted, counted_back, standing_of, steered
from app.domain.targets.targets import (
    WHOLE,
    CampaignTarget,
    KeptLedger,
    LedgerName,
    TargetLedger,
    TargetStanding,
    TargetUse,
)
from app.usecases.standing.changes import DecisionTold, LedgersRead, Returned, Sold, TargetChange, TargetDeclared

_EARLY_MAX = 1_000
"""Of so many ledgers sales are remembered that other replicas made before a lead of theirs came here."""

_DECIDED_MAX = 20_000
"""What is told twice is told again within seconds."""


class OpenTarget:
    """One target in the window that is open. `ledgers` by part; what was steered last is compared with them."""

    def __init__(
        self, target: CampaignTarget, schedule: Schedule, now: float, former: Mapping[str, KeptLedger]
    ) -> None:
        """`former` are the ledgers of its parts as they stood last, in this window or the one before."""
        self.target = target
        self.schedule = schedule
        self.start, self.end = window_bounds(now, target.zone, target.window)
        self.share = self._share_at(now)
        self.ledgers = {WHOLE: TargetLedger(), **self._restored(former)}
        self.steered = self.ledgers

    def _restored(self, former: Mapping[str, KeptLedger]) -> dict[str, TargetLedger]:
        """As it stood in this window; from the one before with what is known of it; nothing of what is older."""
        since = self.start - (self.end - self.start)
        return {
            part: kept.ledger if kept.at >= self.start else kept.ledger.next_window()
            for part, kept in former.items()
            if kept.at >= since
        }

    def steer(self, now: float, *, moves: bool = True) -> None:
        """Move the duals by what was bought since, and by how much of the plan's window passed.

        Unless another replica `moves` them.
        """
        share = self._share_at(now)
        left = 1.0 - self.share
        passed = min((share - self.share) / left, 1.0) if left > 0.0 else 0.0
        self.steered = steered(self.target, self.steered, self.ledgers, passed) if moves else self.ledgers
        self.ledgers, self.share = self.steered, share

    def follow(self, kept: Mapping[str, KeptLedger]) -> None:
        """Take over where the duals stand in this window. What was bought is known here, and no older."""
        duals = {part: each.ledger.dual for part, each in kept.items() if each.at >= self.start}
        moved = {part: replace(self.ledgers.get(part, TargetLedger()), dual=dual) for part, dual in duals.items()}
        self.ledgers = self.steered = {**self.ledgers, **moved}

    def declare(self, target: CampaignTarget, schedule: Schedule, now: float) -> None:
        """Go on under a reloaded declaration of the same target."""
        self.target, self.schedule = target, schedule
        self.start, self.end = window_bounds(now, target.zone, target.window)
        self.share = self._share_at(now)

    def _share_at(self, now: float) -> float:
        return plan_share(self.schedule, self.target.zone, self.start, min(max(now, self.start), self.end), self.end)


class Targets:
    """The targets of campaigns in their open windows, by key of the ledger."""

    def __init__(self, declare: Callable[[TargetDeclared], None]) -> None:
        """`declare` is called with every new one, and applies it."""
        self._declare = declare
        self._open: dict[str, OpenTarget] = {}
        self.paces = True
        """Whether shadow prices are moved here: one replica does, and the others read them."""
        self._former: dict[str, dict[str, KeptLedger]] = {}
        self._early: dict[str, list[TargetUse]] = {}
        self._decided: dict[bytes, None] = {}

    def apply(self, change: TargetChange) -> None:
        """Take up a declaration, or what was kept before."""
        match change:
            case TargetDeclared():
                self._begin(change)
            case LedgersRead():
                for resource, ledgers in change.ledgers.items():
                    self._former[resource] = {**self._former.get(resource, {}), **ledgers}
                if not self.paces:
                    for each in self._open.values():
                        each.follow(change.ledgers.get(each.target.resource, {}))
            case DecisionTold():
                self._decide(change)
            case _:
                assert_never(change)

    def standings(
        self, campaigns: Iterable[Campaign], seller: str, now: float
    ) -> dict[str, tuple[TargetStanding, ...]]:
        """By campaign, what a lead of this seller meets of each of its targets."""
        return {
            campaign.name: tuple(
                [
                    standing_of(target, self._opened(key, target, campaign, now).ledgers, seller)
                    for key, target in _ledgers(campaign, now)
                ]
            )
            for campaign in campaigns
            if campaign.targets
        }

    def uses(
        self, campaign: Campaign, seller: str, offer: Offer | None, price_cents: int, now: float
    ) -> list[TargetUse]:
        """What a sale counts for each target. A fixed price says nothing of conversions, nor does a lost decision."""
        valuation = offer.valuation if offer is not None else None
        # A sale may be the first that is heard of in its window.
        found = _ledgers(campaign, now)
        for key, target in found:
            self._opened(key, target, campaign, now)
        if valuation is None:
            known = [(key, target) for key, target in found if target.needs_no_model]
            return [target.use(key, seller, float(price_cents), 0.0, 0.0) for key, target in known]
        spent, conversions, worth = price_cents * (1.0 - valuation.return_rate), valuation.conversions, valuation.worth
        return [target.use(key, seller, spent, conversions, worth) for key, target in found]

    def sell(self, sale: Sold) -> None:
        """Count a sale; where its window is not open here, for when it will be."""
        self._count(sale.targets)

    def _decide(self, late: DecisionTold) -> None:
        """Count what a sale's decision says, once however often it is told."""
        if late.nonce not in self._decided:
            self._decided[late.nonce] = None
            if len(self._decided) > _DECIDED_MAX:
                del self._decided[next(iter(self._decided))]
            self._count(late.targets)

    def _count(self, uses: Iterable[TargetUse]) -> None:
        for use in uses:
            if found := self._open.get(use.ledger):
                found.ledgers = counted(found.ledgers, use)
            else:
                self._early.setdefault(use.ledger, []).append(use)
                if len(self._early) > _EARLY_MAX:
                    del self._early[next(iter(self._early))]

    def take_back(self, returned: Returned) -> None:
        """Count a lead no more that was given back, where leads are counted and its window is open."""
        for each in self._open.values():
            target = each.target
            if target.owner == returned.campaign and target.counts_leads and each.start <= returned.sold_at < each.end:
                each.ledgers = counted_back(each.ledgers, returned.seller if target.is_share else WHOLE)

    def pass_time(self, now: float) -> None:
        """Close the windows that are over; in the others move shadow prices."""
        for key in [key for key, each in self._open.items() if now >= each.end]:
            self._close(key, now)
        for each in self._open.values():
            each.steer(now, moves=self.paces)

    def kept(self) -> dict[LedgerName, TargetLedger]:
        """Every ledger of the open windows, by what is steered and its part."""
        return {
            (each.target.resource, part): ledger
            for each in self._open.values()
            for part, ledger in each.ledgers.items()
        }

    def _opened(self, key: str, target: CampaignTarget, campaign: Campaign, now: float) -> OpenTarget:
        found = self._open.get(key)
        if found is None or found.target is not target:
            self._declare(TargetDeclared(key=key, target=target, schedule=campaign.schedule, at=now))
            found = self._open[key]
        return found

    def _begin(self, change: TargetDeclared) -> None:
        found = self._open.get(change.key)
        if found is not None:
            found.declare(change.target, change.schedule, change.at)
            return
        resource = change.target.resource
        # Its last window may be over and not closed yet.
        for key in [
            key for key, each in self._open.items() if each.target.resource == resource and change.at >= each.end
        ]:
            self._close(key, change.at)
        former = self._former.get(resource, {})
        opened = self._open[change.key] = OpenTarget(change.target, change.schedule, change.at, former)
        for use in self._early.pop(change.key, ()):
            opened.ledgers = counted(opened.ledgers, use)

    def _close(self, key: str, now: float) -> None:
        over = self._open.pop(key)
        at = min(now, over.end - 1.0)
        self._former[over.target.resource] = {part: KeptLedger(each, at) for part, each in over.ledgers.items()}


def _ledgers(campaign: Campaign, now: float) -> list[tuple[str, CampaignTarget]]:
    """The key of the ledger of each of its targets then."""
    minute = int(now // 60)
    return [(target.ledger(local_minute(minute, target.zone)), target) for target in campaign.targets]
