"""The seller that a command is about, as the configuration file declares it."""

import argparse
import os

from app.config.file.problem import did_you_mean
from app.config.load import Declared, LoadedConfig, load
from app.domain.seller import Seller


class NotDeclared(Exception):
    """The file cannot be read, or has no such seller; the text says which, and what to do."""


def declared_seller(args: argparse.Namespace) -> tuple[Declared, Seller]:
    """`args.seller` in `args.config`, with all else that stands there. Raises NotDeclared."""
    read = load(args.config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        raise NotDeclared("\n".join(map(str, read)))
    sellers = {seller.name: seller for seller in read.declared.sellers}
    if args.seller not in sellers:
        remedy = did_you_mean(args.seller, sellers) or f"`leadbid sellers list --config {args.config}` shows them"
        raise NotDeclared(f"{args.config} declares no seller `{args.seller}`: {remedy}")
    return read.declared, sellers[args.seller]
