"""Shows a seller's progress in certification, resets it, or makes the link to its page."""

import argparse
import sys
import time

import msgspec

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.places import add_config
from app.cli.sellers.declared import NotDeclared, declared_seller
from app.cli.sellers.link import add_days, signed_link
from app.cli.table import table
from app.domain.calendar import utc_text
from app.domain.onboarding.certification import STEPS
from app.domain.seller import Seller
from app.settings import SettingsError
from app.store.certifications import LIVE
from app.store.store import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid certification SELLER [--json] [--reset] [--link URL [--days N]] [--config FILE] [--data DIR | ...]`."""
    parser.add_argument("seller", help="the name of the seller in buyer.toml")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--reset", action="store_true", help="start its certification again, in test mode")
    parser.add_argument("--link", default="", metavar="URL", help="print the link to its page at this base URL")
    add_days(parser)
    add_config(parser)
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where every step is shown, 1 where some are not, or there is no such seller."""
    try:
        _, args.declared = declared_seller(args)
    except NotDeclared as error:
        print(error, file=sys.stderr)
        return 1
    return _link(args) if args.link else run_with_store(args, _reset if args.reset else _show)


def _link(args: argparse.Namespace) -> int:
    try:
        print(signed_link(args, args.link, "certification"))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _show(store: Store, args: argparse.Namespace) -> int:
    shown = {mark.step: mark.at for mark in await store.certification_marks() if mark.seller == args.seller}
    missing = [step.name for step in STEPS if step.name not in shown]
    if args.json:
        print(msgspec.json.encode({"seller": args.seller, "shown": shown, "missing": missing}).decode())
    else:
        rows = [(step.title, utc_text(int(shown[step.name])) if step.name in shown else step.how) for step in STEPS]
        print(table(("step", "shown at, or how to show it"), rows))
        print(_left(args.declared, len(missing), shown.get(LIVE)))
    return 1 if missing else 0


def _left(seller: Seller, missing: int, live_since: float | None) -> str:
    """What is left to do until its leads are bought."""
    if seller.mode == "live":
        return "Its leads are bought, except tests."
    if seller.mode == "certify" and live_since is not None:
        return f"Live since {utc_text(int(live_since))}: its leads are bought, except tests."
    left = f"{missing} of {len(STEPS)} steps are left" if missing else "every step is shown"
    going = "it then goes live on its page" if seller.mode == "certify" else f"`leadbid sellers go-live {seller.name}`"
    return f"All that it sends is a test and nothing is bought. To go live: {left}; {going}."


async def _reset(store: Store, args: argparse.Namespace) -> int:
    known = await store.forget_certification(args.seller, by_user(), time.time())
    print(f"{args.seller} starts again" if known else f"{args.seller} had passed no step")
    return 0
