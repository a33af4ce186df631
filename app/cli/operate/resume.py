"""Resumes a paused campaign, seller or canary."""

import argparse

from app.cli.operate.acts import add_act, run_act
from app.domain.configuration import Configuration
from app.store.store import Store
from app.usecases.operators.requests import RequestTerms, resume


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid resume NAME [--why TEXT] [--data DIR | --database URL]`."""
    parser.add_argument("name", help="the campaign or seller; `leadbid pause` lists what is paused")
    add_act(parser, undoes=True)


def run(args: argparse.Namespace) -> int:
    """0 where it was paused; the running service bids again within a second."""
    return run_act(args, do_resume)


async def do_resume(store: Store, configuration: Configuration, terms: RequestTerms, args: argparse.Namespace) -> str:
    """Resume it, and say so."""
    await resume(store, configuration, args.name, terms)
    return f"{args.name} is resumed"
