"""Where the consumer of a sample lives: where it is asked to, else where the buyer buys."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from app.config.values.zip_table import zip_states
from app.domain.campaign import Campaign
from app.domain.territory import PREFIX_LENGTH
from app.mock_exchange.chance import Chance
from app.mock_exchange.consumers import Consumer
from app.mock_exchange.places import CITIES

_CITY_OF = {zip_code: city for city in CITIES for zip_code in city.zips}


class NoSample(Exception):
    """What was asked for does not exist: the message says what does."""


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for; empty for no wish."""

    zip: str = ""
    state: str = ""


ANYWHERE = Home()


def housed(who: Consumer, place: Home, campaigns: Iterable[Campaign], chance: Chance) -> Consumer:
    """The consumer at that place, or where one of these campaigns buys; as it is where none buys anywhere."""
    if place.zip:
        return _moved(who, place.zip, _state_of(place) or who.state)
    if place.state:
        zips = _zips_in(place.state)
        if not zips:
            raise NoSample(f"there is no state {place.state!r}: write two letters, as in TX")
        return _moved(who, chance.one_of("zip", zips), place.state)
    buying = [each.territory for each in campaigns if not each.paused]
    if not buying or any(territory.covers(who.zip, who.state) for territory in buying):
        return who
    for homes in ({zip_code: (city.state,) for zip_code, city in _CITY_OF.items()}, zip_states()):
        bought = [
            (zip_code, states[0])
            for zip_code, states in homes.items()
            if len(zip_code) > PREFIX_LENGTH and any(territory.covers(zip_code, states[0]) for territory in buying)
        ]
        if bought:
            return _moved(who, *chance.one_of("home", bought))
    return who


def _state_of(place: Home) -> str:
    """The state of a ZIP code; in one where nobody lives, with which tests force outcomes, any state."""
    if not (len(place.zip) == 5 and place.zip.isascii() and place.zip.isdecimal()):
        raise NoSample(f"{place.zip!r} is not a ZIP code: write five digits, as in 78701")
    states = zip_states().get(place.zip, ())
    if states and place.state and place.state not in states:
        raise NoSample(f"ZIP {place.zip} is in {' and '.join(states)}, not in {place.state}")
    return place.state or (states[0] if states else "")


def _zips_in(state: str) -> list[str]:
    """Those of its cities in the made-up population; where that has none there, all."""
    return [zip_code for zip_code, city in _CITY_OF.items() if city.state == state] or [
        zip_code for zip_code, states in zip_states().items() if len(zip_code) > PREFIX_LENGTH and states[0] == state
    ]


def _moved(who: Consumer, zip_code: str, state: str) -> Consumer:
    city = _CITY_OF.get(zip_code)
    return replace(who, zip=zip_code, state=state, city=city.name if city else who.city)
