"""One pass over the fields of a request: the values that could be read, and warnings for the seller."""

from collections.abc import Iterable, Mapping, Sequence
from operator import call
from types import NoneType
from typing import Any, Generic, TypeVar

import msgspec

from app.dialects.aliases import BY_VALUE, PING_NUMBER, SHARED_FLAGS, STAGE_NAMES, TEST_FLAGS
from app.dialects.layout import Layout, ReadingPlan, Slot
from app.dialects.names import Route
from app.dialects.text import Scalar, says_nothing, text_of
from app.dialects.values.fields import STAGES, leadid, test_flag
from app.dialects.values.kinds import Noted, ReadValue, Trouble, boolean
from app.domain.consent.certificate import is_placeholder
from app.domain.reasons import Refusal
from app.domain.token import looks_like_token

T = TypeVar("T")

_ODD = frozenset({Noted, Trouble, NoneType})
_OWN_IDS = ("?lead_id", "?id", "?transaction_id", "?txid", PING_NUMBER)


class Reading(msgspec.Struct, Generic[T], frozen=True, array_like=True):
    """What a request says, or why it cannot be read. `unknown` counts fields under names that are not known.

    `test` says whether it calls itself one, also where the rest of it cannot be read.
    """

    value: T | Refusal
    warnings: tuple[str, ...] = ()
    unknown: int = 0
    test: bool = False


class RequestDraft(msgspec.Struct):
    """A request while it is read: values by part, then everything that did not go well, by canonical name."""

    plan: ReadingPlan
    warnings: list[str]
    troubles: dict[str, Trouble]
    unknown: int
    lead: dict[str, Any] = {}
    contact: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    unsettled: dict[str, Any] = {}


def draft_of(raw: Mapping[str, Scalar], layout: Layout, route: Route) -> RequestDraft:
    """Every field of `raw` that the layout knows, read by its type.

    Of several names for one field, those with an absent value do not count, and of the others the first by rank does.
    """
    plan = layout.plan_of(tuple(raw))
    draft = RequestDraft(plan, [], {}, len(plan.strays))
    values = list(map(call, plan.readers, plan.said_of(raw)))
    for each in plan.parts:
        setattr(draft, each.part, dict(zip(each.attributes, values[each.place], strict=True)))
    if not _ODD.isdisjoint(map(type, values)):
        _set_apart(draft, values)
    for slot, keys in plan.contested:
        _resolve(raw, draft, slot, keys)
    if draft.unsettled:
        _settle(draft, layout, route)
    if draft.troubles:
        _leave_out(draft, layout)
    return draft


def refusal_of(draft: RequestDraft, layout: Layout) -> Refusal | None:
    """The first thing wrong with a draft: its ZIP, then fields that cannot be read, then those that are missing."""
    if "zip" not in draft.troubles and "zip" not in draft.lead:
        return Refusal("missing_field", "zip")
    if "zip" in draft.troubles:
        return _invalid("zip", draft.troubles["zip"])
    for name in layout.slots if draft.troubles else ():
        if name in draft.troubles:
            return _invalid(name, draft.troubles[name])
    for name in layout.required:
        if name not in draft.fields:
            return Refusal("missing_field", name)
    return None


def _leave_out(draft: RequestDraft, layout: Layout) -> None:
    """What cannot be read and no rule reads is missing; a value that is only not listed is one never seen before."""
    for name in [name for name in draft.troubles if name not in layout.needed]:
        trouble, slot = draft.troubles.pop(name), layout.slots[name]
        if trouble.unlisted:
            getattr(draft, slot.part)[slot.attribute] = trouble.unlisted
            draft.warnings.append(f"{name}: not {trouble.remedy}; it was read as a new one")
        else:
            draft.warnings.append(f"{name}: cannot be read ({trouble.remedy}); it was left out")


def _invalid(name: str, trouble: Trouble) -> Refusal:
    return Refusal("invalid_field", f"{name}: {trouble.remedy}")


def _set_apart(draft: RequestDraft, values: Sequence[ReadValue]) -> None:
    """Take out absent values and the rare ones that cannot be read, and put in again what was read with a remark."""
    for slot, value in zip(draft.plan.slots, values, strict=True):
        if value.__class__ in _ODD:
            into: dict[str, Any] = getattr(draft, slot.part)
            del into[slot.attribute]
            _note(draft, slot, into, value)


def _note(draft: RequestDraft, slot: Slot, into: dict[str, Any], value: ReadValue) -> None:
    if isinstance(value, Noted):
        draft.warnings.append(f"{slot.name}: {value.warning}")
        value = value.value
    if isinstance(value, Trouble):
        draft.troubles[slot.name] = value
    elif value is not None:
        into[slot.attribute] = value


def _resolve(raw: Mapping[str, Scalar], draft: RequestDraft, slot: Slot, keys: Iterable[str]) -> None:
    """Read a field that a request has under several names."""
    into: dict[str, Any] = getattr(draft, slot.part)
    for key in keys:
        _note(draft, slot, into, slot.read(raw[key]))
        if slot.attribute in into or slot.name in draft.troubles:
            break


def _settle(draft: RequestDraft, layout: Layout, route: Route) -> None:
    """Give names whose meaning their value tells the canonical one; a field named plainly counts before them."""
    unsettled, lead = draft.unsettled, draft.lead
    for name in [name for name in (*BY_VALUE, PING_NUMBER) if name in unsettled]:
        meaning = _meaning(name, text_of(unsettled[name]), lead, route)
        if meaning and meaning not in lead and meaning not in draft.troubles:
            _note(draft, layout.slots[meaning], lead, layout.slots[meaning].read(unsettled[name]))
    for name in [name for name in TEST_FLAGS if name in unsettled]:
        if _is_test(name, unsettled[name], draft):
            lead["test"] = True
    for name in [name for name in SHARED_FLAGS if name in unsettled and route == "ping"]:
        flag = boolean(unsettled[name])
        if isinstance(flag, bool):
            lead.setdefault("lead_type", "shared" if flag == name.endswith("shared") else "exclusive")


def _meaning(name: str, text: str, lead: Mapping[str, Any], route: Route) -> str:
    # Sellers number their leads with GUIDs too; only these two names are ever used for LeadiD tokens.
    if name in ("?lead_id", "?token") and "leadid_token" not in lead and isinstance(leadid(text), str):
        return "leadid_token"
    is_of_a_bid = (route == "post" or name == PING_NUMBER) and looks_like_token(text)
    if says_nothing(text) or is_placeholder(text) or is_of_a_bid:
        return ""
    # A `token` may be the seller's key, which is kept nowhere, and a request's number differs in each retry.
    return "seller_lead_id" if name in _OWN_IDS else ""


def _is_test(name: str, scalar: Scalar, draft: RequestDraft) -> bool:
    """What any of the flags says; one that cannot be read is refused by name, so that no test is bought."""
    word = text_of(scalar).lower()
    if word in STAGES or name in STAGE_NAMES:
        return STAGES.get(word, False)
    flag = test_flag(scalar)
    if isinstance(flag, Trouble):
        draft.troubles["test"] = flag
    return flag is (name != "?lead_mode")
