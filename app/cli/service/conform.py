"""Tests a buyer's endpoint, ours or another's, as the client of each platform."""

import argparse
import secrets
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from app.cli.table import table
from app.dialects.names import Route
from app.mock_exchange.conformance.checks import CheckResult, Lead, conform
from app.mock_exchange.conformance.endpoint import Endpoint, Unreachable
from app.mock_exchange.consumers import consumer, post_of
from app.platforms.known import DIALECTS, PARSERS
from app.wire.ping import Value

_PATIENCE_MS = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid conform --target URL [--dialect D ...] [--key K] [--vertical V] [--with NAME=VALUE] [--json]`."""
    parser.add_argument("--target", required=True, help="the URL of the buyer's endpoint, as http://127.0.0.1:8000")
    parser.add_argument(
        "--dialect",
        action="append",
        default=[],
        choices=sorted(PARSERS),
        help="the platform to play (default: all of them)",
    )
    parser.add_argument("--key", default="demo-acme-key", help="the key that the buyer gave you")
    parser.add_argument("--vertical", default="auto_insurance", help="the vertical of the leads")
    parser.add_argument("--ping-path", default="", help="path of pings (default: /v1/DIALECT/ping)")
    parser.add_argument("--post-path", default="", help="path of posts (default: /v1/DIALECT/post)")
    parser.add_argument(
        "--with",
        dest="more",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a field to send with every lead, such as a state where the buyer buys; may be repeated",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of tables; each check has a stable id"
    )


def run(args: argparse.Namespace) -> int:
    """0 if all checks hold, 1 if one does not, 2 if the endpoint does not answer."""
    if urlsplit(args.target).scheme not in ("http", "https"):
        print(f"--target {args.target!r} is not a URL: write it as http://127.0.0.1:8000", file=sys.stderr)
        return 2
    more = dict(text.partition("=")[::2] for text in args.more)
    results: dict[str, list[CheckResult]] = {}
    try:
        for name in args.dialect or PARSERS:
            results[name] = _conform(name, args, more, reached=bool(results))
            if not args.json:
                _show(name, results[name])
    except Unreachable as error:
        print(f"no answer: {error}", file=sys.stderr)
        return 2
    passed = all(result.passed for checks in results.values() for result in checks)
    if args.json:
        print(msgspec.json.encode({"passed": passed, "dialects": results}).decode())
    return 0 if passed else 1


def _conform(name: str, args: argparse.Namespace, more: dict[str, str], *, reached: bool) -> list[CheckResult]:
    sends = DIALECTS[name].sends
    paths: dict[Route, str] = {
        "ping": args.ping_path or f"/v1/{name}/{'lead' if sends.one_endpoint else 'ping'}",
        "post": args.post_path or f"/v1/{name}/{'lead' if sends.one_endpoint else 'post'}",
    }
    endpoint = Endpoint(sends, PARSERS[name], args.target, args.key, paths, more)
    try:
        return conform(endpoint, _leads(args.vertical), reached=reached)
    finally:
        endpoint.close()


def _leads(vertical: str) -> Iterator[Lead]:
    """Consumers that this run alone has met."""
    seed, number = secrets.randbits(48), 0
    while True:
        number += 1
        lead: dict[str, Value] = post_of(consumer(seed, number, vertical), "", time.time())
        yield {**lead, "deadline_ms": _PATIENCE_MS}


def _show(name: str, results: list[CheckResult]) -> None:
    rows = [("pass" if result.passed else "FAIL", result.title, result.finding) for result in results]
    print(f"{name}\n{table(('', 'case', 'found'), rows)}\n")
