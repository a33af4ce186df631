"""Runs a reference buyer to test against: nothing to configure, nothing bought, every request shown."""

import argparse
import logging
import signal
import sys
import tempfile
from pathlib import Path

from app.asgi import build_app
from app.bounds import whole
from app.cli.service.serve import bound
from app.http.application import Application
from app.http.pages.sandbox_page import sandbox_routes
from app.http.server import server_of
from app.settings import Settings, SettingsError
from app.usecases.onboarding.request_log import RequestLog

CONFIG = Path(__file__).with_suffix(".toml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid sandbox [--host H] [--port N]`."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=whole(0, 65_535), default=8020, help="port to listen on (default: 8020)")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted; 1 where it cannot start."""
    # That it stores for nobody and is priced by no model is meant here.
    logging.basicConfig(level=logging.CRITICAL, stream=sys.stderr)
    # The server stops in order and then raises the signal again, which must not keep the folder from being removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="leadbid-sandbox-") as folder:
        try:
            with bound(args.host, args.port) as listener:
                server = server_of(sandbox(Path(folder)), shutdown_s=2)
                host, port = listener.getsockname()[:2]
                print(
                    f"The sandbox is at http://{host}:{port}/, key: sandbox. It stores nothing beyond this run.",
                    flush=True,
                )
                server.run([listener])
        except SettingsError as error:
            print(error, file=sys.stderr)
            return 1
        except SystemExit as stopped:
            return 1 if stopped.code else 0
    return 0 if server.started else 1


def sandbox(folder: Path) -> Application:
    """The application, which writes to this folder."""
    request_log = RequestLog()
    settings = Settings(config=CONFIG, data=folder / "data", models=folder / "models")
    return build_app(settings, test_recorders=[request_log.see], pages=sandbox_routes(request_log))
