"""Which database a command works on, asked for in the same words by every command."""

import argparse
import os
from pathlib import Path

from app.store.store import Store


def add_database(parser: argparse.ArgumentParser) -> None:
    """`[--data DIR | --database URL]`."""
    parser.add_argument("--data", type=Path, default=Path("data"), help="the service's data directory (default: data)")
    parser.add_argument(
        "--database",
        default=os.environ.get("LEADBID_DATABASE_URL", ""),
        help="postgresql+psycopg://... (default: LEADBID_DATABASE_URL, else the SQLite file in --data)",
    )


def database_url(args: argparse.Namespace) -> str:
    """The address of the database that is meant."""
    return args.database or f"sqlite:///{_file(args).absolute()}"


def existing_store(args: argparse.Namespace) -> Store:
    """The store that is meant. StoreUnfit where its file does not exist."""
    return Store(args.database) if args.database else Store.reading(_file(args))


def _file(args: argparse.Namespace) -> Path:
    data: Path = args.data
    return data / "leadbid.db"
