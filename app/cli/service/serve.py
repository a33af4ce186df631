"""Runs the service: sellers ping and post, leads reach the CRM."""

import argparse
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.asgi import SETTLE_S, build_app
from app.bounds import whole
from app.cli.database import add_database
from app.cli.service.workers import HeldFile, Workers, say_up, when_left
from app.http.server import listeners, server_of
from app.packaged import DEMO_CONFIG, MODELS, models_here
from app.service_notes import note_places
from app.settings import Settings, SettingsError, sole_use, unwritable
from app.store.engine.connections import database_url
from app.telemetry.logs import LogFormat, configure_logs
from app.telemetry.tracing import CannotTrace, wants_traces

BUYER = Path("buyer.toml")
SHUTDOWN_S = 10
"""Seconds in which requests under way are answered when it is stopped; then deliveries get theirs."""

END_S = 15.0
"""Beyond that, what the end of everything else may take: traces, and the journal's last lines."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")

_log = logging.getLogger(__name__)


class ServeTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How connections are served, and how it logs. `drain_s` is how long it answers on when it is to stop."""

    per_address: int
    drain_s: float
    log_format: LogFormat

    @property
    def end_s(self) -> float:
        """How long it may take to stop in order."""
        return self.drain_s + SHUTDOWN_S + SETTLE_S + END_S


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
        "--workers",
        type=whole(1, 256),
        default=1,
        metavar="N",
        help="processes that share the port, each on a core of its own; several need PostgreSQL (default: 1)",
    )
    parser.add_argument(
        "--drain",
        type=whole(0, 600),
        default=0,
        metavar="SECONDS",
        help="answer on for so long when stopped, while /readyz says `stopping` to the balancer (default: 0)",
    )
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
        log_format = args.log_format or _log_format()
        configure_logs(log_format, sys.stderr)
        terms = ServeTerms(per_address=args.connections_per_address, drain_s=args.drain, log_format=log_format)
        settings = _settings(args)
        # What is wrong with it is said before a file is made.
        database_url(settings.database)
        with bound(args.host, args.port) as listener:
            settings = replace(settings, address=_address(listener), workers=args.workers)
            _log.info("leadbid starts on %s", settings.address)
            return _serve_all(settings, terms, listener) if args.workers > 1 else _serve(settings, terms, listener)
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


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _serve(
    settings: Settings,
    terms: ServeTerms,
    listener: socket.socket,
    *own: socket.socket,
    has_begun: Callable[[Callable[[], None]], None] = lambda _: None,
) -> int:
    """Serve on these sockets until the process is asked to end. `has_begun` gets what stops it."""

    def stop() -> None:
        server.should_exit = True

    server = server_of(
        build_app(settings),
        shutdown_s=SHUTDOWN_S,
        per_address=terms.per_address,
        drain_s=terms.drain_s,
        has_begun=lambda: has_begun(stop),
    )
    # The server stops in order and then raises the signal again: that it was asked to is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _on_hang_up(stop)
    try:
        with listeners(listener) as sockets:
            server.run([*sockets, *own])
    except SystemExit as stopped:
        return 1 if stopped.code else 0
    return 0 if server.started else 1


def _serve_all(settings: Settings, terms: ServeTerms, listener: socket.socket) -> int:
    """Have several processes serve on one socket until this one is asked to end."""
    if settings.sqlite_file is not None:
        raise SettingsError(
            f"--workers {settings.workers} needs PostgreSQL, since SQLite has one writer in one process: name one with "
            "--database (`leadbid migrate` makes its tables), or serve without --workers"
        )
    with sole_use(settings.data) as held:
        try:
            note_places(settings.data, settings.places(os.getpid(), time.time()))
        except OSError as error:
            raise unwritable(settings.data, error) from None
        work = partial(_work, settings, terms, listener, HeldFile(held))
        workers = Workers(settings.workers, work, terms.end_s)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: workers.stop())
        _on_hang_up(workers.stop)
        return workers.run()


def _work(
    settings: Settings, terms: ServeTerms, listener: socket.socket, _: HeldFile, number: int, pipe: Connection
) -> None:
    """One of several processes, from its start to its end, which its exit status tells.

    It holds the data directory as well: where the process that watches it is killed, no other may begin before it ends.
    """
    configure_logs(terms.log_format, sys.stderr, worker=number)
    # Ctrl-C reaches all of them: the server ends in order and raises the signal again.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def has_begun(stop: Callable[[], None]) -> None:
        when_left(pipe, stop, terms.end_s)
        say_up(pipe)

    try:
        with bound(_LOOPBACK[0], 0) as own:
            # By this address it is asked for what it alone knows.
            mine = replace(settings, worker=number, address=_address(own))
            status = _serve(mine, terms, listener, own, has_begun=has_begun)
    except SettingsError as error:
        print(error, file=sys.stderr)
        status = 1
    sys.exit(status)


def _on_hang_up(stop: Callable[[], None]) -> None:
    """Stop in order where the terminal closes, unless that is to be survived, as under nohup."""
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: stop())
