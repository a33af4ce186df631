"""What is tried beside a live model: what each of the two bid and earned, and when they can be told apart."""

from collections.abc import Mapping

import msgspec

from app.domain.auction.canary import CanaryTally
from app.domain.auction.canary_size import CanarySize, PingSurplus, canary_sizes
from app.domain.calendar import moment
from app.reports.models.outcomes import BoughtLeads, Outcomes
from app.reports.tally import SideTrade, TrialTrade, VerticalTrade, add
from app.scoring.pointer import Entry

_DAY_S = 86_400.0


class TrialSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two over the days that are looked at, and its leads since a canary began, or of weeks where none did.

    Money in cents. It `decided` pings and the other one the rest; on all of them it would have bid on `bids`, at
    `price_cents` for the dearest bid of a ping on the mean, and expected to bring `expected_cents` a ping.
    `surplus_cents` is what its `matured` leads brought less their price.
    """

    version: str
    decided: int
    bids: int
    bid_rate: float | None
    price_cents: float | None
    expected_cents: float | None
    leads: int
    spend_cents: int
    matured: int
    conversions: int
    surplus_cents: float


class TrialView(msgspec.Struct, frozen=True, kw_only=True):
    """A challenger beside its champion. `share` of all leads get its bids, none where it shadows; a canary was stopped
    for `stopped_why`, or else paused by somebody.

    `since` is when the canary began (UTC epoch seconds), its leads are judged after `matures_days`. `pings` were seen
    by both in the days that are looked at, `both_bid` is on how many both bid, and there the challenger's price is
    `price_ratio` of the champion's. `gap_cents` is what it would have earned with all leads, less what the champion
    would have; it is stopped below minus `bound_cents`. `sizes` are what canaries of some shares need to show a
    difference of a tenth; one that goes on as it does is to be judged `judged_at`.
    """

    champion: TrialSide
    challenger: TrialSide
    share: float
    declared_share: float
    stopped_why: str
    stopped_by: str
    since: float | None
    matures_days: float
    pings: int
    faults: int
    both_bid: int
    price_ratio: float | None
    gap_cents: float | None
    bound_cents: float | None
    sizes: tuple[CanarySize, ...]
    judged_at: float | None


class TrialFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one vertical's trial: its trade over `days`, leads of its models, the canary's tally.

    `stopped` holds who paused it and why.
    """

    entry: Entry
    trade: VerticalTrade
    days: float
    outcomes: Outcomes
    tally: CanaryTally | None
    stopped: tuple[str, str] | None


def trial_view(vertical: str, facts: TrialFacts) -> TrialView | None:
    """The trial that the pointer names; None where it names none."""
    entry = facts.entry
    if not entry.challenger:
        return None
    by_champion = facts.trade.trials.get(f"{entry.live}/{entry.challenger}", TrialTrade())
    by_challenger = facts.trade.trials.get(f"{entry.challenger}/{entry.live}", TrialTrade())
    pings, both = by_champion.pings + by_challenger.pings, by_champion.both + by_challenger.both
    champion, challenger = SideTrade(), SideTrade()
    for mine, more in (
        (champion, by_champion.decided),
        (champion, by_challenger.shadowed),
        (challenger, by_challenger.decided),
        (challenger, by_champion.shadowed),
    ):
        add(mine, more)
    stopped_by, stopped_why = facts.stopped or ("", "")
    since = moment(entry.since, 0.0) if entry.since else None
    sizes = _sizes(vertical, facts)
    return TrialView(
        champion=_side(entry.live, champion, by_champion.pings, pings, _leads(facts, vertical, entry.live)),
        challenger=_side(
            entry.challenger, challenger, by_challenger.pings, pings, _leads(facts, vertical, entry.challenger)
        ),
        share=0.0 if facts.stopped else entry.canary,
        declared_share=entry.canary,
        stopped_why=stopped_why,
        stopped_by=stopped_by,
        since=since,
        matures_days=entry.matures_days,
        pings=pings,
        faults=by_champion.faults,
        both_bid=both,
        price_ratio=challenger.both_cents / champion.both_cents if champion.both_cents else None,
        gap_cents=facts.tally.gap_cents if facts.tally is not None else None,
        bound_cents=facts.tally.bound_cents if facts.tally is not None else None,
        sizes=sizes,
        judged_at=_judged_at(since, entry, sizes),
    )


def _leads(facts: TrialFacts, vertical: str, version: str) -> BoughtLeads:
    found = facts.outcomes.get((vertical, version))
    if found is None:
        return BoughtLeads()
    return found.in_trial if facts.entry.since else found.bought


def _side(version: str, trade: SideTrade, decided: int, pings: int, leads: BoughtLeads) -> TrialSide:
    return TrialSide(
        version=version,
        decided=decided,
        bids=trade.bids,
        bid_rate=trade.bids / pings if pings else None,
        price_cents=trade.cents / trade.bids if trade.bids else None,
        expected_cents=trade.surplus_millicents / 1_000.0 / pings if pings else None,
        leads=leads.leads,
        spend_cents=leads.spend_cents,
        matured=leads.matured,
        conversions=leads.conversions,
        surplus_cents=leads.surplus_cents,
    )


def _sizes(vertical: str, facts: TrialFacts) -> tuple[CanarySize, ...]:
    """By what the champion's matured leads brought, and by how many pings a day there were, and leads of them."""
    found, share = facts.outcomes.get((vertical, facts.entry.live)), facts.trade.share
    if found is None or not found.bought.matured or not share.pings or facts.days <= 0.0:
        return ()
    bought, leads_a_ping = found.bought, share.leads / share.pings
    mean = leads_a_ping * bought.surplus_cents / bought.matured
    variance = leads_a_ping * bought.squares / bought.matured - mean * mean
    surplus = PingSurplus(mean=mean, variance=max(variance, 0.0))
    return canary_sizes(surplus, share.pings / facts.days, leads_a_ping, facts.entry.canary)


def _judged_at(since: float | None, entry: Entry, sizes: tuple[CanarySize, ...]) -> float | None:
    own = next((each for each in sizes if each.share == entry.canary), None)
    return since + (own.days + entry.matures_days) * _DAY_S if since is not None and own is not None else None


Stopped = Mapping[str, tuple[str, str]]
"""Who paused what, and why, by the name of what is paused."""
