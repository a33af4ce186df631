"""What every command that changes something has in common: a reason, an end, and who asks."""

import argparse
import sys
import time
from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.in_force import last_in_force
from app.domain.calendar import local_text, until_when
from app.domain.configuration import Configuration
from app.domain.money import signed_cents
from app.store.store import Store
from app.usecases.operators.requests import NotDone, RequestTerms

Do = Callable[[Store, Configuration, RequestTerms, argparse.Namespace], Awaitable[str]]
"""Does it, and says in a sentence what holds now."""


def add_why(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """`--why TEXT`."""
    parser.add_argument("--why", required=required, default="", metavar="TEXT", help="the reason, for the audit log")


def add_until(parser: argparse.ArgumentParser, otherwise: str = "") -> None:
    """`--until WHEN`; it must be given where it says of no default."""
    when = "2026-11-21, 2026-11-21T17:00 in the buyer's time zone, or 30m, 12h, 7d from now"
    when += f" (default: {otherwise})" if otherwise else ""
    parser.add_argument("--until", required=not otherwise, default=None, metavar="WHEN", help=when)


def add_act(parser: argparse.ArgumentParser, *, undoes: bool = False) -> None:
    """`--why TEXT [--data DIR | --database URL]`; whoever undoes something need not say why."""
    add_why(parser, required=not undoes)
    add_database(parser)


def run_act(args: argparse.Namespace, do: Do) -> int:
    """0 where it was done; 1 with a sentence where not. Neither the file nor a secret is read."""

    async def acted(store: Store, _: argparse.Namespace) -> int:
        try:
            print(await acted_on(store, args, do))
        except NotDone as reason:
            print(reason, file=sys.stderr)
            return 1
        return 0

    return run_with_store(args, acted)


async def acted_on(store: Store, args: argparse.Namespace, do: Do) -> str:
    """What holds once it was done. Raises NotDone."""
    configuration = await last_in_force(store)
    return await do(store, configuration, _terms(args, configuration), args)


def signed_dollars(text: str) -> int:
    """Cents of an amount that may be below zero."""
    amount = signed_cents(text)
    if amount is None:
        raise argparse.ArgumentTypeError(f"{text!r}: write dollars, as 4.00 or -2.50")
    return amount


def until_words(configuration: Configuration, ends_at: float | None, otherwise: str) -> str:
    """Until when it holds, on the buyer's clock."""
    return otherwise if ends_at is None else f"until {local_text(ends_at, configuration.buyer.zone)}"


def _terms(args: argparse.Namespace, configuration: Configuration) -> RequestTerms:
    now, until = time.time(), getattr(args, "until", None)
    if not args.why.strip() and args.why:
        raise NotDone("--why: say why")
    try:
        ends_at = until_when(until, now, ZoneInfo(configuration.buyer.zone)) if until is not None else None
    except ValueError as wrong:
        raise NotDone(f"--until {wrong}") from None
    return RequestTerms(by=getattr(args, "by", "") or by_user(), now=now, why=args.why, ends_at=ends_at)
