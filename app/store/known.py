"""Known people and certificates, read as one long stream when the service starts."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, select

from app.store.engine.stream import stream
from app.store.schema import certificate, lead, sighting, suppression


def known_people(engine: Engine, since: float) -> Iterator[tuple[str, str, str, float]]:
    """(digest, campaign, vertical, sold_at) of every sale after `since`, sorted by digest."""
    columns = (sighting.c.digest, sighting.c.campaign, sighting.c.vertical, sighting.c.sold_at)
    yield from stream(engine, select(*columns).where(sighting.c.sold_at > since).order_by(sighting.c.digest))


def suppressed_digests(engine: Engine) -> Iterator[str]:
    """Every digest that may not be bought."""
    for row in stream(engine, select(suppression.c.digest).order_by(suppression.c.digest)):
        yield row[0]


def suppressed_since(connection: Connection, since: float) -> list[str]:
    """Those suppressed at `since` or later."""
    wanted = select(suppression.c.digest).where(suppression.c.suppressed_at >= since)
    return list(connection.execute(wanted).scalars())


def bought_leads(engine: Engine) -> Iterator[str]:
    """The nonce of every lead that we have."""
    for row in stream(engine, select(lead.c.nonce).order_by(lead.c.nonce)):
        yield row[0]


def used_certificates(engine: Engine) -> Iterator[str]:
    """Every certificate that belongs to a lead we bought."""
    for row in stream(engine, select(certificate.c.digest).order_by(certificate.c.digest)):
        yield row[0]
