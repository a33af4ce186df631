"""The signed link to a seller's page, as commands print it."""

import argparse
import os
import time

from app.domain.onboarding.link import signature
from app.settings import Settings, SettingsError, load_keys

_DAY_S = 86_400


def add_days(parser: argparse.ArgumentParser) -> None:
    """`[--days N]`."""
    parser.add_argument("--days", type=_days, default=30, help="how many days the link is valid (default: 30)")


def signed_link(args: argparse.Namespace, base_url: str, page: str) -> str:
    """The link to a page of `args.seller`. SettingsError where there are no keys to sign it with."""
    settings = Settings(config=args.data, data=args.data, database_url=args.database)
    if not settings.keys.is_dir():
        raise SettingsError(f"there are no keys in {settings.keys}: pass the service's data directory with --data")
    keys, _ = load_keys(settings, os.urandom)
    until = int(time.time()) + args.days * _DAY_S
    signed = signature(keys.index, args.seller, until)
    return f"{base_url.rstrip('/')}/sellers/{args.seller}/{page}?until={until}&sig={signed}"


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 3_650:
        raise argparse.ArgumentTypeError("use 1 to 3650 days")
    return days
