"""Runs fake providers and CRMs to try checks and destinations against: every documented answer of the real ones."""

import argparse
import signal
import sys

import uvicorn

from app.bounds import whole
from app.cli.service.serve import bound
from app.cli.table import table
from app.mock_providers.server import FakeProviders, all_fakes
from app.settings import SettingsError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid fakes [--host H] [--port N] [--list]`."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=whole(0, 65_535), default=8030, help="port to listen on (default: 8030)")
    parser.add_argument("--list", action="store_true", help="print what to send for each scenario, and exit")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted; 1 where it cannot start."""
    if args.list:
        print(scenarios())
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with bound(args.host, args.port) as listener:
            config = uvicorn.Config(FakeProviders(), log_level="warning", access_log=False, lifespan="off", ws="none")
            # Whoever reads an address may ask there at once.
            listener.listen()
            host, port = listener.getsockname()[:2]
            for name, fake in all_fakes().items():
                print(f"{name}: http://{host}:{port}/{name}{fake.path} is the `url` of a {fake.used_as}")
            print("`leadbid fakes --list` shows what to send for each of its answers.", flush=True)
            uvicorn.Server(config).run([listener])
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    except SystemExit as stopped:
        return 1 if stopped.code else 0
    return 0


def scenarios() -> str:
    """What to send, and what happens then."""
    parts = []
    for name, fake in all_fakes().items():
        rows = [(scenario, value, says) for scenario, (value, says) in fake.examples().items()]
        parts += [name, table(("scenario", "send", "and then"), rows), ""]
    return "\n".join(parts)
