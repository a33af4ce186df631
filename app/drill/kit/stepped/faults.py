"""What goes wrong in the course of a year, and where: all of it drawn from one seed."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from app.mock_exchange.chance import Chance

FaultKind = Literal[
    "kill", "stop", "database_error", "database_full", "journal_full", "lost_answer", "crm", "provider", "clock", "byte"
]
Place = Literal["begin", "statement", "commit", "committed", "journal", "half a line", "written", "send", "sent"]
"""Where a process touches the world: the database, before and after a commit, its journal, and the network."""

WEIGHTS: Mapping[FaultKind, float] = {
    "kill": 7.0,
    "stop": 1.0,
    "database_error": 5.0,
    "database_full": 1.0,
    "journal_full": 1.0,
    "lost_answer": 5.0,
    "crm": 6.0,
    "provider": 4.0,
    "clock": 1.0,
    "byte": 0.15,
}
"""How often each happens. What costs a start of the service is the rarer."""

_PLACES: Mapping[FaultKind, Mapping[Place, float]] = {
    "kill": {
        "begin": 1.0,
        "statement": 3.0,
        "commit": 3.0,
        "committed": 4.0,
        "journal": 1.0,
        "half a line": 2.0,
        "written": 1.0,
        "send": 2.0,
        "sent": 2.0,
    },
    "database_error": {"begin": 1.0, "statement": 2.0, "commit": 2.0, "committed": 3.0},
}
_MOST = {"statement": 25}
"""A sale is some twenty statements: each of them may be the last."""

CRM_TROUBLES = ("refused", "timeout", "taken", "500", "500 taken", "429", "garbage", "empty")
PROVIDER_TROUBLES = ("refused", "timeout", "taken", "500", "429", "garbage", "empty")
"""Nobody there; no answer, the request lost or taken; errors, with and without effect; answers that say nothing."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. It happens at the `nth` touch of its `place`, at `times` requests, or lasts for `seconds`."""

    number: int
    kind: FaultKind
    place: Place | None = None
    nth: int = 1
    trouble: str = ""
    times: int = 1
    seconds: float = 0.0


def drawn(number: int, chance: Chance) -> Fault:
    """The fault of this number."""
    kind = chance.weighted("kind", WEIGHTS)
    places = _PLACES.get(kind)
    if places is not None:
        place = chance.weighted("place", places)
        return Fault(number=number, kind=kind, place=place, nth=chance.integer("nth", 1, _MOST.get(place, 3)))
    if kind in ("crm", "provider"):
        troubles = CRM_TROUBLES if kind == "crm" else PROVIDER_TROUBLES
        return Fault(
            number=number, kind=kind, trouble=chance.one_of("trouble", troubles), times=chance.integer("times", 1, 4)
        )
    if kind == "clock":
        ahead = chance.one_of("step", (-7_200.0, -600.0, -30.0, 30.0, 600.0, 7_200.0))
        return Fault(number=number, kind=kind, trouble=f"{ahead:+.0f} s", seconds=ahead)
    return Fault(number=number, kind=kind, seconds=chance.integer("seconds", 60, 3_600))
