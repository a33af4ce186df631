"""Known people and certificates, read as one long stream when the service starts."""

from collections.abc import Iterator

from sqlalchemy import Engine, select

from app.store.engine.stream import tuples
from app.store.schema import certificate, lead, sighting


def known_people(engine: Engine, since: float) -> Iterator[tuple[str, str, str, float]]:
    """(digest, campaign, vertical, sold_at) of every sale after `since`, sorted by digest."""
    columns = (sighting.c.digest, sighting.c.campaign, sighting.c.vertical, sighting.c.sold_at)
    yield from tuples(engine, select(*columns).where(sighting.c.sold_at > since).order_by(sighting.c.digest))


def bought_leads(engine: Engine) -> Iterator[str]:
    """The nonce of every lead that we have."""
    for row in tuples(engine, select(lead.c.nonce).order_by(lead.c.nonce)):
        yield row[0]


def used_certificates(engine: Engine) -> Iterator[str]:
    """Every certificate that belongs to a lead we bought."""
    for row in tuples(engine, select(certificate.c.digest).order_by(certificate.c.digest)):
        yield row[0]
