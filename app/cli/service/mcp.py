"""Answers a buyer's questions to an AI assistant: the reports of the commands as tools of an MCP server on stdio."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec

from app.cli.database import add_database
from app.cli.places import add_config, add_models
from app.cli.tools.acts import ACTS
from app.cli.tools.reports import REPORTS
from app.cli.tools.tool import Tool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid mcp [--allow-acts] [--config FILE] [--models DIR] [--data DIR | --database URL]`."""
    parser.add_argument(
        "--allow-acts", action="store_true", help="also pause, resume, boost and cap, each with a reason and a name"
    )
    add_config(parser)
    add_models(parser)
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 when the assistant has gone; 1 where the extra is not installed."""
    if find_spec("mcp") is None:
        print("the MCP server needs an extra: pip install 'leadbid[mcp]'", file=sys.stderr)
        return 1
    from app.cli.tools.server import serve

    # Standard output belongs to the protocol.
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    asyncio.run(serve(offered(allow_acts=args.allow_acts), args, version("leadbid")))
    return 0


def offered(*, allow_acts: bool) -> Sequence[Tool]:
    """The tools of a server; those that change something only where its operator allows it."""
    return (*REPORTS, *ACTS) if allow_acts else REPORTS
