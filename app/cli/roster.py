"""Every seller as `leadbid sellers list` shows it: what the file says, whether it may sell, and what it did lately."""

import argparse
import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from app.cli.database import existing_store
from app.cli.table import table
from app.config.load import Declared
from app.domain.seller import Mode, Seller
from app.store.operators import Switch
from app.usecases.scorecard import first_hour
from app.usecases.tally import Counting, Tally


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One seller. `keys` are the hashes of its keys, the newest last; `reason` is why it was suspended.

    `suspended` it is by a command, `paused` by the file. The last three are of 24 hours, in whole hours, and `None`
    where there is no journal or not all of it can be read.
    """

    name: str
    title: str
    dialect: str
    mode: Mode
    keys: tuple[str, ...]
    status: Literal["selling", "suspended", "paused"]
    reason: str = ""
    rate_per_second: float
    pings: int | None
    bids: int | None
    sales: int | None


def roster_of(args: argparse.Namespace, declared: Declared) -> list[Entry]:
    """Every declared seller. StoreError where there is a database that cannot be asked."""
    suspended = _suspended(args)
    tallies = _tallies(args.data / "journal")
    return [
        _entry(seller, suspended.get(seller.name), None if tallies is None else tallies.get(seller.name, Tally()))
        for seller in declared.sellers
    ]


def roster_page(roster: Sequence[Entry]) -> str:
    """The same as a table."""
    heads = ("seller", "dialect", "mode", "keys", "status", "pings a second", "pings in 24 h", "bids", "sales")
    rows = [
        (
            each.name,
            each.dialect,
            each.mode,
            str(len(each.keys)),
            f"{each.status}: {each.reason}" if each.reason else each.status,
            f"{each.rate_per_second:g}" if each.rate_per_second else "-",
            *["-" if count is None else str(count) for count in (each.pings, each.bids, each.sales)],
        )
        for each in roster
    ]
    return table(heads, rows)


def _entry(seller: Seller, suspended: Switch | None, tally: Tally | None) -> Entry:
    return Entry(
        name=seller.name,
        title=seller.title,
        dialect=seller.dialect,
        mode=seller.mode,
        keys=seller.key_sha256,
        status="suspended" if suspended is not None else "paused" if seller.paused else "selling",
        reason=suspended.reason if suspended is not None else "",
        rate_per_second=seller.rate_per_s,
        pings=None if tally is None else tally.pings,
        bids=None if tally is None else tally.bids,
        sales=None if tally is None else tally.accepted,
    )


def _tallies(journal: Path) -> dict[str, Tally] | None:
    """What each seller did in the last 24 hours."""
    if not journal.is_dir():
        return None
    tallies = Counting(journal).since(first_hour(time.time(), 1))
    return None if tallies.unread else tallies.sellers


def _suspended(args: argparse.Namespace) -> dict[str, Switch]:
    """What is paused beside the file, by name; nothing where no service has run yet."""

    async def heard() -> dict[str, Switch]:
        store = existing_store(args)
        try:
            await store.check()
            return {switch.target: switch for switch in await store.switches() if switch.kind == "pause"}
        finally:
            await store.close()

    has_run = args.database or (args.data / "leadbid.db").exists()
    return asyncio.run(heard()) if has_run else {}
