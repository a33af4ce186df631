"""LeadConduit's external pricing service, for flows that only ask for a price."""

from app.platforms.leadconduit.parser import parse
from app.platforms.leadconduit_pricing.dialect import DIALECT
from app.platforms.leadconduit_pricing.parser import parse_price
from app.platforms.platform import Parsers, Platform

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(ping=parse_price, post=parse),
)
