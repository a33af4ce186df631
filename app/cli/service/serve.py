"""Runs the service: sellers ping and post, leads reach the CRM."""

import argparse
import logging
import os
import signal
import socket
import sys
from pathlib import Path

from msgspec.structs import replace

from app.asgi import build_app
from app.bounds import whole
from app.cli.database import add_database
from app.http.server import listeners, server_of
from app.packaged import DEMO_CONFIG, MODELS, models_here
from app.settings import Settings, SettingsError
from app.telemetry.logs import LogFormat, configure_logs
from app.telemetry.tracing import CannotTrace, wants_traces

BUYER = Path("buyer.toml")
SHUTDOWN_S = 10
"""Seconds in which requests under way are answered when it is stopped; then deliveries get theirs."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid serve [--config FILE | --demo] [--data DIR] [--port N]`."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--config", type=Path, default=None, help="the configuration file (default: buyer.toml)")
    which.add_argument("--demo", action="store_true", help="use the demo's configuration, whose keys are published")
    add_database(parser)
    # It says where files lie; what was noted of a service before is not asked.
    parser.set_defaults(as_noted=False, usual_config=None)
    parser.add_argument(
        "--models",
        type=Path,
        default=models_here(),
        help="folder of trained models (default: models, else those that come with leadbid)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=whole(0, 65_535), default=8000, help="port to listen on (default: 8000)")
    parser.add_argument(
        "--yes", action="store_true", help="start also with a file that loses every seller or campaign of the last one"
    )
    parser.add_argument(
        "--connections-per-address",
        type=whole(0, 1_000_000),
        default=0,
        metavar="N",
        help="most connections from one address that is no trusted proxy's (default: any number)",
    )
    parser.add_argument(
        "--log-format",
        choices=("text", "json"),
        default=None,
        help="how to log to stderr: lines of text, or one JSON object a line (default: LEADBID_LOG_FORMAT, else text)",
    )
    parser.add_argument(
        "--traces",
        action="store_true",
        help="send traces to the OpenTelemetry collector that OTEL_EXPORTER_OTLP_ENDPOINT names (extra: otel)",
    )
    parser.add_argument("--keys", type=Path, default=None, help="directory of the keys (default: keys in --data)")
    parser.add_argument(
        "--new-database",
        action="store_true",
        help="begin with an empty database although there are keys or a journal; only for the first start",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted; 1 where it cannot start, with the reason."""
    try:
        configure_logs(args.log_format or _log_format(), sys.stderr)
        settings = _settings(args)
        with bound(args.host, args.port) as listener:
            host, port = listener.getsockname()[:2]
            return _serve(replace(settings, address=f"http://{host}:{port}"), listener, args.connections_per_address)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1


def _settings(args: argparse.Namespace) -> Settings:
    config = DEMO_CONFIG if args.demo else args.config or _found(args)
    if args.models.resolve() == MODELS and config != DEMO_CONFIG:
        _log.warning(
            "there is no folder `models`: bidding with the models that come with leadbid, trained on synthetic leads"
        )
    return Settings(
        config=config,
        data=args.data,
        models=args.models,
        database_url=args.database,
        keys_dir=args.keys,
        new_database=args.new_database,
        has_consent=args.yes,
        traces=_wants_traces(args),
    )


def _wants_traces(args: argparse.Namespace) -> bool:
    try:
        return wants_traces(os.environ, asked=args.traces)
    except CannotTrace as error:
        raise SettingsError(str(error)) from None


def _log_format() -> LogFormat:
    told = os.environ.get("LEADBID_LOG_FORMAT") or "text"
    if told not in ("text", "json"):
        raise SettingsError(f"LEADBID_LOG_FORMAT is {told!r}: set it to text or json")
    return "json" if told == "json" else "text"


def _found(args: argparse.Namespace) -> Path:
    """`buyer.toml`; where there is none and nothing was served yet, and nobody from elsewhere asks, the demo's.

    Otherwise a SettingsError: a service that lost its file must say so, not bid for somebody else.
    """
    if BUYER.exists():
        return BUYER
    if args.database or (args.data / "leadbid.db").exists() or args.host not in _LOOPBACK:
        raise SettingsError(f"there is no {BUYER} here: name a file with --config, or use the demo's with --demo")
    _log.warning("there is no %s here, so the demo is served: create your own with `leadbid init`", BUYER)
    return DEMO_CONFIG


def bound(host: str, port: int) -> socket.socket:
    """Check the address before anything else, so that a second start fails before it touches any data."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on for its connections where there is no uvloop.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror}): choose another with --host and --port"
        ) from None
    return listener


def _serve(settings: Settings, listener: socket.socket, per_address: int) -> int:
    server = server_of(build_app(settings), shutdown_s=SHUTDOWN_S, per_address=per_address)
    _log.info("leadbid starts on http://%s:%s", *listener.getsockname()[:2])
    # The server stops in order and then raises the signal again: that it was asked to is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with listeners(listener) as sockets:
            server.run(sockets)
    except SystemExit as stopped:
        return 1 if stopped.code else 0
    return 0 if server.started else 1
