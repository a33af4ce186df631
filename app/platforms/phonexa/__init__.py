"""Phonexa."""

from app.platforms.parsers import by_path
from app.platforms.phonexa.dialect import DIALECT
from app.platforms.platform import Parsers, Platform, SetupForm

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(
        ping=by_path(
            "status", {"continue": "accepted", "error": "error"}, price="price", id="promise", reason="reason"
        ),
        post=by_path(
            "status",
            {"sold": "accepted", "duplicate": "duplicate", "error": "error"},
            price="price",
            id="id",
            reason="reason",
        ),
    ),
    form=SetupForm(
        paths="path",
        accept="Accepted when",
        price="Price",
        id="Promise",
        reason="Reason",
        notes=(
            "Enter these values in the Integration Builder, or give them to whoever writes your buyer's integration.",
            "Tests: testMode=1 is refused, testMode=1 with testSold=1 is sold.",
        ),
    ),
)
