"""The box in the bar of each page: whatever somebody has in hand leads to the page that tells of it."""

from urllib.parse import quote, urlencode

import msgspec

from app.dialects.values.guard import is_personal
from app.domain.reasons import REASONS
from app.http.console.pages.pings.people import find_person
from app.http.console.pages.pings.queries import SoughtPersonForm
from app.http.console.view import ConsoleRequest, Done
from app.usecases.operators.requests import NotDone

_WEBHOOK = "msg_"
"""A CRM knows a delivery by its id behind this."""


class SoughtForm(msgspec.Struct, frozen=True, kw_only=True):
    """Anything; it is sent in a form, since it may be a phone or an email, which no address may hold."""

    what: str

    def __repr__(self) -> str:
        return "SoughtForm(***)"

    __str__ = __repr__


async def find(asked: ConsoleRequest, form: SoughtForm) -> Done:
    """Lead to what has this name, to the pings of a reason code, or to whatever has this id."""
    what = form.what.strip()
    if is_personal(what):
        return await _find_person(asked, what)
    named = _by_name(asked, what)
    if named:
        return Done("", to=f"/console/{named}")
    delivery_id = what.removeprefix(_WEBHOOK)
    if await asked.bidder.store.delivery(delivery_id) is not None:
        return Done("", to=f"/console/deliveries/{quote(delivery_id, safe='')}")
    if "," in what:
        return Done("", to=f"/console/leads?{urlencode({'ids': what})}")
    return Done("", to=f"/console/pings/{quote(what, safe='')}")


def _by_name(asked: ConsoleRequest, what: str) -> str:
    """The path to what is called so; nothing where nothing is."""
    catalogue, name = asked.bidder.catalogue, what.lower()
    owner = name.partition("/")[0]
    if owner in catalogue.campaigns:
        return f"campaigns/{quote(owner)}"
    if owner in catalogue.sellers:
        return f"sellers/{quote(owner)}"
    if name in catalogue.verticals:
        return f"models/{quote(name)}"
    if name in catalogue.destinations:
        return f"deliveries?{urlencode({'destination': name})}"
    return f"pings?{urlencode({'reason': name})}" if name in REASONS else ""


async def _find_person(asked: ConsoleRequest, what: str) -> Done:
    if not asked.operator.may("operator"):
        raise NotDone("To find a person needs the role operator.")
    sought = SoughtPersonForm(email=what) if "@" in what else SoughtPersonForm(phone=what)
    return await find_person(asked, sought)
