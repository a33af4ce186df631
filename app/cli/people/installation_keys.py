"""The keys with which a command finds and reads people, asked for in the same words by every command."""

import argparse
from pathlib import Path

from app.domain.keyed import Keys
from app.settings import Settings, read_keys


def add_keys(parser: argparse.ArgumentParser) -> None:
    """`[--keys DIR]`."""
    help_keys = "the directory of the service's keys (default: keys in --data)"
    parser.add_argument("--keys", type=Path, default=None, metavar="DIR", help=help_keys)


def settings_of(args: argparse.Namespace) -> Settings:
    """Where the service's files are; its configuration is not needed."""
    return Settings(config=Path(), data=args.data, database_url=args.database, keys_dir=args.keys)


def keys_of(args: argparse.Namespace) -> Keys:
    """The installation's keys. SettingsError where they are not there."""
    return read_keys(settings_of(args))
