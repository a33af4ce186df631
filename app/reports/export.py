"""Sales and outcomes as files for training: inputs, decision, price and outcome, without personal data."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app import parquet
from app.domain.auction.weighing import Offer
from app.store.exports import OutcomeRow, SoldRow

_TOLD_EVERY = 10_000
_OFFER = msgspec.json.Decoder(Offer)


class SaleColumns(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `sales.parquet`. `ping_id` is one of the `bid_ids` of the ping's line in the journal.

    Times are in UTC. From `probability` on it is the bid that is spoken of, in cents; `None` where no model priced it,
    or where a restart lost the decision and only the journal can tell.
    """

    lead_id: str
    ping_id: str
    seller_lead_id: str
    sub_id: str
    seller: str
    campaign: str
    vertical: str
    leg: str
    price_cents: int
    sold_at: datetime
    zip: str
    state: str
    config: str
    model: str
    probability: float | None
    value: float | None
    bid_value: float | None
    win_probability: float | None


class OutcomeColumns(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `outcomes.parquet`, by `lead_id` one of those of a sale. Times are in UTC."""

    lead_id: str
    event: str
    value_cents: int | None
    occurred_at: datetime
    received_at: datetime
    source: str
    event_id: str


def export_sales(path: Path, sold: Iterable[SoldRow], as_of: float, tell: Callable[[int], None]) -> int:
    """Put these sales into `path`; how many they are. ParquetError where DuckDB is missing.

    `as_of` (UTC epoch seconds) stands in the file's metadata: later sales may be missing in it.
    """
    return parquet.write(path, SaleColumns, _told(map(_sale, sold), tell), notes=lambda: {"as_of": int(as_of)})


def export_outcomes(path: Path, heard: Iterable[OutcomeRow], as_of: float, tell: Callable[[int], None]) -> int:
    """The same of outcomes."""
    return parquet.write(path, OutcomeColumns, _told(map(_outcome, heard), tell), notes=lambda: {"as_of": int(as_of)})


def _told(rows: Iterable[msgspec.Struct], tell: Callable[[int], None]) -> Iterator[msgspec.Struct]:
    for number, row in enumerate(rows, 1):
        if number % _TOLD_EVERY == 0:
            tell(number)
        yield row


def _sale(row: SoldRow) -> SaleColumns:
    offer = _offer(row.decision)
    valuation = offer.valuation if offer is not None else None
    quote = offer.quote if offer is not None else None
    return SaleColumns(
        lead_id=row.lead_id,
        ping_id=row.ping_id,
        seller_lead_id=row.seller_lead_id,
        sub_id=row.sub_id,
        seller=row.seller,
        campaign=row.campaign,
        vertical=row.vertical,
        leg=row.leg,
        price_cents=row.price_cents,
        sold_at=datetime.fromtimestamp(row.sold_at, UTC),
        zip=row.zip,
        state=row.state,
        config=row.config_hash,
        model=row.model_version,
        probability=valuation.probability if valuation is not None else None,
        value=valuation.value if valuation is not None else None,
        bid_value=quote.bid_value if quote is not None else None,
        win_probability=offer.win_probability if offer is not None else None,
    )


def _offer(decision: str | None) -> Offer | None:
    """The decision, unless it is missing or of a version that said it otherwise."""
    try:
        return _OFFER.decode(decision) if decision is not None else None
    except msgspec.ValidationError:
        return None


def _outcome(row: OutcomeRow) -> OutcomeColumns:
    return OutcomeColumns(
        lead_id=row.lead_id,
        event=row.event,
        value_cents=row.value_cents,
        occurred_at=datetime.fromtimestamp(row.occurred_at, UTC),
        received_at=datetime.fromtimestamp(row.recorded_at, UTC),
        source=row.source,
        event_id=row.event_id,
    )
