"""LeadsPedia."""

from app.platforms.leadspedia.dialect import DIALECT
from app.platforms.parsers import Words, by_path
from app.platforms.platform import Parsers, Platform, SetupForm

_WORDS: Words = {"Ping Accepted": "accepted", "Lead Accepted": "accepted", "Lead Duplicate": "duplicate"}

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(
        ping=by_path("msg", _WORDS, price="price", id="ping_id", reason="errors.0"),
        post=by_path("msg", _WORDS, price="price", id="lead_id", reason="errors.0"),
    ),
    form=SetupForm(
        paths="path",
        accept="Success when",
        price="Price path",
        id="Ping ID path",
        reason="Error path",
        notes=("The key alone identifies you.",),
    ),
)
