"""Reads what a ping is to be changed in: `name=value`, by the readers of pings, with the remedy where it cannot be."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import asdict, replace

from app.config.file.problem import did_you_mean
from app.dialects.layout import layout_of
from app.dialects.reading import draft_of
from app.domain.calendar import moment
from app.domain.catalogue import Catalogue
from app.domain.money import cents
from app.domain.reasons import Refusal, sentence
from app.domain.seller import Seller
from app.domain.territory import ZipStates
from app.reports.pings.what_if import ChangedTerm
from app.usecases.answer_ping import located
from app.wire.ping import Ping

OWN_NAMES = ("seller", "time", "model", "cap:OWNER/CAP", "boost:CAMPAIGN", "pause:NAME")
"""What can be changed beside the fields of a ping; a field of the vertical that is called so comes first."""

_READER = Seller(name="what if", title="what if", key_sha256=())
"""Changes are read by nobody's aliases."""
_UNCHANGED = ("vertical", "phone_hash", "email_hash", "hash_type", "scenario", "test", "consent_at")


class CannotChange(Exception):
    """A change cannot be read: the text names it and says what to write."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The ping as it is taken to be, and what else is; `cap_uses` by OWNER/CAP, all money in cents.

    `at` is UTC epoch seconds. `terms` say what was changed, for people; `notes` what was taken for granted.
    """

    ping: Ping
    seller: str
    at: float
    model: str = ""
    cap_uses: dict[str, int] = {}
    boosts: dict[str, int] = {}
    pauses: dict[str, bool] = {}
    terms: tuple[ChangedTerm, ...] = ()
    notes: tuple[str, ...] = ()


def read_changes(wanted: Iterable[str], ping: Ping, seller: str, at: float, catalogue: Catalogue) -> Changes:
    """What these lines ask for, of a ping of this seller at this time. Raises CannotChange."""
    pairs = [_pair(each) for each in wanted if each.strip()]
    vertical = catalogue.verticals.get(ping.vertical)
    declared = {field.name for field in vertical.fields} if vertical is not None else set()
    own = {name: value for name, value in pairs if name not in declared and _is_own(name)}
    fields = {name: value for name, value in pairs if name not in own}
    changes = _own_changes(own, Changes(ping=ping, seller=seller, at=at), catalogue)
    changed, notes = _placed(_read_fields(fields, ping, catalogue), fields, catalogue.zip_states)
    terms = (*_differences(ping, changed), *_own_terms(own, seller))
    return replace(changes, ping=changed, terms=terms, notes=notes)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise CannotChange(f"{text.strip()!r}: write NAME=VALUE, such as zip=75201")
    return name.strip(), value.strip()


def _is_own(name: str) -> bool:
    kind, colon, _ = name.partition(":")
    return kind in ("cap", "boost", "pause") if colon else kind in ("seller", "time", "model")


def _own_changes(own: Mapping[str, str], changes: Changes, catalogue: Catalogue) -> Changes:
    for name, value in own.items():
        kind, _, target = name.partition(":")
        if kind == "seller":
            changes = replace(changes, seller=_known(name, value, catalogue.sellers))
        elif kind == "time":
            changes = replace(changes, at=_time(value, changes.at, catalogue.buyer.zone))
        elif kind == "model":
            changes = replace(changes, model=value)
        elif kind == "cap":
            changes = replace(changes, cap_uses={**changes.cap_uses, target: _cap_use(name, target, value, catalogue)})
        elif kind == "boost":
            _known(name, target, catalogue.campaigns)
            changes = replace(changes, boosts={**changes.boosts, target: _money(name, value)})
        else:
            _known(name, target, {**catalogue.campaigns, **catalogue.sellers})
            changes = replace(changes, pauses={**changes.pauses, target: _yes(name, value)})
    return changes


def _known(name: str, wanted: str, among: Mapping[str, object]) -> str:
    if wanted not in among:
        remedy = did_you_mean(wanted, among) or f"there are {', '.join(sorted(among))}"
        raise CannotChange(f"{name}: there is no {wanted!r}: {remedy}")
    return wanted


def _time(value: str, at: float, zone: str) -> float:
    try:
        return moment(value, at, ZoneInfo(zone))
    except ValueError as error:
        raise CannotChange(f"time: {error}") from None


def _cap_use(name: str, target: str, value: str, catalogue: Catalogue) -> int:
    caps = {cap.title: cap for campaign in catalogue.campaigns.values() for cap in campaign.caps}
    caps |= {cap.title: cap for seller in catalogue.sellers.values() for cap in seller.caps}
    _known(name, target, caps)
    if caps[target].measure == "spend":
        return _money(name, value)
    if not (value.isdecimal() and len(value) < 10):
        raise CannotChange(f"{name}: {value!r} is not a number of leads: write how many are used, such as 90")
    return int(value)


def _money(name: str, value: str) -> int:
    amount = cents(value.removeprefix("-"))
    if amount is None:
        raise CannotChange(f"{name}: {value!r}: write dollars, such as 4.00")
    return -amount if value.startswith("-") else amount


def _yes(name: str, value: str) -> bool:
    if value.lower() not in ("yes", "no"):
        raise CannotChange(f"{name}: {value!r}: write yes or no")
    return value.lower() == "yes"


def _read_fields(given: Mapping[str, str], ping: Ping, catalogue: Catalogue) -> Ping:
    """The ping with these fields, each as a seller's would be read; an empty value takes a field away."""
    layout = layout_of(_READER, catalogue.verticals.get(ping.vertical), "ping")
    settable = {
        name: slot
        for name, slot in layout.slots.items()
        if slot.part in ("lead", "fields") and name not in _UNCHANGED and not name.startswith("?")
    }
    lead: dict[str, Any] = {}
    fields = dict(ping.fields)
    for key, value in given.items():
        name = layout.names.name_of(key) or key
        slot = settable.get(name)
        if slot is None:
            told = did_you_mean(name, settable) or f"there are {', '.join([*settable, *OWN_NAMES])}"
            raise CannotChange(f"{key}: no ping of {ping.vertical} has it, or it cannot be changed: {told}")
        if not value:
            fields.pop(name, None)
            if slot.part == "lead":
                lead[slot.attribute] = _default(slot.attribute)
            continue
        draft = draft_of({name: value}, layout, "ping")
        read: dict[str, Any] = getattr(draft, slot.part)
        if name in draft.troubles or slot.attribute not in read:
            fault = draft.troubles[name].remedy if name in draft.troubles else "; ".join(draft.warnings)
            raise CannotChange(f"{key}: {value!r} cannot be read: write {fault or 'a value'}")
        (fields if slot.part == "fields" else lead)[slot.attribute] = read[slot.attribute]
    return replace(ping, fields=fields, **lead)


_BARE = Ping(vertical="", zip="")


def _default(attribute: str) -> object:
    if attribute == "zip":
        raise CannotChange("zip: every ping has one")
    return getattr(_BARE, attribute)


def _placed(ping: Ping, given: Mapping[str, str], zip_states: ZipStates) -> tuple[Ping, tuple[str, ...]]:
    """Where only one of ZIP and state is given, the other follows; a state's first ZIP stands for it."""
    if "state" in given and "zip" not in given and ping.state not in zip_states.get(ping.zip, ()):
        zips = sorted(code for code, states in zip_states.items() if states[:1] == (ping.state,) and len(code) == 5)
        if zips:
            ping = replace(ping, zip=zips[0])
            return ping, (f"ZIP {ping.zip} stands for {ping.state}: name another with zip=",)
    if "zip" in given and "state" not in given:
        ping = replace(ping, state="")
    place = located(ping, zip_states)
    if isinstance(place, Refusal):
        raise CannotChange(f"{sentence(place)}")
    return place, ()


def _differences(ping: Ping, changed: Ping) -> Iterator[ChangedTerm]:
    """What differs between two pings, as it was read."""
    olds, news = _by_name(ping), _by_name(changed)
    for name in dict.fromkeys([*olds, *news]):
        was, becomes = olds.get(name, ""), news.get(name, "")
        if was != becomes:
            yield ChangedTerm(name=name, was=was, becomes=becomes or "nothing")


def _by_name(ping: Ping) -> dict[str, str]:
    values = {**asdict(ping), **ping.fields, "min_price": ""}
    if ping.min_price_cents:
        values["min_price"] = f"${ping.min_price_cents / 100:.2f}"
    apart = ("fields", "min_price_cents")
    return {name: str(value) for name, value in values.items() if name not in apart and value not in (None, "")}


def _own_terms(own: Mapping[str, str], seller: str) -> Iterator[ChangedTerm]:
    was = {"seller": seller, "time": "its own time", "model": "the live one"}
    for name, value in own.items():
        yield ChangedTerm(name=name, was=was.get(name, "as it stood"), becomes=value)
