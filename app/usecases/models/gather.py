"""Gathers what is shown of models: cards from their folder, leads from the database, bids from the journal."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from app.domain.auction.canary import CanaryTally, canary_name
from app.domain.calendar import moment
from app.domain.configuration import Configuration
from app.journal.writer import hour_start
from app.packaged import MODELS
from app.reports.attention.trade import HISTORY_H, HOUR_S, ScoreShift, TradeHistory, hour_trade, score_shifts
from app.reports.hours import count_hour, hours
from app.reports.models.models import ModelFacts
from app.reports.models.outcomes import JudgeTerms
from app.reports.models.trial import Stopped
from app.reports.tally import JournalTally, add
from app.scoring.pointer import Entry
from app.scoring.registry.changes import Change, changes, entries
from app.scoring.registry.listing import ListedVersion, listed
from app.scoring.registry.versions import card_of
from app.store.store import Store
from app.usecases.bidder import Bidder
from app.usecases.canary_watch import Canary, canary_tally
from app.usecases.trade.model_outcomes import CountedOutcomes, ModelOutcomes, judge_terms, terms_of

_DAY_S = 86_400.0


class ServiceSide(msgspec.Struct, frozen=True, kw_only=True):
    """What a running service knows of its models beside the files: see `ModelFacts`."""

    tally: JournalTally | None
    unread: str = ""
    outcomes: CountedOutcomes | None
    shifts: Sequence[ScoreShift]
    tallies: Mapping[str, CanaryTally]


async def facts_in_service(bidder: Bidder, models: Path, side: ServiceSide, days: int, now: float) -> ModelFacts:
    """Of the service itself. Raises NotChanged where the pointer cannot be read, and StoreUnavailable."""
    folder = await asyncio.to_thread(_read, models)
    catalogue = bidder.catalogue
    return ModelFacts(
        at=now,
        days=days,
        folder=str(models),
        shipped=is_shipped(models),
        campaigns=tuple(catalogue.campaigns.values()),
        entries=folder.entries,
        versions=folder.versions,
        changes=folder.changes,
        loaded={name: model.version for name, model in catalogue.models.items()},
        tally=side.tally,
        unread=side.unread,
        outcomes=side.outcomes.outcomes if side.outcomes is not None else None,
        matures_days={name: each.matures_s / _DAY_S for name, each in judge_terms(catalogue).items()},
        shifts=side.shifts,
        stopped=await _stopped(bidder.store, now),
        tallies=side.tallies,
    )


async def facts_beside(
    store: Store, configuration: Configuration, models: Path, journal: Path, days: int, now: float
) -> ModelFacts:
    """Of what a service has written, for a command. Raises as `facts_in_service`, and what the journal raises."""
    folder = _read(models)
    verticals = {each.vertical for each in configuration.campaigns}
    terms = {name: _terms(folder.entries.get(name)) for name in sorted(verticals)}
    counted = ModelOutcomes(store, lambda: None)
    found = await counted.by_terms({each.name: each.worth.of({}) for each in configuration.campaigns}, terms, now)
    tally, shifts = _trade(journal, days, now)
    stopped = await _stopped(store, now)
    return ModelFacts(
        at=now,
        days=days,
        folder=str(models),
        shipped=is_shipped(models),
        campaigns=configuration.campaigns,
        entries=folder.entries,
        versions=folder.versions,
        changes=folder.changes,
        loaded=None,
        tally=tally,
        unread="",
        outcomes=found.outcomes,
        matures_days={name: each.matures_s / _DAY_S for name, each in terms.items()},
        shifts=shifts,
        stopped=stopped,
        tallies=await _tallies(store, configuration, folder.entries, stopped, now),
    )


def is_shipped(models: Path) -> bool:
    """Whether these are the models that come with leadbid, which nothing is ever written to."""
    return models.resolve() == MODELS.resolve()


class _Folder(msgspec.Struct, frozen=True):
    entries: dict[str, Entry]
    versions: list[ListedVersion]
    changes: list[Change]


def _read(models: Path) -> _Folder:
    # What bids was checked to the byte when it was loaded.
    return _Folder(entries(models), listed(models, look=card_of), changes(models))


def _terms(entry: Entry | None) -> JudgeTerms:
    """The same as the service has of the challenger that it has loaded."""
    if entry is None or not entry.challenger:
        return terms_of(None, 0.0)
    return terms_of(entry.matures_days * _DAY_S, moment(entry.since, 0.0) if entry.since else 0.0)


def _trade(journal: Path, days: int, now: float) -> tuple[JournalTally, tuple[ScoreShift, ...]]:
    """What the last days come to, and how far scores have moved, hour by hour."""
    this, tally = int(now // HOUR_S), JournalTally()
    counted = {}
    for hour in hours(journal, (this - HISTORY_H - 24) * HOUR_S, now):
        found = count_hour(journal, hour, lambda: None)
        number = int(hour_start(hour.name) // HOUR_S)
        counted[number] = hour_trade(found)
        if number >= int((now - days * _DAY_S) // HOUR_S):
            add(tally, found)
    history = TradeHistory(min(counted, default=this), counted)
    return tally.settle(), tuple(score_shifts(history, now))


async def _stopped(store: Store, now: float) -> Stopped:
    return {each.target: (each.told_by, each.why) for each in await store.switches(now) if each.kind == "pause"}


async def _tallies(
    store: Store, configuration: Configuration, pointed: Mapping[str, Entry], stopped: Stopped, now: float
) -> dict[str, CanaryTally]:
    """Of the canaries that the service judges."""
    found = {}
    for vertical, entry in pointed.items():
        name = canary_name(vertical, entry.challenger)
        if 0.0 < entry.canary < 1.0 and entry.since and name not in stopped:
            canary = Canary(
                vertical=vertical,
                live=entry.live,
                version=entry.challenger,
                share=entry.canary,
                since=moment(entry.since, 0.0),
                matures_s=entry.matures_days * _DAY_S,
            )
            found[name] = await canary_tally(store, configuration.campaigns, canary, now)
    return found
