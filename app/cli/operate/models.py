"""Shows which model prices each vertical, how its scores held on matured leads, and what is tried beside it."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator

import msgspec

from app.bounds import whole
from app.cli.database import add_database, existing_store
from app.cli.in_force import last_in_force
from app.cli.places import add_models
from app.cli.table import table
from app.domain.calendar import local_text
from app.domain.money import money
from app.pages.amounts import number
from app.parquet import ParquetError
from app.reports.models.calibration import Between
from app.reports.models.models import ModelsView, VerticalModels, VerticalRow, models_view, vertical_models
from app.reports.models.trial import TrialView
from app.scoring.registry.changes import NotChanged
from app.store.errors import StoreError
from app.usecases.models.gather import facts_beside
from app.wire.scorecard import DAYS_MAX

_FIELDS_SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid models [VERTICAL] [--days N] [--json] [--models DIR] [--data DIR | --database URL]`."""
    parser.add_argument("vertical", nargs="?", default="", help="one vertical in full (default: all in short)")
    parser.add_argument(
        "--days", type=whole(1, DAYS_MAX), default=7, metavar="N", help="how many days back bids are counted"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, money in cents")
    add_models(parser)
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where it was shown, 1 where there is no such vertical, 2 where something cannot be read."""
    try:
        found, zone = asyncio.run(_found(args))
    except (StoreError, NotChanged, ParquetError, OSError) as error:
        print(f"models cannot be shown: {error}", file=sys.stderr)
        return 2
    if found is None:
        print(f"no campaign buys {args.vertical!r}, and no model prices it", file=sys.stderr)
        return 1
    if args.json:
        print(msgspec.json.encode(found).decode())
    else:
        print("\n".join(_all(found) if isinstance(found, ModelsView) else _one(found, zone)))
    return 0


async def _found(args: argparse.Namespace) -> tuple[ModelsView | VerticalModels | None, str]:
    store = existing_store(args)
    try:
        await store.require_tables()
        configuration = await last_in_force(store)
        journal = args.data / "journal"
        facts = await facts_beside(store, configuration, args.models, journal, args.days, time.time())
    finally:
        await store.close()
    zone = configuration.buyer.zone
    if not args.vertical:
        return models_view(facts), zone
    return (vertical_models(args.vertical, facts) if args.vertical in facts.verticals else None), zone


def _all(found: ModelsView) -> Iterator[str]:
    yield f"Models in {found.folder}{', as they come with leadbid' if found.shipped else ''}"
    heads = ("vertical", "prices", "learned until", "tried", "AUC", "predicted/converted", "matured", "young", "PSI")
    yield table(heads, [_row(each) for each in found.verticals])
    yield from (f"! {each.vertical}: {each.problem}" for each in found.verticals if each.problem)


def _row(each: VerticalRow) -> tuple[str, ...]:
    how = "stopped" if each.stopped else f"canary {each.share:.3g}" if each.share else "in shadow"
    return (
        each.vertical,
        each.live or "no model",
        each.learned_until[:10] or "-",
        f"{each.challenger} {how}" if each.challenger else "-",
        number(each.auc.at if each.auc is not None else None, ".3f"),
        _between(each.calibration.ratio, ".2f"),
        f"{each.calibration.leads:,}",
        f"{each.calibration.too_young:,}",
        number(each.psi, ".2f"),
    )


def _one(found: VerticalModels, zone: str) -> Iterator[str]:
    now = found.row.calibration
    yield f"{found.vertical}: {found.row.live or 'no model'}"
    if found.row.problem:
        yield f"! {found.row.problem}"
    if not found.row.live:
        yield "Each campaign bids by what is declared; `python -m training train` makes a first model of past leads."
        rows = [
            (each.campaign, number(each.expected_conversion, ".1%"), _cents(each.fallback_cents))
            for each in found.unpriced
        ]
        yield table(("campaign", "expected conversion", "fallback price"), rows)
    yield ""
    yield f"Matured leads of the last four weeks: {now.leads:,}, {now.conversions:,} converted"
    yield f"  predicted/converted {_between(now.ratio, '.2f')}, AUC {_between(now.auc, '.3f')}"
    yield f"  log-loss {_between(now.log_loss, '.4f')}"
    first = f", the first is judged {local_text(now.next_at, zone)}" if now.next_at is not None else ""
    yield f"  {now.too_young:,} are too young to count{first}; {now.unscored:,} had no score"
    bins = [
        (f"{each.leads:,}", *[f"{share:.2%}" for share in (each.predicted, each.observed, each.low, each.high)])
        for each in now.bins
    ]
    if bins:
        yield table(("leads", "predicted", "converted", "95% from", "to"), bins)
    yield ""
    yield from _drift(found)
    yield from _trial(found.trial, zone)
    yield ""
    yield "Versions"
    heads = ("version", "is", "gates", "leads", "AUC", "log-loss", "learned until")
    yield table(heads, list(_versions(found)))
    if found.fields:
        yield ""
        yield "Fields of the live version, by how much each moves the log-odds"
        yield table(("field", "moves"), [(each.name, f"{each.moves:.3f}") for each in found.fields[:_FIELDS_SHOWN]])


def _versions(found: VerticalModels) -> Iterator[tuple[str, ...]]:
    for each in found.versions:
        gates = "passed" if each.cleared else f"FAILED: {', '.join(each.failed)}"
        figures = each.figures
        yield (
            each.version,
            each.role or "-",
            each.problem or gates,
            f"{each.rows:,}",
            _between(figures.auc if figures is not None else None, ".3f"),
            number(figures.log_loss if figures is not None else None, ".4f"),
            each.until[:10],
        )


def _drift(found: VerticalModels) -> Iterator[str]:
    drift = found.drift
    if drift is None:
        yield "Drift: it has scored no bid in the last day"
    elif drift.psi is None:
        yield f"Drift: too few bids to tell ({drift.now:,} of the last day, {drift.before:,} of the weeks before)"
    else:
        moved = "they have moved" if drift.has_moved else "they are as before"
        yield f"Drift: PSI {drift.psi:.2f} of the last day's scores: {moved}"


def _trial(trial: TrialView | None, zone: str) -> Iterator[str]:
    if trial is None:
        yield "Nothing is tried"
        return
    how = f"a canary for {trial.declared_share:.3g} of leads" if trial.declared_share else "in shadow"
    yield f"Tried: {trial.challenger.version} against {trial.champion.version}, {how}"
    if trial.stopped_by:
        yield f"  stopped by {trial.stopped_by}: {trial.stopped_why}"
    heads = ("version", "decided", "would bid", "at", "expects a ping", "leads", "matured", "brought less cost")
    yield table(
        heads,
        [
            (
                each.version,
                f"{each.decided:,}",
                number(each.bid_rate, ".1%"),
                _cents(each.price_cents),
                _cents(each.expected_cents),
                f"{each.leads:,}",
                f"{each.matured:,}",
                money(each.surplus_cents),
            )
            for each in (trial.champion, trial.challenger)
        ],
    )
    for size in trial.sizes:
        yield f"  a canary for {size.share:.3g} needs {size.pings:,} pings, {size.days:,.1f} days"
    if trial.judged_at is not None:
        yield f"  it can be judged {local_text(trial.judged_at, zone)}"


def _between(figure: Between | None, form: str) -> str:
    return "-" if figure is None else f"{figure.at:{form}} ({figure.low:{form}} to {figure.high:{form}})"


def _cents(value: float | None) -> str:
    return "-" if value is None else money(value)
