"""Whom and what we know already, read as one long stream when the service starts."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, Select, select

from app.store.schema import certificate, sighting, suppression

_PAGE = 10_000
"""Rows held at a time: millions of people must not all stand in memory as tuples before they are packed."""


def known_people(engine: Engine, since: float) -> Iterator[tuple[str, str, str, float]]:
    """(digest, campaign, vertical, sold_at) of every sale after `since`, sorted by digest."""
    columns = (sighting.c.digest, sighting.c.campaign, sighting.c.vertical, sighting.c.sold_at)
    yield from _stream(engine, select(*columns).where(sighting.c.sold_at > since).order_by(sighting.c.digest))


def suppressed_digests(engine: Engine) -> Iterator[str]:
    """Every digest that may not be bought."""
    for row in _stream(engine, select(suppression.c.digest).order_by(suppression.c.digest)):
        yield row[0]


def used_certificates(engine: Engine) -> Iterator[str]:
    """Every certificate that belongs to a lead we bought."""
    for row in _stream(engine, select(certificate.c.digest).order_by(certificate.c.digest)):
        yield row[0]


def _stream(engine: Engine, wanted: Select[Any]) -> Iterator[Any]:
    with engine.begin() as connection:
        yield from connection.execute(wanted, execution_options={"yield_per": _PAGE})
