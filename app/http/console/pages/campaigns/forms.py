"""What the forms of campaigns send."""

import msgspec

from app.http.console.view import Why


class PauseForm(msgspec.Struct, frozen=True):
    """A campaign, or a seller, until a time or until it is resumed."""

    name: str
    why: Why
    until: str = ""


class ResumeForm(msgspec.Struct, frozen=True):
    """What goes on."""

    name: str
    why: Why


class BoostForm(msgspec.Struct, frozen=True):
    """Dollars on top of the value of each of a campaign's leads until a time."""

    campaign: str
    dollars: str
    until: str
    why: Why


class EndBoostForm(msgspec.Struct, frozen=True):
    """Whose boost ends."""

    campaign: str
    why: Why


class CapForm(msgspec.Struct, frozen=True):
    """Another limit of OWNER/CAP, in leads or dollars; `meant` also more than ten times the declared one."""

    cap: str
    limit: str
    why: Why
    until: str = ""
    meant: bool = False


class ResetCapForm(msgspec.Struct, frozen=True):
    """Which cap, OWNER/CAP, is as it is declared again."""

    cap: str
    why: Why


class DemandForm(msgspec.Struct, frozen=True):
    """How many leads a territory can still work until a time, by default the end of the buyer's day."""

    territory: str
    open: int
    why: Why
    expected: int | None = None
    campaign: str = ""
    limit: bool = False
    until: str = ""


class EndDemandForm(msgspec.Struct, frozen=True):
    """Which demand is forgotten."""

    territory: str
    why: Why
    campaign: str = ""


class SignalForm(msgspec.Struct, frozen=True):
    """A premium in dollars, or a discount below zero, on a territory until a time."""

    territory: str
    dollars: str
    cause: str
    until: str
    why: Why
    vertical: str = ""


class EndSignalForm(msgspec.Struct, frozen=True):
    """Which signal is forgotten."""

    territory: str
    cause: str
    why: Why
