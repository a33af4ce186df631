"""The signed link to a seller's page, as commands print it."""

import argparse
import asyncio
import time

from app.bounds import whole
from app.cli.database import existing_store
from app.domain.keyed import Keys
from app.domain.onboarding.link import signature
from app.settings import Settings, SettingsError, read_keys
from app.store.errors import StoreError

_DAY_S = 86_400


def add_days(parser: argparse.ArgumentParser) -> None:
    """`[--days N]`."""
    parser.add_argument(
        "--days", type=whole(1, 3_650), default=30, help="how many days the link is valid (default: 30)"
    )
    parser.set_defaults(keys=None)


def signed_link(args: argparse.Namespace, base_url: str, page: str) -> str:
    """The link to a page of `args.seller`. SettingsError where there are no keys to sign it with, or other ones."""
    settings = Settings(config=args.data, data=args.data, database_url=args.database, keys_dir=args.keys)
    keys = read_keys(settings)
    if settings.sqlite_file is None or settings.sqlite_file.exists():
        asyncio.run(_require_keys(args, keys))
    until = int(time.time()) + args.days * _DAY_S
    signed = signature(keys.index, args.seller, until)
    return f"{base_url.rstrip('/')}/sellers/{args.seller}/{page}?until={until}&sig={signed}"


async def _require_keys(args: argparse.Namespace, keys: Keys) -> None:
    """A link that is signed with keys of elsewhere would be refused by the service."""
    store = existing_store(args)
    try:
        await store.require_tables()
        await store.require_keys(keys)
    except StoreError as error:
        raise SettingsError(str(error)) from None
    finally:
        await store.close()
