"""Stops buying from a seller until it is resumed."""

import argparse

from app.cli.operate.acts import add_act, add_until, run_act, until_words
from app.domain.configuration import Configuration
from app.store.store import Store
from app.usecases.operators.requests import RequestTerms, suspend


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid suspend SELLER --why TEXT [--until WHEN] [--data DIR | --database URL]`."""
    parser.add_argument("name", metavar="seller", help="the name of the seller")
    add_until(parser, "until it is resumed")
    add_act(parser)


def run(args: argparse.Namespace) -> int:
    """0 where it is suspended now: its pings are refused as `paused` within a second."""
    return run_act(args, do_suspend)


async def do_suspend(store: Store, configuration: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    """Suspend it, and say so."""
    await suspend(store, configuration, args.name, terms)
    until = until_words(configuration, terms.ends_at, f"until `leadbid resume {args.name}`")
    return (
        f"{args.name} is suspended within a second, and stays so after a restart. Its live bids are honored.\n"
        f"Its pings are refused as `paused` {until}."
    )
