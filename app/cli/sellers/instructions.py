"""Prints the link to a seller's posting instructions, or writes them to files in every format."""

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from app.cli.database import add_database
from app.cli.places import add_config
from app.cli.sellers.declared import NotDeclared, declared_seller
from app.cli.sellers.link import add_days, signed_link
from app.config.load import Declared, load
from app.config.values.zip_table import zip_states
from app.domain.catalogue import Catalogue
from app.domain.seller import Seller
from app.instructions.documents import DOCUMENTS, links_to
from app.instructions.handbook import handbook_of
from app.scoring.load import LoadedModels
from app.settings import SettingsError
from app.usecases.reload.reload_catalogue import Sources, first_catalogue

_LOCAL = "http://127.0.0.1:8000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid instructions SELLER [--base-url URL] [--days N] [--out DIR] [--config FILE] [--data DIR | ...]`."""
    parser.add_argument("seller", help="the name of the seller in buyer.toml")
    parser.add_argument(
        "--base-url",
        default="",
        help=f"where sellers reach the service (default: the first `public_urls`, or {_LOCAL})",
    )
    parser.add_argument(
        "--out", type=Path, default=None, metavar="DIR", help="write the instructions as files to this folder"
    )
    add_config(parser)
    add_days(parser)
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where the link was printed or the files are written; 1 with a sentence where not."""
    try:
        declared, seller = declared_seller(args)
    except NotDeclared as error:
        print(error, file=sys.stderr)
        return 1
    args.base_url = args.base_url or next(iter(declared.buyer.public_urls), _LOCAL)
    if urlsplit(args.base_url).scheme not in ("http", "https"):
        print(f"--base-url {args.base_url!r} is not a URL: write it as https://leads.example.com", file=sys.stderr)
        return 1
    try:
        if args.out is None:
            print(signed_link(args, args.base_url, "instructions"))
        else:
            _write(_catalogue(args.config, declared), seller, args.base_url, args.out)
    except (SettingsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _write(catalogue: Catalogue, seller: Seller, base_url: str, folder: Path) -> None:
    """Every form, its links leading to the files beside it."""
    handbook = handbook_of(catalogue, seller, base_url)
    folder.mkdir(parents=True, exist_ok=True)
    for document in DOCUMENTS:
        path = folder / f"{seller.name}{document.suffix}"
        path.write_bytes(document.write(handbook, links_to(lambda each: f"{seller.name}{each.suffix}", document)))
        print(path)


def _catalogue(config: Path, declared: Declared) -> Catalogue:
    """What is declared, without models: no instruction depends on a price."""
    sources = Sources(
        config=lambda read_file: load(config, environ=os.environ, read_file=read_file),
        models=LoadedModels,
        models_dir=config.parent,
        zip_states=zip_states(),
    )
    return first_catalogue(sources, declared).catalogue
