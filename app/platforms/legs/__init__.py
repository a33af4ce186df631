"""Auctions by legs, as InsuranceAgents made them."""

from app.platforms.legs.dialect import DIALECT
from app.platforms.parsers import Words, by_path
from app.platforms.platform import Parsers, Platform

_WORDS: Words = {"1": "accepted", "-2": "error"}

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(
        ping=by_path("code", _WORDS, price="payout", id="lead", reason="comment"),
        post=by_path("code", _WORDS, price="payout", id="id", reason="comment"),
    ),
)
