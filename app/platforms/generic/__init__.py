"""Any client of our own answers; it searches for literals, as crudely as LeadExec does."""

from app.dialects.own_words import GENERIC
from app.platforms.parsers import by_literals
from app.platforms.platform import Parsers, Platform

PLATFORM = Platform(
    name=GENERIC.name,
    title=GENERIC.title,
    dialect=GENERIC,
    parsers=Parsers(ping=by_literals("ping_id"), post=by_literals("lead_id")),
)
