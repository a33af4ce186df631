"""Jangl, and Standard Information with it."""

from app.platforms.jangl.dialect import DIALECT
from app.platforms.parsers import by_path
from app.platforms.platform import Parsers, Platform

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(
        ping=by_path(
            "status", {"success": "accepted", "error": "error"}, price="price", id="auth_code", reason="message"
        ),
        post=by_path(
            "status",
            {"success": "accepted", "re-ping": "reping", "duplicate": "duplicate", "error": "error"},
            price="price",
            id="lead_id",
            reason="message",
        ),
    ),
)
