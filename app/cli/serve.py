"""Runs the service: sellers ping and post, leads reach the CRM."""

import argparse
import logging
import sys
from pathlib import Path

import uvicorn

from app.asgi import build_app
from app.settings import Settings, SettingsError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid serve --config FILE --data DIR --port N`."""
    parser.add_argument("--config", type=Path, default=Path("buyer.toml"), help="default: buyer.toml")
    parser.add_argument("--data", type=Path, default=Path("data"), help="where everything is written (default: data)")
    parser.add_argument("--models", type=Path, default=Path("models"), help="trained models (default: models)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--database", default="", help="postgresql+psycopg://...; SQLite in --data where absent")
    parser.add_argument("--keys", type=Path, default=None, help="directory of the keys (default: keys in --data)")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted; 1 where it cannot start, with the reason."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    settings = Settings(
        config=args.config, data=args.data, models=args.models, database_url=args.database, keys_dir=args.keys
    )
    try:
        application = build_app(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    # Access logs would hold keys and hashes that sellers put into query strings.
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            host=args.host,
            port=args.port,
            access_log=False,
            server_header=False,
            log_level="warning",
            timeout_graceful_shutdown=10,
        )
    )
    server.run()
    return 0 if server.started else 1
