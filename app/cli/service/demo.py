"""The demo: one business day in stepped time over HTTP on loopback, and a report."""

import argparse
import asyncio
import logging
import os
import shutil
import signal
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from app.bounds import LEADS_MAX, SEED_MAX, whole
from app.cli.day.appetite import appetite_table, compare
from app.cli.day.business_day import ENDS, STARTS, US, BusinessDay, Lived
from app.cli.day.reckoning import Reckoning, reckon
from app.cli.day.retraining import MATURITY_DAYS, can_plot, can_retrain, export_day, registry_command, retrain
from app.cli.day.staying import stay
from app.cli.day.text import report
from app.config.load import Declared, LoadedConfig, load
from app.domain.money import money
from app.journal.reader import find, lines
from app.mock_exchange.market.audit import AuditFile
from app.mock_exchange.market.setup import SetupError
from app.packaged import DEMO, MODELS, SCENARIOS
from app.reports.day.story import Attempts, tell
from app.reports.explain import explain
from app.reports.hours import count_span
from app.reports.trading import Trading, trading
from app.settings import Settings, SettingsError
from app.store.store import Store

MARKET = SCENARIOS / "demo.toml"

OPERATOR, OPERATOR_KEY = "demo-ops", "demo-operator-key"
"""Published with the demo's configuration."""

TITLES = {"bought": "A lead that was bought", "lost": "An auction that was lost", "refused": "A ping that was refused"}


class DemoFailed(Exception):
    """The demo could not run; the text says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid demo [--leads N] [--seed S] [--data DIR] [--appetite | --stay [--port P]] [--json]`."""
    parser.add_argument(
        "--leads", type=whole(1, LEADS_MAX), default=1_000, help="how many leads the day has (default: 1000)"
    )
    parser.add_argument(
        "--seed",
        type=whole(0, SEED_MAX),
        default=1,
        help="decides which consumers come and what goes wrong (default: 1)",
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data/demo"), help="where the demo writes; emptied first (default: data/demo)"
    )
    parser.add_argument(
        "--appetite",
        action="store_true",
        help="instead, live the day twice for a buyer of few campaigns, with sellers that ignore and that obey "
        "GET /v1/appetite, and compare their pings",
    )
    ending = parser.add_mutually_exclusive_group()
    ending.add_argument("--json", action="store_true", help="end with one JSON object instead of the report")
    ending.add_argument(
        "--stay", action="store_true", help="keep the service up after the day, with leads coming in, until Ctrl-C"
    )
    parser.add_argument(
        "--port", type=whole(0, 65_535), default=8_000, help="where --stay serves on loopback (default: 8000)"
    )


def run(args: argparse.Namespace) -> int:
    """0 where the day adds up and every lead that was bought has been delivered."""
    try:
        if args.appetite:
            return _run(_compare(args.leads, args.seed, args.data, as_json=args.json))
        status = _run(_demo(args.leads, args.seed, args.data, as_json=args.json))
        if args.stay:
            return _stay(args)
        if not args.json:
            print(f"\nSee it in the console, live: leadbid demo --stay, then {_console(args.port)}")
        return status
    except (DemoFailed, SettingsError, SetupError) as failed:
        print(failed, file=sys.stderr)
        return 1


def _run(day: Coroutine[Any, Any, int]) -> int:
    """Live it in the event loop that serves in earnest, which takes a fifth less for it, where there is one."""
    if find_spec("uvloop") is None:
        return asyncio.run(day)
    import uvloop

    return uvloop.run(day)


def _stay(args: argparse.Namespace) -> int:
    # Whoever starts it in the background, as scripts do, passes on that Ctrl-C is ignored.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        asyncio.run(stay(_settings(args.data), MARKET, args.seed, args.port, _say_address))
    except OSError as taken:
        print(f"port {args.port} cannot be used ({taken.strerror}): choose another with --port", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


def _say_address(url: str) -> None:
    print(f"\nThe console, live, with a lead every few seconds: {url}/console")
    print(f"Sign in as {OPERATOR} with the key {OPERATOR_KEY}. Ctrl-C stops it.", flush=True)


def _console(port: int) -> str:
    return f"http://127.0.0.1:{port}/console (as {OPERATOR}, with the key {OPERATOR_KEY})"


def _settings(data: Path) -> Settings:
    return Settings(config=data / "config" / "buyer.toml", data=data, models=MODELS)


async def _demo(leads: int, seed: int, data: Path, *, as_json: bool) -> int:
    _empty(data)
    shutil.copytree(DEMO, data / "config")
    settings = _settings(data)
    _log_to(data)
    progress = _Progress(leads, quiet=as_json)
    with AuditFile(data / "audit.jsonl") as audit:
        day = BusinessDay(settings, MARKET, leads, seed)
        lived = await day.live(lambda: progress.show(day), audit)
    declared = _declared(settings.config)
    found = trading(count_span(settings.journal, 0.0, float("inf")))
    reckoning, attempts = await _reckon(settings, declared, lived, found)
    if as_json:
        print(msgspec.json.encode(reckoning).decode())
    else:
        _show(settings, declared, lived, reckoning, attempts)
        await _learn(settings, lived)
    return 0 if reckoning.reconciled and not reckoning.undelivered and not reckoning.cap_overruns else 1


async def _compare(leads: int, seed: int, data: Path, *, as_json: bool) -> int:
    _empty(data)
    _log_to(data)
    compared = await compare(MARKET, leads, seed, data)
    print(msgspec.json.encode(compared).decode() if as_json else appetite_table(compared))
    return 0


def _empty(data: Path) -> None:
    """Only what an earlier demo made is ever removed."""
    marker = data / "made-by-leadbid-demo"
    try:
        if data.exists() and any(data.iterdir()) and not marker.exists():
            raise DemoFailed(f"{data} is not empty and was not written by a demo: name another directory with --data")
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        marker.touch()
    except OSError as error:
        raise DemoFailed(f"{data} cannot be used ({error.strerror}): name another directory with --data") from None


def _log_to(data: Path) -> None:
    logging.basicConfig(filename=data / "service.log", level=logging.INFO, format="%(levelname)s %(name)s %(message)s")


class _Progress:
    """A line now and then: what time it is that day, and what has happened."""

    def __init__(self, leads: int, *, quiet: bool) -> None:
        self._leads = leads
        self._file = sys.stderr if quiet else sys.stdout
        self._done = 0

    def show(self, day: BusinessDay) -> None:
        """One visit more is over."""
        self._done += 1
        live = self._file.isatty()
        if self._done % (10 if live else max(self._leads // 10, 1)):
            return
        clock = datetime.fromtimestamp(day.time.now(), UTC).strftime("%a %H:%M UTC")
        ours = day.lived.tally.buyers[US]
        text = f"  {clock}  {self._done:>6} leads  {ours.bids:>6} bids  {ours.won:>6} bought"
        print(text, end="\r" if live else "\n", file=self._file, flush=True)


async def _reckon(settings: Settings, declared: Declared, lived: Lived, found: Trading) -> tuple[Reckoning, Attempts]:
    store = Store.reading(settings.database_file)
    try:
        used = await store.cap_usage()
        sales = await store.sales(STARTS, lived.ended + 1.0)
        attempts = await store.attempt_counts()
    finally:
        await store.close()
    reckoning = reckon(declared, lived, found, sales, used)
    return reckoning, Attempts(
        delivered=reckoning.delivered,
        undelivered=reckoning.undelivered,
        attempts=sum(attempts.values()),
        by_outcome={_outcome(status, said): count for (status, said), count in attempts.items()},
    )


def _outcome(status: str, said: str) -> str:
    return f"retry: {said}" if status == "pending" else status


def _declared(config: Path) -> Declared:
    read = load(config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        raise DemoFailed("\n".join(str(problem) for problem in read))
    return read.declared


def _show(settings: Settings, declared: Declared, lived: Lived, reckoning: Reckoning, attempts: Attempts) -> None:
    """The report, on the terminal and as a page."""
    explained = [
        (TITLES[kind], explain(find(settings.journal, ping_id))) for kind, ping_id in sorted(lived.examples.items())
    ]
    story = tell(
        lines(settings.journal),
        declared.campaigns,
        lived.bought,
        attempts,
        lived.ping_ms,
        lived.post_ms,
        explained,
        STARTS,
        ENDS,
        declared.buyer.zone,
        lived.learned,
    )
    print(_summary(reckoning))
    print(f"\n{report(story, lived.tally)}\n")
    page_file = settings.data / "day.html"
    if can_plot():
        from app.cli.day.page import page

        page_file.write_text(page(story), encoding="utf-8")
        print(f"The day as a page with plots: {page_file}")
    print(f"Every bid and why it lost: {settings.data / 'audit.jsonl'}")
    print(f"Explain any ping: leadbid explain PING_ID --data {settings.data}")


async def _learn(settings: Settings, lived: Lived) -> None:
    """The day's end: retrained on its own outcomes, champion against challenger."""
    if missing := _left_out():
        print(f"\nLeft out: {' and '.join(missing)}; for it, pip install 'leadbid[training,reports]'")
    if not can_retrain():
        return
    await export_day(settings, lived.ended)
    print(f"\nRetrained on its own outcomes {MATURITY_DAYS} days later: champion and challenger\n")
    print(await asyncio.to_thread(retrain, settings, lived.ended))
    print(f"\nLive and tried models: {registry_command(settings.data / 'models')}")


def _left_out() -> list[str]:
    """What the day goes without, as its extra is not installed."""
    parts = (("the day as a page with plots", can_plot()), ("retraining on its outcomes", can_retrain()))
    return [what for what, can in parts if not can]


def _summary(day: Reckoning) -> str:
    books = (
        "Sellers, journal, database and CRM agree."
        if day.reconciled
        else "SELLERS, JOURNAL, DATABASE AND CRM DO NOT AGREE."
    )
    return (
        f"{day.pings:,} pings: {day.bids:,} bids, {day.no_bids:,} refused\n"
        f"{day.wins:,} posts: {day.posts_accepted:,} leads bought for {money(day.spend_cents)}, "
        f"{day.posts_refused:,} refused, {day.honoured_share:.1%} of bids honored\n"
        f"{day.delivered:,} leads in the CRM, {day.undelivered:,} missing; {day.cap_overruns} caps exceeded\n{books}"
    )
