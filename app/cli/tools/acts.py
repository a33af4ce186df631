"""Tools that change something, offered where the server is started with `--allow-acts`."""

import argparse
import asyncio
from collections.abc import Callable
from typing import Annotated

from msgspec import Meta

from app.cli.database import at_store
from app.cli.operate import boost, cap, pause, resume
from app.cli.operate.acts import Do, acted_on
from app.cli.tools.tool import Arguments, Tool
from app.store.store import Store

_UNTIL = "2026-11-21 or 2026-11-21T17:00 in the buyer's time zone, or 30m, 12h, 7d from now"
Why = Annotated[str, Meta(description="the reason, for the audit log; no personal data", min_length=3)]
By = Annotated[str, Meta(description="the name of the person who wants it, for the audit log", min_length=1)]
Until = Annotated[str, Meta(description=f"{_UNTIL}; empty until it is undone")]
OwnedCap = Annotated[str, Meta(description="OWNER/CAP, as the tool `caps` lists it")]


class ActArguments(Arguments, frozen=True, kw_only=True):
    """Who wants it, and why."""

    why: Why
    by: By


class PauseArguments(ActArguments, frozen=True, kw_only=True):
    name: Annotated[str, Meta(description="the campaign or seller")]
    until: Until = ""


class ResumeArguments(ActArguments, frozen=True, kw_only=True):
    name: Annotated[str, Meta(description="the campaign or seller that is paused")]


class BoostArguments(ActArguments, frozen=True, kw_only=True):
    campaign: str
    dollars: Annotated[str, Meta(description="dollars added to each lead's value, as 4.00 or -2.50")]
    until: Annotated[str, Meta(description=_UNTIL)]


class EndBoostArguments(ActArguments, frozen=True, kw_only=True):
    campaign: str


class SetCapArguments(ActArguments, frozen=True, kw_only=True):
    cap: OwnedCap
    limit: Annotated[str, Meta(description="leads, or dollars of a cap that counts spend")]
    until: Until = ""


class ResetCapArguments(ActArguments, frozen=True, kw_only=True):
    cap: OwnedCap


def _acted(do: Do) -> Callable[[argparse.Namespace], object]:
    """Does it, and answers with what holds now."""

    async def act(store: Store, args: argparse.Namespace) -> dict[str, str]:
        return {"now": await acted_on(store, args, do)}

    return lambda args: asyncio.run(at_store(args, act))


ACTS = (
    Tool(
        name="pause",
        what="Stop bidding for a campaign or from a seller within a second; bids that live are honored. "
        "`resume` undoes it.",
        command=("pause",),
        arguments=PauseArguments,
        positional=("name",),
        answer=_acted(pause.do_pause),
        acts=True,
    ),
    Tool(
        name="resume",
        what="Bid again for a paused campaign, or from a paused seller.",
        command=("resume",),
        arguments=ResumeArguments,
        positional=("name",),
        answer=_acted(resume.do_resume),
        acts=True,
    ),
    Tool(
        name="boost",
        what="Add dollars to the value of each lead of a campaign until a time. `end_boost` undoes it.",
        command=("boost", "set"),
        arguments=BoostArguments,
        positional=("campaign",),
        answer=_acted(boost.do_set),
        acts=True,
    ),
    Tool(
        name="end_boost",
        what="End a campaign's boost before its time.",
        command=("boost", "end"),
        arguments=EndBoostArguments,
        positional=("campaign",),
        answer=_acted(boost.do_end),
        acts=True,
    ),
    Tool(
        name="set_cap",
        what="Have another limit hold than a cap's declared one. `reset_cap` undoes it. More than ten times "
        "the declared limit is refused.",
        command=("cap", "set"),
        arguments=SetCapArguments,
        positional=("cap", "limit"),
        answer=_acted(cap.do_set),
        acts=True,
    ),
    Tool(
        name="reset_cap",
        what="Have a cap's declared limit hold again.",
        command=("cap", "reset"),
        arguments=ResetCapArguments,
        positional=("cap",),
        answer=_acted(cap.do_reset),
        acts=True,
    ),
)
