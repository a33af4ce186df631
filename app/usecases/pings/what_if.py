"""The same ping with other terms, decided by the very `decide` that bids: nothing is sent, written or counted."""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from app.domain.auction.decide import Decision, decide
from app.domain.auction.features import PREDICTED_VALUE, facts_of
from app.domain.auction.snapshot import Snapshot, Standing
from app.domain.calendar import local_minute
from app.domain.campaign import Campaign
from app.domain.caps.caps import CapStanding
from app.domain.catalogue import Catalogue, CountedCap, counted_caps
from app.domain.seller import Seller
from app.journal.lines import PingLine
from app.reports.pings.decision import LeadCurves, LegDecision, legs_of
from app.reports.pings.what_if import ChangedDecision, Decided, compared, decision_words
from app.usecases.pings.changed_terms import CannotChange, Changes, read_changes
from app.usecases.pings.records import PingRecords
from app.usecases.standing.standing import LiveStanding
from app.wire.ping import Ping


class DecidesNow(msgspec.Struct, frozen=True, kw_only=True):
    """What decides now: the catalogue and, of a running bidder, what stands. `records` are what was recorded before."""

    catalogue: Catalogue
    records: PingRecords
    standing: LiveStanding | None = None


def what_if(line: PingLine, wanted: Iterable[str], force: DecidesNow) -> ChangedDecision:
    """The decision of this line beside the one with these changes, `name=value` each. Raises CannotChange."""
    catalogue = force.catalogue
    if line.seller not in catalogue.sellers:
        raise CannotChange(f"the seller {line.seller} is not declared any more: its pings cannot be decided again")
    changes = read_changes(wanted, line.ping, line.seller, line.at, catalogue)
    unchanged = Changes(ping=line.ping, seller=line.seller, at=line.at)
    live = catalogue.challengers.get(line.ping.vertical)
    is_canarys = live is not None and live.model.version == line.model
    before = _decided(line, unchanged, catalogue.challenged if is_canarys else catalogue, force)
    after = _decided(line, changes, _modeled(catalogue, changes.model, line, force.records), force)
    return ChangedDecision(
        id=line.id,
        at=line.at,
        zone=catalogue.buyer.zone,
        seller=line.seller,
        changes=changes.terms,
        notes=(*changes.notes, *_notes(line, changes, force)),
        recorded=decision_words(line.decision),
        before=before,
        after=after,
        legs=compared(before.legs, after.legs),
    )


def _decided(line: PingLine, changes: Changes, catalogue: Catalogue, force: DecidesNow) -> Decided:
    seller, ping = catalogue.sellers[changes.seller], changes.ping
    standing = _standing(line, changes, catalogue, seller, force)
    snapshot = Snapshot(catalogue=catalogue, seller=seller, known=line.known, standing=standing)
    decision = decide(ping, snapshot, changes.at, line.draw)
    model = catalogue.models.get(ping.vertical)
    return Decided(
        config=catalogue.config_hash,
        model=model.version if model is not None else "",
        says=decision_words(decision),
        legs=_legs(decision, line, changes, catalogue, seller),
    )


def _legs(
    decision: Decision, line: PingLine, changes: Changes, catalogue: Catalogue, seller: Seller
) -> tuple[LegDecision, ...]:
    ping, model = changes.ping, catalogue.models.get(changes.ping.vertical)
    local = local_minute(int(changes.at // 60), catalogue.buyer.zone)
    facts = facts_of(ping, local, line.known.consultations)
    if model is not None and model.value is not None:
        facts[PREDICTED_VALUE] = model.value(facts)
    return tuple(legs_of(decision, line.known.consultations, LeadCurves(model=model, seller=seller, facts=facts)))


def _modeled(catalogue: Catalogue, wanted: str, line: PingLine, records: PingRecords) -> Catalogue:
    """The catalogue with the model that is asked for: the live one, the challenger, or any version that is there."""
    vertical = line.ping.vertical
    if wanted in ("", "live"):
        return catalogue
    if wanted == "challenger":
        if vertical not in catalogue.challengers:
            raise CannotChange(f"model: no challenger is tried in {vertical}: name a version, such as 0001")
        return catalogue.challenged
    model = records.model(vertical, wanted)
    if isinstance(model, str):
        raise CannotChange(f"model: {model}")
    return replace(catalogue, models={**catalogue.models, vertical: model})


def _standing(line: PingLine, changes: Changes, catalogue: Catalogue, seller: Seller, force: DecidesNow) -> Standing:
    """What stood then, carried over to where and whose the ping is taken to be now, with what is changed of it."""
    ping = changes.ping
    if ping.test:
        return line.standing
    candidates = catalogue.index.candidates(ping.vertical, ping.zip, ping.state)
    then = line.standing
    has_moved = (ping.zip, ping.state) != (line.ping.zip, line.ping.state)
    elsewhere = _requested(ping, candidates, changes.at, force) if has_moved else then
    return replace(
        then,
        caps=_caps(line, changes, candidates, seller, force),
        demand=elsewhere.demand,
        signals=elsewhere.signals,
        paused=frozenset(_paused(then.paused, changes.pauses)),
        boosts={**then.boosts, **changes.boosts},
        targets={
            each.name: then.targets[each.name]
            for each in candidates
            if len(then.targets.get(each.name, ())) == len(each.targets) > 0
        },
    )


def _requested(ping: Ping, candidates: Iterable[Campaign], at: float, force: DecidesNow) -> Standing:
    """What operators ask for where it was not: known of a running bidder alone, and as of now."""
    if force.standing is None:
        return Standing()
    return force.standing.requested_of([each.name for each in candidates], ping, at)


def _paused(then: frozenset[str], pauses: Mapping[str, bool]) -> list[str]:
    return [name for name in {*then, *pauses} if pauses.get(name, name in then)]


def _caps(
    line: PingLine, changes: Changes, candidates: list[Campaign], seller: Seller, force: DecidesNow
) -> dict[str, tuple[CapStanding, ...]]:
    """By candidate, where each of its caps stood then; one that the ping did not meet stands as now, or unused."""
    then = _then(line, force)

    def stands(counted: CountedCap) -> CapStanding:
        key, cap, _ = counted
        stood = then.get(key)
        if stood is None:
            stood = force.standing.stands(counted, line.at) if force.standing is not None else CapStanding(cap.limit)
        found = replace(stood, limit=cap.limit)
        used = changes.cap_uses.get(cap.title)
        return found if used is None else replace(found, used=used)

    # Counted at the time of the ping whatever time it is taken to be: no window has another use to go by.
    place = changes.ping.zip, changes.ping.state, line.at
    return {
        each.name: tuple([stands(counted) for counted in counted_caps(each, seller, *place)]) for each in candidates
    }


def _then(line: PingLine, force: DecidesNow) -> dict[str, CapStanding]:
    """Where each counter stood that the ping met, by its key, as the configuration of its day declares them."""
    declared = force.records.configuration(line.config)
    if isinstance(declared, str):
        declared = force.catalogue.configuration
    seller, found = declared.seller(line.seller), dict[str, CapStanding]()
    for name, standings in line.standing.caps.items():
        campaign = declared.campaign(name)
        if campaign is None or seller is None:
            continue
        counted = counted_caps(campaign, seller, line.ping.zip, line.ping.state, line.at)
        if len(counted) == len(standings):
            found |= {key: stood for (key, _, _), stood in zip(counted, standings, strict=True)}
    return found


def _notes(line: PingLine, changes: Changes, force: DecidesNow) -> list[str]:
    """What was taken for granted."""
    notes = []
    if line.config != force.catalogue.config_hash:
        notes.append(f"The configuration changed since: {line.config} decided then, {force.catalogue.config_hash} now.")
    if changes.at != line.at:
        notes.append("Caps stand as they did when the ping came, also at the other time.")
    if changes.cap_uses:
        notes.append("Shadow prices stay as they were: a cap at another use would pace to another price in time.")
    if (changes.ping.zip, changes.ping.state) != (line.ping.zip, line.ping.state):
        where = "as they stand now" if force.standing is not None else "left out, and caps that it did not meet unused"
        notes.append(f"Demand and signals of the other place are {where}.")
    return notes
