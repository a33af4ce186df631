"""Why a service is not ready, or not quite, each reason with what to do; `/readyz` tells the codes to everybody."""

from collections.abc import Iterator

import msgspec

from app.domain.catalogue import Catalogue
from app.journal.writer import WAITING_MAX, JournalWriter
from app.reports.attention.service import FULL_BYTES
from app.store.errors import StoreError
from app.store.store import Store
from app.usecases.bidder import Bidder

READINESS: dict[str, tuple[str, str]] = {
    "starting": ("the service is not up yet", "wait, and see its log"),
    "stopping": ("the service stops", "send traffic to another replica"),
    "migrating": (
        "the database has tables of another version, and takes no sale",
        "wait for `leadbid migrate` to end, or run the leadbid of that version",
    ),
    "database_unwritable": ("no sale can be recorded", "see why the database takes no write"),
    "no_model": (
        "no model prices some verticals, and no campaign there says what to bid without one",
        "train a model, or set `expected_conversion` or `fallback_price`",
    ),
    "journal_unwritable": ("decisions cannot be written to the journal", "mend its disk, or make space"),
    "disk_full": (
        "less than 500 MB are left on the disk of the journal",
        "make space, as with `leadbid journal compact`",
    ),
}
"""By code what is in the way and what to do."""


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """One reason as it is now. With what `blocks` the service is not ready; with the others it bids all the same."""

    reason: str
    blocks: bool
    sentence: str
    remedy: str


def obstacle(reason: str, detail: str = "", *, blocks: bool = True) -> Obstacle:
    """A reason with what is known beside it."""
    sentence, remedy = READINESS[reason]
    return Obstacle(reason=reason, blocks=blocks, sentence=sentence + (f": {detail}" if detail else ""), remedy=remedy)


async def obstacles(bidder: Bidder, journal: JournalWriter, free_bytes: int | None) -> list[Obstacle]:
    """What is in the way; `free_bytes` are those of the journal's disk, as far as anybody knows."""
    store = bidder.store
    found = [] if await store.ready() else [await _why_unwritable(store)]
    found += _unpriced(bidder.catalogue)
    if journal.is_failing:
        # Lines wait in memory until there are too many: from then on what was decided is lost.
        found.append(obstacle("journal_unwritable", journal.trouble, blocks=journal.waiting >= WAITING_MAX))
    if free_bytes is not None and free_bytes < FULL_BYTES:
        found.append(obstacle("disk_full", blocks=False))
    return found


async def _why_unwritable(store: Store) -> Obstacle:
    try:
        is_current = await store.has_current_tables()
    except StoreError:
        is_current = True
    return obstacle("database_unwritable", store.availability.trouble) if is_current else obstacle("migrating")


def _unpriced(catalogue: Catalogue) -> Iterator[Obstacle]:
    """A vertical without a model can be bid on where a campaign says what without one."""
    priced = catalogue.models.keys() | {
        each.vertical
        for each in catalogue.campaigns.values()
        if each.expected_conversion is not None or each.fallback_cents is not None
    }
    unpriced = sorted(catalogue.index.verticals - priced)
    if unpriced:
        yield obstacle("no_model", ", ".join(unpriced), blocks=not catalogue.index.verticals & priced)
