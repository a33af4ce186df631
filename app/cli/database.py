"""Which database a command works on, asked for in the same words by every command."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from app.cli.places import add_data
from app.store.engine.connections import sqlite_file, without_password
from app.store.errors import StoreError
from app.store.store import Store

T = TypeVar("T")


def add_database(parser: argparse.ArgumentParser) -> None:
    """`[--data DIR | --database URL]`."""
    add_data(parser)
    parser.add_argument(
        "--database",
        default="",
        help="postgresql+psycopg://... (default: LEADBID_DATABASE_URL, else the database of the service of --data)",
    )


def database_url(args: argparse.Namespace) -> str:
    """The address of the database that is meant."""
    return args.database or f"sqlite:///{_file(args).absolute()}"


def shown_database(args: argparse.Namespace) -> str:
    """The same as it may be shown: the file itself, or the URL without its password."""
    file = sqlite_file(database_url(args))
    return str(file) if file is not None else without_password(database_url(args))


def existing_store(args: argparse.Namespace) -> Store:
    """The store that is meant. StoreUnfit where its file does not exist."""
    file = sqlite_file(args.database) if args.database else _file(args)
    return Store(args.database) if file is None else Store.reading(file)


def run_with_store(args: argparse.Namespace, act: Callable[[Store, argparse.Namespace], Awaitable[int]]) -> int:
    """What `act` returns, done to the store that is meant; 1 with a sentence where that does not serve."""

    try:
        return asyncio.run(at_store(args, act))
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1


async def at_store(args: argparse.Namespace, act: Callable[[Store, argparse.Namespace], Awaitable[T]]) -> T:
    """The same from within a loop; StoreError where the store does not serve."""
    store = existing_store(args)
    try:
        await store.require_tables()
        return await act(store, args)
    finally:
        await store.close()


def _file(args: argparse.Namespace) -> Path:
    data: Path = args.data
    return data / "leadbid.db"
