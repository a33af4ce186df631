"""Checks a configuration: prints a summary and warnings, or all problems."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.cli.database import add_database, existing_store
from app.cli.operate.deliveries import left_in_words
from app.cli.places import add_config, add_models
from app.config.caps import limit_in_words
from app.config.changes import changes, losses
from app.config.load import Declared, LoadedConfig, configuration_of, load
from app.config.reference import reference
from app.config.values.territory import territory_in_words
from app.config.values.week import closures_in_words, hours_in_words
from app.domain.calendar import local_time
from app.domain.campaign import Campaign
from app.domain.configuration import Configuration, with_keys
from app.domain.delivery.destination import Destination
from app.domain.money import money
from app.domain.seller import Seller
from app.packaged import MODELS
from app.scoring.load import LoadedModels
from app.scoring.load import load as load_models
from app.scoring.pointer import POINTER
from app.settings import Settings
from app.store.errors import StoreError
from app.usecases.former import unpacked
from app.usecases.reload.reload_catalogue import Reloaded, Sources, first_catalogue

Row = Sequence[str]
"""The cells of a line of a table; a cell may have several lines."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid check [--config FILE] [--models DIR] [--data DIR | --database URL] [--keys DIR] [--reference]`."""
    add_config(parser)
    add_models(parser)
    add_database(parser)
    parser.add_argument("--keys", type=Path, default=None, help="directory of the keys (default: keys in --data)")
    parser.add_argument("--reference", action="store_true", help="print the reference of all keys, in Markdown")


def run(args: argparse.Namespace) -> int:
    """0 where the service can work with it and with the models that are live; warnings do not count."""
    if args.reference:
        print(reference(), end="")
        return 0
    read = load(args.config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        print(*read, sep="\n", file=sys.stderr)
        print(f"\n{_count(read, 'problem')}: the service cannot start with this file.", file=sys.stderr)
        return 1
    live = started_with(args.models, read.declared)
    refused = live.problems
    if refused and args.models.resolve() != MODELS:
        print(*(f"{args.models}: {reason}" for reason in refused), sep="\n", file=sys.stderr)
        print(f"\n{_count(refused, 'problem')}: the service would not bid by this.", file=sys.stderr)
        return 1
    print(summary(args.config, read.declared, time.time()))
    settings = Settings(config=args.config, data=args.data, keys_dir=args.keys)
    # The models that come with leadbid are nobody's own.
    warnings = [*map(str, read.warnings), *(f"{args.models}: {reason}" for reason in refused)]
    warnings += [*live.idle, *settings.exposed_secrets(read.declared.secret_files)]
    if warnings:
        print(f"\n{_count(warnings, 'warning')}")
        print(*(f"  {warning}" for warning in warnings), sep="\n")
    for text in _beside_the_service(args, read.declared):
        print(f"\n{text}")
    print("\nNo problems.")
    return 0


def started_with(models: Path, declared: Declared) -> Reloaded:
    """What the service would start with, with what it would say of the live models and of what cannot act."""
    has_models = (models / POINTER).is_file()
    sources = Sources(
        config=lambda read_file: load(next(iter(declared.contents)), environ=os.environ, read_file=read_file),
        models=lambda: load_models(models) if has_models else LoadedModels(),
        models_dir=models,
        zip_states={},
    )
    return first_catalogue(sources, declared)


def _beside_the_service(args: argparse.Namespace, declared: Declared) -> list[str]:
    """What this file would change for a service whose database is here, and which leads wait for what it leaves out."""
    if not args.database and not (args.data / "leadbid.db").is_file():
        return []

    async def asked() -> list[str]:
        store = existing_store(args)
        try:
            await store.require_tables()
            newest = unpacked(await store.newest_configurations())
            destinations = [destination.name for destination in declared.destinations]
            return [*_against(newest, declared), *await left_in_words(store, destinations)]
        finally:
            await store.close()

    try:
        return asyncio.run(asked())
    except StoreError as error:
        return [f"Not compared with the configuration in force: {error}"]


def _against(newest: Sequence[Configuration], declared: Declared) -> list[str]:
    """What differs from the configuration that came into force last; of keys the database holds but digests."""
    if not newest or newest[0].config_hash == declared.config_hash:
        return []
    before, after = with_keys(newest[0], _hidden), with_keys(configuration_of(declared), _hidden)
    words = [*(f"it {lost}, so it needs `leadbid reload --yes`" for lost in losses(before, after))]
    words += changes(before, after)
    return ["\n  ".join([f"Against configuration {before.config_hash}, which came into force last:", *words])]


def _hidden(_key: str) -> str:
    return ""


def summary(path: Path, declared: Declared, now: float) -> str:
    """What a configuration buys, from whom, and where it goes."""
    buyer = declared.buyer
    return "\n".join(
        [
            f"{path}, configuration {declared.config_hash}",
            f"{buyer.legal_name} ({', '.join(buyer.brands)}), {buyer.zone}; bids live {buyer.bid_lifetime_s} s",
            "",
            _table(
                "Campaigns",
                ("", "vertical", "legs", "territory", "hours", "caps", "price"),
                (_campaign(campaign, now) for campaign in declared.campaigns),
            ),
            "",
            _table("Sellers", ("", "answers", "tells", "limits"), map(_seller, declared.sellers)),
            "",
            _table("Destinations", ("", "method", "address", "auth"), map(_destination, declared.destinations)),
        ]
    )


def _campaign(campaign: Campaign, now: float) -> Row:
    schedule = campaign.schedule
    closures = closures_in_words(schedule, local_time(now, campaign.zone).date)
    hours = [text.replace("; ", "\n") for text in (hours_in_words(schedule.minutes), closures) if text]
    boosts = [f"+{money(boost.cents)} {boost.name}" for boost in schedule.boosts]
    return (
        campaign.name + (" (paused)" if campaign.paused else ""),
        campaign.vertical,
        "\n".join(campaign.legs),
        territory_in_words(campaign.territory).replace("; ", "\n").replace(", not ", "\nnot "),
        "\n".join([*hours, *boosts]),
        "\n".join(map(limit_in_words, campaign.caps)) or "none",
        f"{money(campaign.floor_cents)} - {money(campaign.ceiling_cents)}",
    )


def _seller(seller: Seller) -> Row:
    limits = [f"{cap.name}: {limit_in_words(cap)}" for cap in seller.caps]
    if seller.rate_per_s:
        limits.append(f"{seller.rate_per_s:g} pings a second")
    return (
        seller.name + (" (paused)" if seller.paused else ""),
        seller.format,
        {"full": "the reason", "class": "the kind of reason", "opaque": "nothing"}[seller.disclosure],
        "\n".join(limits) or "none",
    )


def _destination(destination: Destination) -> Row:
    way = "mail" if destination.mail is not None else "file" if destination.file is not None else destination.method
    return destination.name, way, destination.address, str(destination.auth.__struct_config__.tag)


def _table(title: str, heads: Row, rows: Iterable[Row]) -> str:
    """A table in plain text, its title above the first column."""
    cells = [(title, *heads[1:]), *rows]
    if len(cells) == 1:
        return f"{title}\n  none"
    split = [[cell.split("\n") for cell in row] for row in cells]
    widths = [max(len(line) for row in split for line in row[column]) for column in range(len(heads))]
    lines = []
    for number, row in enumerate(split):
        for height in range(max(map(len, row))):
            texts = [cell[height] if height < len(cell) else "" for cell in row]
            indent = "  " if number else ""
            first = widths[0] + (0 if number else 2)
            rest = [text.ljust(width) for text, width in zip(texts[1:], widths[1:], strict=True)]
            lines.append("  ".join([indent + texts[0].ljust(first), *rest]).rstrip())
    return "\n".join(lines)


def _count(found: Sequence[object], noun: str) -> str:
    return f"{len(found)} {noun}{'' if len(found) == 1 else 's'}"
