"""Plays a platform's client against a buyer's endpoint, ours or another's, and says whether it would be understood."""

import argparse
import secrets
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from app.cli.table import table
from app.dialects.platforms.sending import Route
from app.mock_exchange.conformance.cases import Lead, Result, conform
from app.mock_exchange.conformance.clients import CLIENTS, Client
from app.mock_exchange.conformance.endpoint import Endpoint, Unreachable
from app.mock_exchange.consumers import consumer, post_of
from app.wire.ping import Value

_PATIENCE_MS = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid conform --target URL [--dialect D ...] [--key K] [--vertical V] [--with NAME=VALUE] [--json]`."""
    parser.add_argument("--target", required=True, help="where the buyer answers, as http://127.0.0.1:8000")
    parser.add_argument(
        "--dialect", action="append", default=[], choices=sorted(CLIENTS), help="as whom (default: as everybody)"
    )
    parser.add_argument("--key", default="demo-acme-key", help="the key that the buyer gave us")
    parser.add_argument("--vertical", default="auto_insurance", help="what kind of lead is offered")
    parser.add_argument("--ping-path", default="", help="instead of /v1/DIALECT/ping")
    parser.add_argument("--post-path", default="", help="instead of /v1/DIALECT/post")
    parser.add_argument(
        "--with",
        dest="more",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="send this with every lead, as a state where the buyer buys or a test flag; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def run(args: argparse.Namespace) -> int:
    """0 where every case holds, 1 where one does not, 2 where nobody answers."""
    if urlsplit(args.target).scheme not in ("http", "https"):
        print(f"--target {args.target!r} is no URL: write it as http://127.0.0.1:8000", file=sys.stderr)
        return 2
    more = dict(text.partition("=")[::2] for text in args.more)
    found: dict[str, list[Result]] = {}
    try:
        for name in args.dialect or CLIENTS:
            found[name] = _conform(CLIENTS[name], args, more)
            if not args.json:
                _show(name, found[name])
    except Unreachable as error:
        print(f"nobody answers: {error}", file=sys.stderr)
        return 2
    passed = all(result.passed for results in found.values() for result in results)
    if args.json:
        print(msgspec.json.encode({"passed": passed, "dialects": found}).decode())
    return 0 if passed else 1


def _conform(client: Client, args: argparse.Namespace, more: dict[str, str]) -> list[Result]:
    home = f"/v1/{client.name}"
    paths: dict[Route, str] = {
        "ping": args.ping_path or (f"{home}/lead" if client.sends.one_endpoint else f"{home}/ping"),
        "post": args.post_path or (f"{home}/lead" if client.sends.one_endpoint else f"{home}/post"),
    }
    endpoint = Endpoint(client, args.target, args.key, paths, more)
    try:
        return conform(endpoint, _leads(args.vertical))
    finally:
        endpoint.close()


def _leads(vertical: str) -> Iterator[Lead]:
    """Consumers that this run alone has met."""
    seed, number = secrets.randbits(48), 0
    while True:
        number += 1
        lead: dict[str, Value] = post_of(consumer(seed, number, vertical), "", time.time())
        yield {**lead, "deadline_ms": _PATIENCE_MS}


def _show(name: str, results: list[Result]) -> None:
    rows = [("pass" if result.passed else "FAIL", result.case, result.told) for result in results]
    print(f"{name}\n{table(('', 'case', 'found'), rows)}\n")
