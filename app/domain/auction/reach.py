"""Where campaigns can buy at all: state by state, and within one as finely as their rules tell its ZIPs apart."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from app.domain.campaign import Campaign
from app.domain.catalogue import Catalogue
from app.domain.consent.consent import ConsentPolicy
from app.domain.filters import Filter
from app.domain.pricing.pricing import Worth
from app.domain.territory import PREFIX_LENGTH, ZipStates
from app.wire.ping import Value

PLACE = frozenset({"state", "zip", "zip3"})
"""Facts of a lead that only say where it is."""
TIME = frozenset({"local_hour", "weekday"})
"""Facts that only say when it comes."""

_ZIP_LENGTH = 5
_UNIT_DIGITS = {"state": 0, "zip3": PREFIX_LENGTH, "zip": _ZIP_LENGTH}
_NO_PROOF = ConsentPolicy(certificate="none", text_required=False)


class StatePlaces(msgspec.Struct, frozen=True, kw_only=True):
    """The ZIPs of one state, and the prefixes under which its ZIPs begin."""

    zips: tuple[str, ...]
    prefixes: tuple[str, ...]


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign in one state. `campaign` refuses no lead for what only that lead is; `digits` of a ZIP its rules
    tell apart: 0, 3 or 5.
    """

    campaign: Campaign
    state: str
    places: StatePlaces
    digits: int

    def zips(self, zip_states: ZipStates, digits: int = 0) -> Iterator[str]:
        """A ZIP for each place where this campaign buys, told apart by so many `digits` at least."""
        for zip_code in _zips(self.places, zip_states, max(self.digits, digits)):
            if _buys_at(self.campaign, zip_code, self.state):
                yield zip_code


class BuyingArea(msgspec.Struct, frozen=True, kw_only=True):
    """All of a `catalogue`. `reaches` by vertical and state; `suited` are it and its challengers' without landscapes,
    in which no price is so sure to lose that it would not be bid.
    """

    catalogue: Catalogue
    reaches: Mapping[tuple[str, str], tuple[Reach, ...]]
    suited: tuple[Catalogue, ...]


def buying_area(catalogue: Catalogue) -> BuyingArea:
    """Where each campaign can buy; this takes a while for a configuration that lists ZIPs."""
    priced = (catalogue, catalogue.challenged) if catalogue.challengers else (catalogue,)
    suited = tuple(map(_without_landscapes, priced))
    return BuyingArea(catalogue=catalogue, reaches=_reaches(catalogue), suited=suited)


def _without_landscapes(catalogue: Catalogue) -> Catalogue:
    models = {name: replace(model, landscape=None) for name, model in catalogue.models.items()}
    return replace(catalogue, models=models)


def _reaches(catalogue: Catalogue) -> dict[tuple[str, str], tuple[Reach, ...]]:
    found: defaultdict[tuple[str, str], list[Reach]] = defaultdict(list)
    states = state_places(catalogue.zip_states)
    for campaign in catalogue.index.campaigns:
        suited, digits = suited_best(campaign), _digits(campaign)
        for state, places in states.items():
            reach = Reach(campaign=suited, state=state, places=places, digits=digits)
            if next(reach.zips(catalogue.zip_states), None) is not None:
                found[campaign.vertical, state].append(reach)
    return {where: tuple(found[where]) for where in sorted(found)}


def state_places(zip_states: ZipStates) -> dict[str, StatePlaces]:
    """The ZIPs of each state, in order."""
    zips: defaultdict[str, list[str]] = defaultdict(list)
    prefixes: defaultdict[str, set[str]] = defaultdict(set)
    for code in sorted(zip_states):
        for state in zip_states[code]:
            prefixes[state].add(code[:PREFIX_LENGTH])
            if len(code) == _ZIP_LENGTH:
                zips[state].append(code)
    return {
        state: StatePlaces(zips=tuple(zips[state]), prefixes=tuple(sorted(prefixes[state])))
        for state in sorted(prefixes)
    }


def suited_best(campaign: Campaign) -> Campaign:
    """The same campaign as the lead meets it that suits it best: what is left speaks of place, time, room and price."""
    return replace(
        campaign,
        filters=tuple([rule for rule in campaign.filters if rule.field in PLACE | TIME]),
        consent=_NO_PROOF,
        worth=Worth(base_cents=campaign.worth.most_cents),
    )


def _zips(places: StatePlaces, zip_states: ZipStates, digits: int) -> Iterator[str]:
    """One ZIP for each part of a state. Pings may name ZIPs that are newer than the table."""
    if digits <= PREFIX_LENGTH:
        for prefix in places.prefixes if digits else places.prefixes[:1]:
            yield f"{prefix}00"
        return
    yield from places.zips
    for prefix in places.prefixes:
        for number in range(100):
            if (zip_code := f"{prefix}{number:02d}") not in zip_states:
                yield zip_code


def _buys_at(campaign: Campaign, zip_code: str, state: str) -> bool:
    facts: dict[str, Value] = {"state": state, "zip": zip_code, "zip3": zip_code[:PREFIX_LENGTH]}
    return campaign.territory.covers(zip_code, state) and all(
        rule.admits(facts) for rule in campaign.filters if rule.field in PLACE
    )


def _digits(campaign: Campaign) -> int:
    """How many digits of a ZIP some rule of the campaign looks at, rounded up to what places are told apart by."""
    territory = campaign.territory
    lengths = [0, *map(len, territory.prefixes), *map(_digits_of, campaign.filters)]
    lengths += [_UNIT_DIGITS[cap.unit] for cap in campaign.caps if cap.scope == "campaign_territory"]
    if territory.zips or territory.not_zips or max(lengths) > PREFIX_LENGTH:
        return _ZIP_LENGTH
    return PREFIX_LENGTH if max(lengths) else 0


def _digits_of(rule: Filter) -> int:
    return _UNIT_DIGITS.get(rule.field, 0)
