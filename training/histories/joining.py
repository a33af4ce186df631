"""The questions by which bids, sales and outcomes find each other, as SQL for DuckDB."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from app.domain.auction.features import OF_EVERY_LEAD
from app.domain.vertical import FieldType, Vertical
from training.histories.bids import LoggedBid
from training.histories.journaled import OFFERED, SAID, DatasetRules, DatasetSources
from training.histories.labels import Labelled, labelled
from training.histories.scratch import Scratch, files, quoted, text

_MOMENT = "make_timestamp(CAST({} * 1e6 AS BIGINT))".format
_LEAD = {
    "lead_id": "sale.lead_id",
    "ping_id": "leg.id",
    "ping": "leg.ping",
    "at": 'leg."at"',
    "at_utc": _MOMENT('leg."at"'),
    "sold_at": _MOMENT("sale.sold_at"),
    **{name: f"sale.{name}" for name in ("seller", "vertical", "campaign", "leg")},
    **{name: f"leg.{name}" for name in ("model", "config")},
    "price_cents": "sale.price_cents",
    **{name: f"leg.{name}" for name in ("probability", "worth", "value", "bid_value", "win_probability")},
    "disposition": "label.disposition",
    "reached_at": _MOMENT("label.reached_at"),
    "converted": "label.converted",
    "converted_at": "label.converted_at",
    "known_until": "known.until",
    "maturity_days": "known.maturity_days",
    "value_cents": "CASE WHEN label.converted THEN coalesce(label.value_cents, round(leg.worth)::BIGINT) END",
    "stated_cents": "CASE WHEN label.converted_at IS NOT NULL THEN label.stated_cents END",
    **{name: f"label.{name}" for name in ("matured", "returned", "opted_out")},
    "facts": "leg.facts",
}
OWN = tuple(_LEAD)
"""Columns of every lead. A fact of one of these names stands beside them as `fact_NAME`."""

_SALE = (
    "lead_id ping_id seller campaign vertical leg price_cents config model probability value bid_value win_probability"
).replace(" ", ", ")
_TYPES = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", tuple[int, ...]: "BIGINT[]"}
_FACT_TYPES: dict[FieldType, str] = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


POSTS = """
    SELECT result, count(*) FROM (SELECT DISTINCT id, said.seller, result FROM said SEMI JOIN leg
        ON leg.id = said.id AND leg.seller = said.seller AND leg.asked WHERE is_post) GROUP BY ALL ORDER BY ALL
"""
"""How many bids were posted and answered so; one that was tried again and bought stands under both answers."""

TRADES = """
    SELECT vertical, count(*), count(*) FILTER (won), count(*) FILTER (NOT won), count(*) FILTER (won IS NULL),
        count(label.lead_id), count(*) FILTER (matured), count(*) FILTER (converted), count(*) FILTER (returned)
    FROM leg LEFT JOIN label USING (lead_id) WHERE asked GROUP BY vertical ORDER BY vertical
"""

NOTED = {
    "decisions that a restart lost, found again in the journal": "sale JOIN leg ON leg.id = sale.ping_id AND "
    "leg.seller = sale.seller WHERE asked AND sale.probability IS NULL AND leg.probability IS NOT NULL",
    "opted out": "leg JOIN label USING (lead_id) WHERE asked AND opted_out",
}


def left_out(rules: DatasetRules) -> dict[str, tuple[str, tuple[float, ...]]]:
    """Rows that found no partner, or tell a model nothing: what each kind is, as what to count and its values."""
    span = (rules.since, rules.until)
    return {
        "bids at a fallback price, which no rule priced": ("leg WHERE asked AND best IS NULL", ()),
        "bids that stand in the journals twice": ("(SELECT id FROM offered GROUP BY id HAVING count(*) > 1)", ()),
        "posts and notices whose bid is not in the journals": (
            'said ANTI JOIN leg ON leg.id = said.id AND leg.seller = said.seller WHERE "at" >= ? AND "at" < ?',
            span,
        ),
        "leads whose ping is not in the journals": (
            "sale ANTI JOIN leg ON leg.id = sale.ping_id AND leg.seller = sale.seller WHERE sold_at BETWEEN ? AND ?",
            span,
        ),
        "leads bought but not exported": (
            "leg WHERE asked AND lead_id <> '' AND lead_id NOT IN (SELECT lead_id FROM sale)",
            (),
        ),
        "outcomes of leads that are not exported": ("outcome ANTI JOIN sale USING (lead_id)", ()),
    }


def take_in(database: Scratch, sources: DatasetSources, rules: DatasetRules) -> float:
    """Make the tables `offered`, `said`, `sale` and `outcome` of what was known by the rules' `now`.

    Returns until when the exports know everything, at most `now`.
    """
    sales, outcomes, now = sources.sales, sources.outcomes, rules.now
    _load(database, "offered", OFFERED, database.folder / "legs.ndjson")
    _load(database, "said", SAID, database.folder / "said.ndjson")
    database.do(
        f"CREATE TABLE sale AS SELECT {_SALE}, epoch(sold_at) AS sold_at "  # noqa: S608 - names of our own columns
        "FROM read_parquet(?, union_by_name = true) WHERE epoch(sold_at) <= ? "
        "QUALIFY row_number() OVER (PARTITION BY lead_id ORDER BY sold_at) = 1",
        files(sales),
        now,
    )
    database.do(
        "CREATE TABLE outcome AS SELECT lead_id, event, value_cents, "
        "epoch(occurred_at) AS occurred_at, epoch(received_at) AS received_at "
        "FROM read_parquet(?, union_by_name = true) WHERE epoch(received_at) <= ? "
        "QUALIFY row_number() OVER (PARTITION BY source, event_id, lead_id ORDER BY received_at) = 1",
        files(outcomes),
        now,
    )
    noted = [
        database.one(
            "SELECT max(TRY_CAST(decode(value) AS DOUBLE)) FROM parquet_kv_metadata(?) WHERE decode(key) = 'as_of'",
            files([path])[0],
        )[0]
        for path in outcomes
    ]
    return min([now, *[float(at) for at in noted if at is not None]])


def advance(database: Scratch, rules: DatasetRules, as_of: float, counts: Counter[str]) -> None:
    """Make the table `label`: a row a sale."""
    path, encoder = database.folder / "labels.ndjson", msgspec.json.Encoder()
    with path.open("wb") as file:
        file.writelines(encoder.encode(each) + b"\n" for each in labelled(database, rules, as_of, counts))
    _load(database, "label", get_type_hints(Labelled), path)


def meet(database: Scratch, rules: DatasetRules, horizon: float) -> None:
    """Make the table `leg`: every bid once, with what became of it as far as it can be known at `horizon`.

    A bid has won where it was posted, whatever we answered, or where the seller says so. It has lost where the other
    leg of its ping was taken, where the seller says so, or where it expired: no valid post can come any more.
    """
    database.do(
        """
        CREATE TABLE leg AS
        WITH offer AS (
            SELECT *, "at" >= $1 AND "at" < $2 AS asked FROM offered
            QUALIFY row_number() OVER (PARTITION BY id ORDER BY "at") = 1
        ), post AS (
            SELECT id, seller, max(lead_id) AS lead_id FROM said WHERE is_post GROUP BY ALL
        ), notice AS (
            SELECT id, seller, bool_or(result = 'won') AS said_won, bool_or(result = 'lost') AS said_lost,
                max(price_cents) AS winning_cents
            FROM said WHERE NOT is_post GROUP BY ALL
        ), met AS (
            SELECT offer.*, coalesce(sale.lead_id, post.lead_id, '') AS lead_id,
                sale.lead_id IS NOT NULL OR post.id IS NOT NULL AS posted,
                coalesce(said_won, false) AS said_won, coalesce(said_lost, false) AS said_lost, winning_cents
            FROM offer
            LEFT JOIN post ON post.id = offer.id AND post.seller = offer.seller
            LEFT JOIN notice ON notice.id = offer.id AND notice.seller = offer.seller
            LEFT JOIN sale ON sale.ping_id = offer.id AND sale.seller = offer.seller
        )
        SELECT *, CASE
            WHEN lead_id <> '' THEN true
            WHEN bool_or(lead_id <> '') OVER same THEN false
            WHEN posted THEN true
            WHEN bool_or(posted) OVER same THEN false
            WHEN said_won THEN true
            WHEN bool_or(said_won) OVER same THEN false
            WHEN said_lost OR expires_at < $3 THEN false
        END AS won
        FROM met WINDOW same AS (PARTITION BY ping, seller)
        """,
        rules.since,
        rules.until,
        horizon,
    )


def bids() -> str:
    """The rows of `bids.parquet`: what a rule priced; a fallback price tells a model nothing."""
    known = {
        "lead_id": "leg.lead_id",
        "converted": "label.converted",
        "returned": "coalesce(label.returned, false)",
        "value_cents": "CASE WHEN label.converted THEN coalesce(label.value_cents, round(worth)::BIGINT) ELSE 0 END",
    }
    columns = ", ".join(
        f"{known.get(name, f'leg.{quoted(name)}')} AS {quoted(name)}" for name in LoggedBid.__struct_fields__
    )
    return (
        f"SELECT {columns} FROM leg LEFT JOIN label ON label.lead_id = leg.lead_id "  # noqa: S608
        'WHERE asked AND best IS NOT NULL ORDER BY leg."at", leg.id'
    )


def leads(verticals: Iterable[Vertical], known_until: float, maturity_days: float) -> str:
    """The rows of `leads.parquet`: everything that was bought whose ping the journal holds."""
    known = f"(SELECT {known_until!r}::DOUBLE AS until, {maturity_days!r}::DOUBLE AS maturity_days) AS known"
    facts = ", ".join(
        f"TRY_CAST(facts ->> {text('$.' + quoted(name))} AS {kind}) AS "
        + quoted(f"fact_{name}" if name in OWN else name)
        for name, kind in _fact_types(verticals).items()
    )
    own = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in _LEAD.items())
    return (
        f"SELECT {own}, {facts} FROM sale "  # noqa: S608 - names of our own and of the configuration, quoted
        "JOIN leg ON leg.id = sale.ping_id AND leg.seller = sale.seller JOIN label ON label.lead_id = sale.lead_id "
        f"CROSS JOIN {known} "
        'WHERE asked ORDER BY leg."at", sale.lead_id'
    )


def _fact_types(verticals: Iterable[Vertical]) -> dict[str, str]:
    """The type of each fact's column; text where two verticals give one name to different things."""
    types = {"zip": "VARCHAR", "sub_id": "VARCHAR", **dict.fromkeys(OF_EVERY_LEAD, "VARCHAR")}
    types |= {"local_hour": "BIGINT", "weekday": "BIGINT"}
    for field in [field for each in verticals for field in (*each.fields, *each.provider_facts)]:
        kind = _FACT_TYPES.get(field.type, "VARCHAR")
        types[field.name] = kind if types.get(field.name, kind) == kind else "VARCHAR"
    return types


def _load(database: Scratch, table: str, types: Mapping[str, Any], path: Path) -> None:
    """A table of the rows that were written to a file."""
    # Of a type that may be missing, what it is where it is there.
    known = {name: next(each for each in (hint, *get_args(hint)) if each in _TYPES) for name, hint in types.items()}
    columns = ", ".join(f"{quoted(name)}: '{_TYPES[kind]}'" for name, kind in known.items())
    database.do(
        f"CREATE TABLE {table} AS SELECT * "  # noqa: S608 - names of our own
        f"FROM read_json(?, format = 'newline_delimited', columns = {{{columns}}})",
        files([path])[0],
    )
