"""What operators ask for while the service runs, by command or over HTTP: checked, put in force, and undone.

Names are those of the configuration in force, so that neither its file nor its secrets are needed.
"""

import re
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from app.config.caps import limit_in_words
from app.config.file.problem import did_you_mean
from app.config.sellers import PREPAID
from app.dialects.feedback import read_territory
from app.domain.caps.caps import Cap
from app.domain.configuration import Configuration
from app.domain.money import cents, money
from app.domain.reasons import Refusal
from app.domain.territory import ZipStates
from app.store.operators.requested import Switch
from app.store.store import Store
from app.usecases.feedback import demand_ends_at, demand_fault, idle_demand, signal_fault
from app.wire.feedback import Demand, Signal

RAISED_MAX = 10
"""A limit beyond so many times the declared one is a slip more often than a wish."""

BOOST_MAX_CENTS = 100_000

_COUNT = re.compile(r"\d{1,3}(?:,\d{3}){1,2}|\d{1,9}", re.ASCII)


class NotDone(Exception):
    """Nothing was changed; the text says why, and what to do."""


class RequestTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks (as the audit log names them), why, at which moment, and until when it is to hold."""

    by: str
    now: float
    why: str = ""
    ends_at: float | None = None


async def pause(store: Store, configuration: Configuration, name: str, terms: RequestTerms) -> None:
    """Pause a campaign or seller; its live bids are honored."""
    _require(name, _campaigns(configuration) + _sellers(configuration), "campaign or seller")
    await _put(store, terms, kind="pause", target=name)


async def suspend(store: Store, configuration: Configuration, name: str, terms: RequestTerms) -> None:
    """The same of a seller alone."""
    _require(name, _sellers(configuration), "seller")
    await _put(store, terms, kind="pause", target=name)


async def resume(store: Store, configuration: Configuration | None, name: str, terms: RequestTerms) -> None:
    """Let a campaign, seller or canary go on. It may be declared no more."""
    if await store.clear_switch("pause", name, terms.by, terms.why, terms.now):
        return
    paused = [each.target for each in await store.switches(terms.now) if each.kind == "pause"]
    declared = _campaigns(configuration) + _sellers(configuration) if configuration is not None else []
    if name not in declared:
        raise NotDone(f"{name} is not paused, nor declared: {did_you_mean(name, [*paused, *declared])}".rstrip(": "))
    raise NotDone(f"{name} is not paused by command; where the configuration pauses it, change `paused` there")


async def boost(store: Store, configuration: Configuration, campaign: str, amount: int, terms: RequestTerms) -> None:
    """Add cents to the value of each of a campaign's leads until a time."""
    _require(campaign, _campaigns(configuration), "campaign")
    if not 0 < abs(amount) <= BOOST_MAX_CENTS:
        raise NotDone(f"a boost of {money(amount)}: give $0.01 to {money(BOOST_MAX_CENTS)}, or less than zero")
    if terms.ends_at is None:
        raise NotDone("a boost ends: say until when")
    await _put(store, terms, f"{money(amount)} a lead", kind="boost", target=campaign, amount=amount)


async def end_boost(store: Store, campaign: str, terms: RequestTerms) -> None:
    """End a boost before its time."""
    if not await store.clear_switch("boost", campaign, terms.by, terms.why, terms.now):
        boosted = [each.target for each in await store.switches(terms.now) if each.kind == "boost"]
        raise NotDone(f"{campaign} has no boost by command: {did_you_mean(campaign, boosted) or 'none has one'}")


async def set_demand(
    store: Store, configuration: Configuration, zip_states: ZipStates, place: str, demand: Demand, terms: RequestTerms
) -> tuple[float, tuple[str, ...]]:
    """How many leads a territory can still work: when that ends, and what of it has no effect."""
    campaigns = {campaign.name: campaign for campaign in configuration.campaigns}
    if demand.campaign:
        _require(demand.campaign, campaigns, "campaign")
    territory = territory_of(place)
    _refuse(demand_fault(territory, demand, campaigns, zip_states, terms.now))
    ends_at = demand_ends_at(demand, configuration.buyer.zone, terms.now)
    await store.set_demand(territory, demand, ends_at, terms.by, terms.now, terms.why)
    return ends_at, idle_demand(demand, campaigns)


async def end_demand(store: Store, place: str, campaign: str, terms: RequestTerms) -> None:
    """Forget a territory's demand before its time."""
    if not await store.end_demand(territory_of(place), campaign, terms.by, terms.now, terms.why):
        told = await store.demands(terms.now)
        there = ", ".join(f"{each.territory} {each.demand.campaign}".strip() for each in told)
        raise NotDone(f"no demand is in force for {place} {campaign}".rstrip() + f": {there or 'nor elsewhere'}")


async def set_signal(
    store: Store, configuration: Configuration, zip_states: ZipStates, place: str, signal: Signal, terms: RequestTerms
) -> None:
    """A timed premium on a territory."""
    verticals = [vertical.name for vertical in configuration.verticals]
    if signal.vertical:
        _require(signal.vertical, verticals, "vertical")
    territory = territory_of(place)
    _refuse(signal_fault(territory, signal, verticals, zip_states, terms.now))
    await store.set_signal(territory, signal, terms.by, terms.now, terms.why)


async def end_signals(store: Store, place: str, cause: str, terms: RequestTerms) -> int:
    """Forget a territory's signal of this cause, or all of its signals; how many."""
    ended = await store.end_signals(territory_of(place), cause, terms.by, terms.now, terms.why)
    if not ended:
        there = [f"{each.territory} ({each.signal.cause})" for each in await store.signals(terms.now)]
        raise NotDone(f"no such signal is in force for {place}: {', '.join(there) or 'nor elsewhere'}")
    return ended


def territory_of(place: str) -> str:
    """A territory as it is kept. NotDone where it is none."""
    territory = read_territory(place)
    if isinstance(territory, Refusal):
        raise NotDone(f"{place!r}: {territory.detail}")
    return territory


def _refuse(fault: Refusal | None) -> None:
    if fault is not None:
        raise NotDone(fault.detail)


async def set_cap(
    store: Store, configuration: Configuration, title: str, written: str, terms: RequestTerms, *, is_meant: bool = False
) -> str:
    """Put another limit in the place of a cap's (OWNER/CAP); what holds now, in words."""
    cap = declared_cap(configuration, title)
    limit = read_limit(cap, written)
    _require_limit(cap, limit, is_meant=is_meant)
    words = f"{limit_in_words(replace(cap, limit=limit))} in place of {limit_in_words(cap)}"
    await _put(store, terms, words, kind="cap", target=title, amount=limit)
    return words


async def reset_cap(store: Store, title: str, terms: RequestTerms) -> None:
    """Have the declared limit hold again."""
    if not await store.clear_switch("cap", title, terms.by, terms.why, terms.now):
        changed = [each.target for each in await store.switches(terms.now) if each.kind == "cap"]
        raise NotDone(f"{title} is as it is declared: {did_you_mean(title, changed) or 'no cap was changed'}")


def declared_caps(configuration: Configuration) -> list[Cap]:
    """Those of campaigns, then those of sellers."""
    ours = [cap for campaign in configuration.campaigns for cap in campaign.caps]
    return ours + [cap for seller in configuration.sellers for cap in seller.caps]


def declared_cap(configuration: Configuration, title: str) -> Cap:
    """The cap that is called so. NotDone where there is none."""
    caps = {cap.title: cap for cap in declared_caps(configuration)}
    if title not in caps:
        near = [each for each in caps if title in each.split("/")]
        remedy = f"write {' or '.join(near)}" if near else did_you_mean(title, caps) or "`leadbid cap list` shows them"
        raise NotDone(f"there is no cap `{title}`: {remedy}")
    return caps[title]


def read_limit(cap: Cap, written: str) -> int:
    """A limit in the cap's own unit: leads, or cents of what is written in dollars."""
    if cap.measure == "spend":
        amount = cents(written)
        if amount is None:
            raise NotDone(f"{written!r}: {cap.title} counts dollars, as in 2500 or 2500.00")
        return amount
    text = written.strip()
    if not _COUNT.fullmatch(text):
        raise NotDone(f"{written!r}: {cap.title} counts leads, as in 40")
    return int(text.replace(",", ""))


def _require_limit(cap: Cap, limit: int, *, is_meant: bool) -> None:
    if cap.name == PREPAID:
        raise NotDone(f"{cap.title} is what was paid in advance: raise `prepaid_balance` in the configuration")
    if limit <= 0:
        raise NotDone(f"a limit of {limit} buys nothing: pause {cap.owner} in its place")
    if limit == cap.limit:
        raise NotDone(f"that is what {cap.title} declares: there is nothing to change")
    if limit > RAISED_MAX * cap.limit and not is_meant:
        raise NotDone(f"that is more than {RAISED_MAX} times what {cap.title} declares: say yes if it is meant")


async def _put(store: Store, terms: RequestTerms, detail: str = "", **switch: object) -> None:
    facts = {"why": terms.why, "told_by": terms.by, "told_at": terms.now, "ends_at": terms.ends_at}
    await store.set_switch(msgspec.convert({**switch, **facts}, Switch), detail)


def _require(name: str, names: Iterable[str], kind: str) -> None:
    names = list(names)
    if name not in names:
        remedy = did_you_mean(name, names) or "`leadbid check` lists them"
        raise NotDone(f"there is no {kind} `{name}`: {remedy}")


def _campaigns(configuration: Configuration) -> list[str]:
    return [campaign.name for campaign in configuration.campaigns]


def _sellers(configuration: Configuration) -> list[str]:
    return [seller.name for seller in configuration.sellers]
