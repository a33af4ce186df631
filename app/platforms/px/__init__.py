"""PX."""

from app.platforms.parsers import Words, by_path
from app.platforms.platform import Parsers, Platform
from app.platforms.px.dialect import DIALECT

_WORDS: Words = {"true": "accepted"}

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(
        ping=by_path("Success", _WORDS, price="Payout", id="TransactionId", reason="Message"),
        post=by_path("Success", _WORDS, price="Payout", id="LeadId", reason="Message"),
    ),
)
