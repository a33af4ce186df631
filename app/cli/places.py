"""Where a command finds the service's files: as it is told, else as the service noted it in its data directory."""

import argparse
import os
from pathlib import Path

from app.packaged import OWN_CONFIG, models_here
from app.service_notes import ServicePlaces, service_places

DATA = Path("data")


def add_data(parser: argparse.ArgumentParser) -> None:
    """`[--data DIR]`."""
    parser.add_argument("--data", type=Path, default=None, help="the service's data directory (default: data)")


def add_config(parser: argparse.ArgumentParser, usual: Path = OWN_CONFIG) -> None:
    """`[--config FILE]`, for a command that has `--data`."""
    name = str(usual) if usual == OWN_CONFIG else "that of the demo"
    parser.add_argument(
        "--config",
        type=Path,
        default=None,
        help=f"the configuration file (default: that of the service of --data, else {name})",
    )
    parser.set_defaults(usual_config=usual)


def add_config_and_data(parser: argparse.ArgumentParser) -> None:
    """`[--config FILE | --data DIR]`, for a command that reads nothing but the file."""
    add_config(parser)
    add_data(parser)


def add_models(parser: argparse.ArgumentParser) -> None:
    """`[--models DIR]`."""
    parser.add_argument(
        "--models",
        type=Path,
        default=None,
        help="the folder of models (default: that of the service of --data, else models, else those of leadbid)",
    )


def locate(args: argparse.Namespace) -> None:
    """Fill in what was not said.

    A file in the working directory counts before what is noted in a data directory that nobody named.
    """
    if not hasattr(args, "data"):
        return
    is_named = args.data is not None
    args.data = args.data if is_named else DATA
    places = service_places(args.data) if getattr(args, "as_noted", True) else None
    if hasattr(args, "database") and not args.database:
        args.database = os.environ.get("LEADBID_DATABASE_URL", "") or (places.database if places is not None else "")
    if hasattr(args, "config") and args.config is None:
        args.config = _config(places, args.usual_config, is_named=is_named)
    if hasattr(args, "models") and args.models is None:
        args.models = _models(places, is_named=is_named)
    if hasattr(args, "keys") and args.keys is None and places is not None:
        args.keys = places.keys


def _config(places: ServicePlaces | None, usual: Path, *, is_named: bool) -> Path:
    return usual if places is None or (usual.is_file() and not is_named) else places.config


def _models(places: ServicePlaces | None, *, is_named: bool) -> Path:
    own = models_here()
    if places is None or not places.models.is_dir() or (not is_named and own.exists() and not own.is_absolute()):
        return own
    return places.models
