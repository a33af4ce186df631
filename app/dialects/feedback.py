"""Reads notices, outcomes, demand and signals from the same flat mapping as leads."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from app.dialects.generic import ping_id_of
from app.dialects.names import KEY_LENGTH_MAX, forms_of
from app.dialects.reading import Reading
from app.dialects.text import Scalar, alike, is_absent, text_of
from app.dialects.values import fields, kinds
from app.dialects.values.kinds import Noted, ReadValue, Trouble, ValueReader
from app.dialects.values.states import state_of
from app.domain.money import cents
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.wire.feedback import Demand, Notice, Outcome, Signal

T = TypeVar("T")

_Readers = dict[str, ValueReader]

_EVENTS = ("contacted", "not_contacted", "qualified", "quoted", "sold", "invalid", "opted_out")
_RESULTS = {
    "won": "won win winner",
    "lost": "lost loss lose loser outbid",
}
_RESULT_OF = {alike(word): result for result, words in _RESULTS.items() for word in words.split()}
_EVENT_OF = {alike(event): event for event in _EVENTS}
_COUNT_MAX = 1_000_000
_PREFIX_MAX, _ZIP_LENGTH = 3, 5
OUTCOME_COLUMNS = ("lead_id", "crm_id", "event", "event_id", "source", "value", "value_cents", "occurred_at")
"""What a column of a file of outcomes can mean; `lead_id` or `crm_id` says whose they are."""

_NAMES = {
    "result": "result outcome status",
    "price": "price sold_price selling_price winning_price payout",
    "lead_id": "lead_id",
    "crm_id": "crm_id crm_record_id",
    "event": "event type disposition outcome",
    "event_id": "event_id id",
    "source": "source",
    "value": "value amount revenue",
    "value_cents": "value_cents amount_cents revenue_cents",
    "occurred_at": "occurred_at timestamp created_at date",
    "open": "open",
    "expected": "expected",
    "campaign": "campaign",
    "until": "until expires_at",
    "premium": "premium",
    "cause": "cause",
    "vertical": "vertical",
}


def read_notice(raw: Mapping[str, Scalar], seller: Seller) -> Reading[Notice]:
    """Whether a bid of ours won, and at which price the lead was sold."""
    ping_id = ping_id_of(raw, seller)
    if not ping_id:
        return Reading(Refusal("missing_field", "ping_id"))
    readers: _Readers = {"result": _result, "price": fields.min_price}
    return _reading(raw, readers, ("result",), lambda values: Notice(ping_id=ping_id, **_in_cents(values, "price")))


def read_outcome(raw: Mapping[str, Scalar]) -> Reading[Outcome]:
    """What became of a lead."""
    readers: _Readers = {
        "lead_id": kinds.text(64, cut=False),
        "event": _event,
        "event_id": kinds.text(200, cut=False),
        "source": kinds.text(64, cut=False),
        "value": fields.min_price,
        "occurred_at": fields.moment,
    }
    return _reading(raw, readers, ("lead_id", "event"), lambda values: Outcome(**_in_cents(values, "value")))


def outcome_columns(heads: Iterable[str]) -> dict[str, str]:
    """Which head of a file names each of `OUTCOME_COLUMNS`, by the names that a request's fields may have."""
    keys = {form: head for head in heads if len(head) <= KEY_LENGTH_MAX for form in forms_of(head)}
    columns = {}
    for name in OUTCOME_COLUMNS:
        spelled = [alike(each) for each in _NAMES[name].split()]
        head = next((keys[each] for each in spelled if each in keys), None)
        if head is not None:
            columns[name] = head
    return columns


def read_demand(raw: Mapping[str, Scalar]) -> Reading[Demand]:
    """How many leads a territory can still work."""
    readers: _Readers = {
        "open": kinds.integer(0, _COUNT_MAX),
        "expected": kinds.integer(0, _COUNT_MAX),
        "campaign": kinds.text(64, cut=False),
        "until": fields.moment,
    }
    return _reading(raw, readers, ("open", "expected"), lambda values: Demand(**values))


def read_signal(raw: Mapping[str, Scalar]) -> Reading[Signal]:
    """A timed premium on a territory; a discount is below zero."""
    readers: _Readers = {
        "premium": _premium,
        "cause": kinds.text(64, cut=False),
        "until": fields.moment,
        "vertical": kinds.text(64, cut=False),
    }
    return _reading(raw, readers, ("premium", "cause", "until"), lambda values: Signal(**_in_cents(values, "premium")))


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
    raw: Mapping[str, Scalar], readers: _Readers, required: tuple[str, ...], make: Callable[[dict[str, Any]], T]
) -> Reading[T]:
    keys = {form: key for key in raw if len(key) <= KEY_LENGTH_MAX for form in forms_of(key)}
    values: dict[str, Any] = {}
    warnings: list[str] = []
    for name, read in readers.items():
        value = read(raw[_key(keys, raw, name)]) if _key(keys, raw, name) else None
        if isinstance(value, Noted):
            warnings.append(f"{name}: {value.warning}")
            value = value.value
        if isinstance(value, Trouble):
            return Reading(Refusal("invalid_field", f"{name}: {value.remedy}"), tuple(warnings))
        if value is not None:
            values[name] = value
    missing = next((name for name in required if name not in values), None)
    return Reading(Refusal("missing_field", missing) if missing is not None else make(values), tuple(warnings))


def _key(keys: Mapping[str, str], raw: Mapping[str, Scalar], name: str) -> str:
    """The first filled key that bears one of a field's names."""
    spellings = [alike(each) for each in _NAMES[name].split()]
    return next((keys[each] for each in spellings if each in keys and text_of(raw[keys[each]])), "")


def _in_cents(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {f"{key}_cents" if key == name else key: value for key, value in values.items()}


def _result(raw: Scalar) -> ReadValue:
    text = text_of(raw)
    return None if is_absent(text) else _RESULT_OF.get(alike(text)) or Trouble("won or lost")


def _event(raw: Scalar) -> ReadValue:
    text = text_of(raw)
    return None if is_absent(text) else _EVENT_OF.get(alike(text)) or Trouble(_one_of(_EVENTS))


def _one_of(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _premium(raw: Scalar) -> ReadValue:
    text = text_of(raw)
    if is_absent(text):
        return None
    amount = cents(text.removeprefix("-"))
    if amount is None:
        return Trouble("dollars, as in 4.00 or -2.50")
    return -amount if text.startswith("-") else amount
