"""What takes an act back: a form that puts in force again what was so before."""

from app.domain.configuration import Configuration
from app.domain.money import dollars
from app.http.console.view import Undo
from app.store.operators.requested import DemandRow, SignalRow, Switch
from app.usecases.operators import requests

TAKEN_BACK = "taken back"
"""Why, where nobody is asked."""


def undo_pause(name: str, former: Switch | None) -> Undo:
    """What ends a pause, or puts another back in its place."""
    if former is None:
        return Undo("campaigns/resume", "Resume it", {"name": name, "why": TAKEN_BACK})
    return paused(name, former, "Put the former pause back")


def paused(name: str, former: Switch | None, label: str) -> Undo:
    """What pauses as before."""
    return Undo("campaigns/pause", label, {"name": name, "why": _why(former), "until": _end(former)})


def boosted(campaign: str, former: Switch | None, label: str) -> Undo | None:
    """What boosts a campaign as before."""
    if former is None or former.amount is None:
        return None
    fields = {"campaign": campaign, "dollars": dollars(former.amount), "until": _end(former), "why": _why(former)}
    return Undo("campaigns/boost", label, fields)


def limited(declared: Configuration, cap: str, former: Switch | None, label: str) -> Undo | None:
    """What sets a limit as before."""
    if former is None or former.amount is None:
        return None
    measures = {each.title: each.measure for each in requests.declared_caps(declared)}
    if cap not in measures:
        return None
    is_spend = measures[cap] == "spend"
    limit = dollars(former.amount) if is_spend else str(former.amount)
    fields = {"cap": cap, "limit": limit, "until": _end(former), "why": _why(former), "meant": "true"}
    return Undo("campaigns/cap", label, fields)


def demanded(former: DemandRow | None, label: str) -> Undo | None:
    """What says a demand as before."""
    if former is None:
        return None
    demand = former.demand
    fields = {
        "territory": former.territory,
        "open": str(demand.open),
        "expected": str(demand.expected),
        "campaign": demand.campaign,
        "limit": "true" if demand.limit else "",
        "until": _moment(former.ends_at),
        "why": TAKEN_BACK,
    }
    return Undo("campaigns/demand", label, fields)


def signalled(former: SignalRow | None, label: str) -> Undo | None:
    """What puts a premium as before."""
    if former is None:
        return None
    signal = former.signal
    fields = {
        "territory": former.territory,
        "dollars": dollars(signal.premium_cents),
        "cause": signal.cause,
        "until": _moment(signal.until),
        "vertical": signal.vertical,
        "why": TAKEN_BACK,
    }
    return Undo("campaigns/signal", label, fields)


def _why(former: Switch | None) -> str:
    return (former.why if former is not None else "") or TAKEN_BACK


def _end(former: Switch | None) -> str:
    return _moment(former.ends_at if former is not None else None)


def _moment(at: float | None) -> str:
    """As a form says it: in seconds, which are the same by every clock."""
    return "" if at is None else f"{at:.0f}"
