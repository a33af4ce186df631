"""Adds sellers to the configuration, rotates their keys, takes them live and lists them."""

import argparse
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from shlex import quote
from typing import Any, get_args

import msgspec

from app.bounds import real, whole
from app.cli.database import add_database, run_with_store
from app.cli.help import sentence
from app.cli.places import add_config, add_config_and_data
from app.cli.sellers.declared import NotDeclared
from app.cli.table import table
from app.config.file.edit import NewSeller, NotEdited, edit
from app.config.file.problem import did_you_mean
from app.config.load import Declared, LoadedConfig, load
from app.dialects.own_words import GENERIC
from app.domain.reasons import Disclosure
from app.domain.seller import Seller, Statuses
from app.platforms.known import DIALECTS
from app.reports.counting import Counting
from app.reports.scorecard import first_hour
from app.reports.tally import SellerTrade
from app.store.certifications import LIVE
from app.store.store import Store
from app.usecases.operators.new_key import new_key
from app.usecases.operators.requests import NotDone
from app.usecases.sellers.seller_changes import hash_of_key, newest_key_alone, one_key_more, require_name, taken_live

_LOCAL = "http://127.0.0.1:8000"
_HEADS = ("seller", "title", "dialect", "mode", "status", "keys", "a second", "pings", "bids", "sales")
_TAKEN_UP = "A running service applies it within seconds."


class Refused(Exception):
    """Nothing was done; the text says why, and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid sellers add|list|rotate-key|drop-old-keys|go-live ...`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = _action(actions, "add", "add a seller in test mode; its key is shown once")
    _add_choices(adding)
    rotating = _action(actions, "rotate-key", "add a key, which is shown once; the old keys stay valid until dropped")
    old = rotating.add_mutually_exclusive_group()
    old.add_argument(
        "--keep-old", action="store_true", help="keep the old keys valid while the seller switches (the default)"
    )
    old.add_argument("--drop-old", action="store_true", help="revoke all other keys now, for instance after a leak")
    _action(actions, "drop-old-keys", "keep only the newest key, the last in the file, once the seller has switched")
    _action(actions, "go-live", "take a seller live: its leads are bought from now on")
    listing = actions.add_parser("list", help="list sellers with their mode and their last 24 hours")
    listing.add_argument("--json", action="store_true", help="print JSON, one object per seller")
    add_config(listing)
    add_database(listing)


def run(args: argparse.Namespace) -> int:
    """0 where it was done; 1 with a sentence where it cannot be."""
    actions: dict[str, Callable[[argparse.Namespace, Declared], int]] = {
        "add": _add,
        "rotate-key": _rotate,
        "drop-old-keys": _drop,
        "go-live": _go_live,
        "list": _list,
    }
    read = load(args.config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        print(*read, sep="\n", file=sys.stderr)
        return 1
    try:
        return actions[args.action](args, read.declared)
    except (Refused, NotDone, NotEdited) as reason:
        print(reason, file=sys.stderr)
        return 1


def _action(actions: Any, name: str, what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=what, description=sentence(what))
    parser.add_argument("name", help="the name of the seller")
    add_config_and_data(parser)
    return parser


def _add_choices(adding: argparse.ArgumentParser) -> None:
    """What can be said of a new seller; everything else is a line in the file, as `leadbid check --reference` says."""
    adding.add_argument("--title", default="", help="its display name")
    adding.add_argument("--dialect", choices=sorted(DIALECTS), help="the dialect of its answers (default: generic)")
    adding.add_argument("--format", choices=("json", "xml", "text"), help="the format of its answers (default: json)")
    adding.add_argument("--quoted-prices", action="store_true", help="write prices as strings")
    adding.add_argument("--statuses", choices=get_args(Statuses), help="which HTTP status codes its answers use")
    adding.add_argument("--disclosure", choices=get_args(Disclosure), help="how much of a refusal's reason it gets")
    adding.add_argument(
        "--rate-per-second", type=real(0, 1_000_000), metavar="N", help="its rate limit in pings per second"
    )
    adding.add_argument(
        "--burst",
        type=whole(0, 1_000_000),
        metavar="N",
        help="how many pings it may send at once (default: one second's worth)",
    )
    mode = adding.add_mutually_exclusive_group()
    for name, what in (
        ("certify", "let it go live by itself once it has certified"),
        ("live", "buy its leads at once"),
    ):
        mode.add_argument(f"--{name}", dest="mode", action="store_const", const=name, default="test", help=what)
    adding.add_argument(
        "--vertical", default="", help="the vertical of the printed sample (default: the first in the file)"
    )
    adding.add_argument(
        "--base-url",
        default="",
        metavar="URL",
        help=f"where sellers reach the service (default: the first `public_urls`, or {_LOCAL})",
    )


def _add(args: argparse.Namespace, declared: Declared) -> int:
    require_name(args.name, [each.name for each in declared.sellers], [each.name for each in declared.campaigns])
    args.base_url = args.base_url or next(iter(declared.buyer.public_urls), _LOCAL)
    verticals = [vertical.name for vertical in declared.verticals]
    if args.vertical and args.vertical not in verticals:
        raise Refused(f"{args.config} declares no vertical `{args.vertical}`: {did_you_mean(args.vertical, verticals)}")
    key = new_key(secrets.token_bytes)
    edit(args.config, os.environ, NewSeller(values=_values(args, key)))
    what = {
        "live": "live",
        "test": f"in test mode until `leadbid sellers go-live {args.name}`",
        "certify": "in test mode until it has certified itself (`leadbid certification` makes the link)",
    }[args.mode]
    print(f"Added {args.name} to {args.config}, {what}. {_TAKEN_UP}\n")
    print(_said_once(key, args.base_url.rstrip("/"), args.dialect or GENERIC.name))
    if verticals:
        vertical = args.vertical or verticals[0]
        where = f"--config {quote(str(args.config))} --url {quote(args.base_url)}"
        print("\nA sample ping, with the key in LEADBID_KEY:\n")
        print(f"  leadbid sample ping --seller {args.name} --vertical {vertical} {where} --curl | sh")
    return 0


def _values(args: argparse.Namespace, key: str) -> dict[str, Any]:
    """The keys of its table, without those at their defaults."""
    chosen = {
        "title": args.title,
        "key_sha256": [hash_of_key(key)],
        "mode": args.mode,
        "dialect": args.dialect,
        "format": args.format,
        "quoted_prices": args.quoted_prices,
        "statuses": args.statuses,
        "disclosure": args.disclosure,
        "rate_per_second": args.rate_per_second,
        "burst": args.burst,
    }
    return {"name": args.name, **{name: value for name, value in chosen.items() if value not in (None, "", False)}}


def _said_once(key: str, url: str, dialect: str) -> str:
    one_endpoint = DIALECTS[dialect].sends.one_endpoint
    rows = [
        ("key", f"{key}   (shown only now; the file holds its SHA-256)"),
        ("ping", f"POST {url}/v1/{'lead' if one_endpoint else 'ping'}"),
        ("post", f"POST {url}/v1/{'lead' if one_endpoint else 'post'}"),
        ("send it as", "header X-API-Key: KEY or Authorization: Bearer KEY, or field api_key of body or query"),
        ("fields", f"{url}/schema, or the seller's own instructions: `leadbid instructions`"),
    ]
    return "\n".join(f"  {name:<8}  {what}" for name, what in rows)


def _rotate(args: argparse.Namespace, declared: Declared) -> int:
    seller, key = _seller(args, declared), new_key(secrets.token_bytes)
    edit(args.config, os.environ, one_key_more(seller, key, drop_old=args.drop_old))
    print(f"The new key of {seller.name}, shown only now: {key}")
    if args.drop_old:
        print(f"All its other keys are revoked. {_TAKEN_UP}")
    else:
        print(f"{_TAKEN_UP} The old keys stay valid until `leadbid sellers drop-old-keys {seller.name}`.")
    return 0


def _drop(args: argparse.Namespace, declared: Declared) -> int:
    seller = _seller(args, declared)
    edit(args.config, os.environ, newest_key_alone(seller))
    count = len(seller.key_sha256) - 1
    print(f"{count} old {'key' if count == 1 else 'keys'} of {seller.name} dropped. {_TAKEN_UP}")
    return 0


def _go_live(args: argparse.Namespace, declared: Declared) -> int:
    seller = _seller(args, declared)
    if seller.mode == "live":
        print(f"{seller.name} is live already")
        return 0
    edit(args.config, os.environ, taken_live(seller))
    print(f"{seller.name} is live: its leads are bought. {_TAKEN_UP}")
    return 0


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Every declared seller, with what it did in the last day. Raises NotDeclared."""
    read = load(args.config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        raise NotDeclared("\n".join(map(str, read)))
    return _sellers_of(args, read.declared)


def _sellers_of(args: argparse.Namespace, declared: Declared) -> list[dict[str, Any]]:
    suspended, live = _switched(args) if (args.database or (args.data / "leadbid.db").exists()) else ({}, {})
    trade = _trade(args.data / "journal")
    return [
        _listed(each, suspended, live, None if trade is None else trade.get(each.name, SellerTrade()))
        for each in declared.sellers
    ]


def _list(args: argparse.Namespace, declared: Declared) -> int:
    sellers = _sellers_of(args, declared)
    if args.json:
        print(msgspec.json.encode(sellers).decode())
    else:
        print(table(_HEADS, [[_cell(value) for value in each.values()] for each in sellers]))
    return 0


def _trade(journal: Path) -> Mapping[str, SellerTrade] | None:
    """What each seller did in the last day; `None` where there is no journal, or none that can be read whole."""
    trade = Counting(journal).since(first_hour(time.time(), 1)) if journal.is_dir() else None
    return None if trade is None or trade.unread else trade.sellers


def _listed(
    seller: Seller, suspended: Mapping[str, str], live: Mapping[str, float], trade: SellerTrade | None
) -> dict[str, Any]:
    mode = "live" if seller.is_live(live) else seller.mode
    why = suspended.get(seller.name)
    status = "paused" if seller.paused else "open" if why is None else f"suspended: {why}" if why else "suspended"
    return {
        "seller": seller.name,
        "title": seller.title,
        "dialect": seller.dialect,
        "mode": mode,
        "status": status,
        "keys": len(seller.key_sha256),
        "rate_per_second": seller.rate_per_s or None,
        "pings": None if trade is None else trade.pings,
        "bids": None if trade is None else trade.bids,
        "sales": None if trade is None else trade.accepted,
    }


def _switched(args: argparse.Namespace) -> tuple[dict[str, str], dict[str, float]]:
    """Why each seller is suspended that is, and since when each is live that went live by itself."""
    suspended: dict[str, str] = {}
    live: dict[str, float] = {}

    async def read(store: Store, _: argparse.Namespace) -> int:
        suspended.update({each.target: each.why for each in await store.switches(time.time()) if each.kind == "pause"})
        live.update({mark.seller: mark.at for mark in await store.certification_marks() if mark.step == LIVE})
        return 0

    if run_with_store(args, read):
        raise Refused("suspensions could not be read: see above")
    return suspended, live


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:,g}"


def _seller(args: argparse.Namespace, declared: Declared) -> Seller:
    by_name = {seller.name: seller for seller in declared.sellers}
    if args.name not in by_name:
        remedy = did_you_mean(args.name, by_name) or f"`leadbid sellers list --config {args.config}` shows them"
        raise Refused(f"{args.config} declares no seller `{args.name}`: {remedy}")
    return by_name[args.name]
