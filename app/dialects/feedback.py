"""Reads notices, outcomes, demand and signals from the same flat mapping as leads."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from app.dialects.generic import ping_id_of
from app.dialects.outcomes.outcome_words import EVENTS, IGNORED, ReportKeys, event_of, is_of_a_state, says_what_changed
from app.dialects.reading import Reading
from app.dialects.text import Scalar, alike, is_absent, text_of
from app.dialects.values import fields, kinds
from app.dialects.values.kinds import Noted, ReadValue, Trouble, ValueReader
from app.dialects.values.moments import EPOCH_SERIAL, SERIAL_DAYS
from app.dialects.values.states import state_of
from app.domain.calendar import YEAR_3000
from app.domain.money import signed_cents
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.wire.feedback import (
    BoostAsked,
    Demand,
    EventWord,
    LimitAsked,
    MuteAsked,
    Notice,
    Outcome,
    PauseAsked,
    Signal,
    UndoAsked,
)

T = TypeVar("T")

_Readers = dict[str, ValueReader]
_NO_WORDS: Mapping[str, EventWord] = {}

_RESULTS = {
    "won": "won win winner",
    "lost": "lost loss lose loser outbid notwon",
}
_RESULT_OF = {alike(word): result for result, words in _RESULTS.items() for word in words.split()}
_COUNT_MAX = 1_000_000
_ID_MAX = 200
_ID = kinds.text(_ID_MAX, cut=False)
_WHY = kinds.text(400, cut=False)
_TARGET = kinds.text(200, cut=False)
_PREFIX_MAX, _ZIP_LENGTH = 3, 5
OUTCOME_COLUMNS = ("lead_id", "crm_id", "event", "event_id", "source", "value", "value_cents", "occurred_at")
"""What a column of a file of outcomes can mean; `lead_id` or `crm_id` says whose they are."""

_NAMES = {
    "result": "result outcome status",
    "won": "won winner is_winner win",
    "lost": "lost",
    "price": "price sold_price selling_price winning_price payout",
    "lead_id": "lead_id leadbid_id leadbid_lead_id ping_id bid_id external_id external_lead_id",
    "crm_id": "crm_id crm_record_id record_id object_id hs_object_id salesforce_id hubspot_id contact_id sobject.id "
    "current.id contact.id record.id opportunity_id deal_id opportunity.id deal.id lead.id",
    "event": "event type disposition outcome",
    # Where CRMs say what became of a record, beside an `event` that only says that it changed; one misspells it.
    "state": "lead_status lead_disposition status stage stage_name deal_stage dealstage pipeline_stage "
    "pipeline_stage_name pipleline_stage opportunity_status status_label new_status new_stage property_value "
    "event_type event_name",
    "event_id": "event_id id",
    "source": "source",
    "value": "value amount revenue sale_amount sale_value deal_amount deal_value monetary_value",
    "value_cents": "value_cents amount_cents revenue_cents",
    "occurred_at": "occurred_at event_time event_timestamp timestamp happened_at closed_at close_date closed_date "
    "date_closed won_at updated_at modified_at last_modified_date created_at date",
    "open": "open",
    "expected": "expected",
    "limit": "limit is_limit",
    "campaign": "campaign",
    "until": "until expires_at",
    "premium": "premium",
    "cause": "cause",
    "target": "target",
    "vertical": "vertical",
    "why": "why reason",
    "yes": "yes",
}

_NO_OBJECTS = frozenset({"value", "price", "occurred_at"})

_SERIAL = re.compile(r"[3-7]\d{4}(?:\.\d{1,17})?", re.ASCII)

_SECRET = re.compile("key|token|secret|password|auth", re.IGNORECASE)
_STRANGE_MAX, _SHOWN = 5, 40


class IgnoredEvent(msgspec.Struct, frozen=True):
    """A report of what the buyer wants passed over."""


def read_notice(raw: Mapping[str, Scalar], seller: Seller) -> Reading[Notice]:
    """Whether a bid of ours won, and at which price the lead was sold."""
    ping_id = ping_id_of(raw, seller)
    if not ping_id:
        return Reading(Refusal("missing_field", "ping_id"))
    readers: _Readers = {"result": _result, "won": _won, "lost": _lost, "price": fields.min_price}

    def notice(values: dict[str, Any]) -> Notice | Refusal:
        said = [values.pop(name) for name in ("result", "won", "lost") if name in values]
        if not said:
            return Refusal("missing_field", "result")
        if len(set(said)) > 1:
            return Refusal("invalid_field", "result: says both, won and lost")
        return Notice(ping_id=ping_id, result=said[0], **_in_cents(values, "price"))

    return _reading(raw, readers, (), notice)


def read_outcome(
    raw: Mapping[str, Scalar], own: Mapping[str, EventWord] = _NO_WORDS
) -> Reading[Outcome | IgnoredEvent]:
    """What became of a lead. `own` are the buyer's words for events, as `event_word` spells them."""
    keys = ReportKeys(raw)
    event = _event(raw, keys, own)
    if event == IGNORED:
        return Reading(IgnoredEvent())
    readers: _Readers = {
        "lead_id": _record_id,
        "crm_id": _record_id,
        "event_id": kinds.text(_ID_MAX, cut=False),
        "source": kinds.text(64, cut=False),
        "value": _amount,
        "occurred_at": _occurred_at,
    }

    def outcome(values: dict[str, Any]) -> Outcome | Refusal:
        if not ("lead_id" in values or "crm_id" in values):
            return Refusal("missing_field", "lead_id")
        if event is None:
            return Refusal("missing_field", "event")
        if isinstance(event, Trouble):
            return Refusal("invalid_field", f"event: {event.remedy}")
        return Outcome(event=event, **_in_cents(values, "value"))

    return _reading(raw, readers, (), outcome)


def outcome_columns(heads: Iterable[str]) -> dict[str, str]:
    """Which head of a file names each of `OUTCOME_COLUMNS`, by the names that a request's fields may have."""
    keys = ReportKeys(heads)
    columns = {name: next(filter(None, map(keys.of, _NAMES[name].split())), "") for name in OUTCOME_COLUMNS}
    return {name: head for name, head in columns.items() if head}


def read_demand(raw: Mapping[str, Scalar]) -> Reading[Demand]:
    """How many leads a territory can still work; a limit alone may leave out how many are expected."""
    readers: _Readers = {
        "open": kinds.integer(0, _COUNT_MAX),
        "expected": kinds.integer(0, _COUNT_MAX),
        "limit": kinds.boolean,
        "campaign": kinds.text(64, cut=False),
        "until": _until,
        "why": _WHY,
    }

    def demand(values: dict[str, Any]) -> Demand | Refusal:
        if "expected" not in values and not values.get("limit"):
            return Refusal("missing_field", "expected")
        # As many as can be worked: the price stays where it is.
        return Demand(**{"expected": values["open"], **values})

    return _with_unknown(_reading(raw, readers, ("open",), demand), raw, readers)


def read_signal(raw: Mapping[str, Scalar]) -> Reading[Signal]:
    """A timed premium on a territory; a discount is below zero."""
    readers: _Readers = {
        "premium": _premium,
        "cause": kinds.text(64, cut=False),
        "until": _until,
        "vertical": kinds.text(64, cut=False),
        "why": _WHY,
    }

    def signal(values: dict[str, Any]) -> Signal:
        return Signal(**_in_cents(values, "premium"))

    return _with_unknown(_reading(raw, readers, ("premium", "cause", "until"), signal), raw, readers)


def read_pause(raw: Mapping[str, Scalar]) -> Reading[PauseAsked]:
    """A pause with its reason."""
    readers: _Readers = {"why": _WHY, "until": _until}
    return _with_unknown(_reading(raw, readers, ("why",), lambda values: PauseAsked(**values)), raw, readers)


def read_mute(raw: Mapping[str, Scalar]) -> Reading[MuteAsked]:
    """A mute with its reason."""
    readers: _Readers = {"why": _WHY, "until": _until, "target": _TARGET}
    return _with_unknown(_reading(raw, readers, ("why",), lambda values: MuteAsked(**values)), raw, readers)


def read_boost(raw: Mapping[str, Scalar]) -> Reading[BoostAsked]:
    """A boost with its reason and its end."""
    readers: _Readers = {"premium": _premium, "why": _WHY, "until": _until}

    def boost(values: dict[str, Any]) -> BoostAsked:
        return BoostAsked(**_in_cents(values, "premium"))

    return _with_unknown(_reading(raw, readers, ("premium", "why", "until"), boost), raw, readers)


def read_limit(raw: Mapping[str, Scalar]) -> Reading[LimitAsked]:
    """Another limit of a cap with its reason."""
    readers: _Readers = {"limit": kinds.text(32, cut=False), "why": _WHY, "until": _until, "yes": kinds.boolean}
    return _with_unknown(_reading(raw, readers, ("limit", "why"), lambda values: LimitAsked(**values)), raw, readers)


def read_undo(raw: Mapping[str, Scalar]) -> Reading[UndoAsked]:
    """That something is taken back."""
    name = kinds.text(64, cut=False)
    readers: _Readers = {"why": _WHY, "campaign": name, "cause": name, "target": _TARGET}
    return _with_unknown(_reading(raw, readers, (), lambda values: UndoAsked(**values)), raw, readers)


def read_territory(text: str) -> str | Refusal:
    """A state, a ZIP, or a prefix of up to three digits: four may be a prefix as well as a ZIP that lost its zero."""
    if text.isascii() and text.isdecimal():
        if len(text) <= _PREFIX_MAX or len(text) == _ZIP_LENGTH:
            return text
        if len(text) < _ZIP_LENGTH:
            remedy = f"{text.zfill(_ZIP_LENGTH)} if it is a ZIP; a prefix has 1 to {_PREFIX_MAX} digits"
            return Refusal("invalid_field", f"territory: {remedy}")
    return state_of(text) or Refusal("invalid_field", "territory: a state, a ZIP prefix or a ZIP")


def _reading(
    raw: Mapping[str, Scalar],
    readers: _Readers,
    required: tuple[str, ...],
    make: Callable[[dict[str, Any]], T | Refusal],
) -> Reading[T]:
    keys = ReportKeys(raw)
    values: dict[str, Any] = {}
    warnings: list[str] = []
    for name, read in readers.items():
        key = _key(keys, raw, name)
        value = read(raw[key]) if key else _object_of(raw, name)
        if isinstance(value, Noted):
            warnings.append(f"{name}: {value.warning}")
            value = value.value
        if isinstance(value, Trouble):
            return Reading(Refusal("invalid_field", f"{name}: {value.remedy}"), tuple(warnings))
        if value is not None:
            values[name] = value
    missing = next((name for name in required if name not in values), None)
    return Reading(Refusal("missing_field", missing) if missing is not None else make(values), tuple(warnings))


def _with_unknown(reading: Reading[T], raw: Mapping[str, Scalar], readers: _Readers) -> Reading[T]:
    """The same, with a warning of each key that means nothing here, as a misspelled one."""
    known = {alike(name) for field in readers for name in _NAMES[field].split()}
    strange = [key for key in raw if alike(key.rpartition(".")[2]) not in known and not _SECRET.search(key)]
    named = [f"{key[:_SHOWN]}: not known here, and ignored" for key in strange[:_STRANGE_MAX]]
    return replace(reading, warnings=(*reading.warnings, *named)) if named else reading


def _key(keys: ReportKeys, raw: Mapping[str, Scalar], name: str) -> str:
    """The first filled key that bears one of a field's names."""
    return next((key for key in map(keys.of, _NAMES[name].split()) if key and text_of(raw[key])), "")


def _object_of(raw: Mapping[str, Scalar], name: str) -> Trouble | None:
    """An amount or a time that is an object: it would count as none, or as now."""
    is_one = name in _NO_OBJECTS and any(key.startswith(f"{name}.") and text_of(raw[key]) for key in raw)
    return Trouble("one value, no object") if is_one else None


def _in_cents(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {f"{key}_cents" if key == name else key: value for key, value in values.items()}


def _result(raw: Scalar) -> ReadValue:
    text = text_of(raw)
    return None if is_absent(text) else _RESULT_OF.get(alike(text)) or Trouble("won or lost")


def _won(raw: Scalar) -> ReadValue:
    flag = kinds.boolean(raw)
    return ("won" if flag else "lost") if isinstance(flag, bool) else flag


def _lost(raw: Scalar) -> ReadValue:
    flag = kinds.boolean(raw)
    return ("lost" if flag else "won") if isinstance(flag, bool) else flag


def _event(raw: Mapping[str, Scalar], keys: ReportKeys, own: Mapping[str, EventWord]) -> EventWord | Trouble | None:
    """The first word that is known; one that says more than that something changed stands before all behind it."""
    named, states = _NAMES["event"].split(), _NAMES["state"].split()
    changed = keys.of("property_name")
    if changed and not is_of_a_state(text_of(raw[changed])):
        states.remove("property_value")
    is_said = False
    for name in (*named, *states):
        key = keys.of(name)
        word = text_of(raw[key])[:_ID_MAX] if key else ""
        if is_absent(word):
            continue
        event = event_of(word, own)
        if event is not None:
            return event
        is_said = True
        if name in named and not says_what_changed(word):
            break
    return Trouble(_one_of(EVENTS)) if is_said else None


def _record_id(raw: Scalar) -> ReadValue:
    """An id as it came. One in braces is no variable that a template left unfilled: those have no digits."""
    text = text_of(raw)
    inner = text[1:-1] if text[:1] == "{" and text[-1:] == "}" else ""
    if inner.replace("-", "").isalnum() and not inner.isalpha() and len(text) <= _ID_MAX:
        return text
    return _ID(raw)


def _amount(raw: Scalar) -> ReadValue:
    """A revenue, of which -1 is none as it is of floors, but a mistake."""
    amount = fields.min_price(raw)
    return Trouble("dollars, as in 12.50") if amount is None and text_of(raw).startswith("-1") else amount


def _occurred_at(raw: Scalar) -> ReadValue:
    """A moment, or the number that a spreadsheet has for one."""
    at, text = fields.moment(raw), text_of(raw)
    if isinstance(at, Trouble) and _SERIAL.fullmatch(text) and SERIAL_DAYS[0] <= float(text) < SERIAL_DAYS[1]:
        return float(round((float(text) - EPOCH_SERIAL) * 86_400))
    return at


def _until(raw: Scalar) -> ReadValue:
    """When something ends; whoever sends anything but a time does not mean the end of the day."""
    at = fields.moment(raw)
    is_time = isinstance(at, float) and at < YEAR_3000
    return at if is_time else Trouble("a time in ISO 8601, as 2026-11-20T18:00:00-06:00, or epoch seconds")


def _one_of(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _premium(raw: Scalar) -> ReadValue:
    text = text_of(raw)
    if is_absent(text):
        return None
    amount = signed_cents(text)
    return Trouble("dollars, as in 4.00 or -2.50") if amount is None else amount
