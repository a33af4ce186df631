"""Each platform as a client: how it sends a lead is its dialect's, how it reads the answer its parsers'."""

import msgspec

from app.dialects.platforms.known import DIALECTS
from app.dialects.platforms.sending import Sending
from app.mock_exchange.conformance.parsers import Parser, Words, by_literals, by_path, leadconduit, leadconduit_pricing


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """By the name of a dialect, what the platform takes from the answers to a ping and to a post."""

    name: str
    ping: Parser
    post: Parser

    @property
    def sends(self) -> Sending:
        """How it sends a lead."""
        return DIALECTS[self.name].sends


_BOBERDOO = by_path(
    "status",
    {"Matched": "accepted", "Error": "error"},
    price="price",
    ping_id="lead_id",
    reason="unmatched_reason",
    root="response",
)
_LEADSPEDIA_WORDS: Words = {"Ping Accepted": "accepted", "Lead Accepted": "accepted", "Lead Duplicate": "duplicate"}

CLIENTS = {
    each.name: each
    for each in (
        Client(
            name="generic",
            ping=by_literals("ping_id"),
            post=by_literals("lead_id"),
        ),
        Client(
            name="leadconduit",
            ping=leadconduit,
            post=leadconduit,
        ),
        Client(name="leadconduit_pricing", ping=leadconduit_pricing, post=leadconduit),
        Client(
            name="boberdoo",
            ping=_BOBERDOO,
            post=_BOBERDOO,
        ),
        Client(
            name="leadspedia",
            ping=by_path("msg", _LEADSPEDIA_WORDS, price="price", ping_id="ping_id", reason="errors.0"),
            post=by_path("msg", _LEADSPEDIA_WORDS, price="price", ping_id="lead_id", reason="errors.0"),
        ),
        Client(
            name="phonexa",
            ping=by_path(
                "status", {"continue": "accepted", "error": "error"}, price="price", ping_id="promise", reason="reason"
            ),
            post=by_path(
                "status",
                {"sold": "accepted", "duplicate": "duplicate", "error": "error"},
                price="price",
                ping_id="id",
                reason="reason",
            ),
        ),
        Client(
            name="jangl",
            ping=by_path(
                "status",
                {"success": "accepted", "error": "error"},
                price="price",
                ping_id="auth_code",
                reason="message",
            ),
            post=by_path(
                "status",
                {"success": "accepted", "re-ping": "reping", "duplicate": "duplicate", "error": "error"},
                price="price",
                ping_id="lead_id",
                reason="message",
            ),
        ),
        Client(
            name="px",
            ping=by_path("Success", {"true": "accepted"}, price="Payout", ping_id="TransactionId", reason="Message"),
            post=by_path("Success", {"true": "accepted"}, price="Payout", ping_id="LeadId", reason="Message"),
        ),
        Client(
            name="leadprosper",
            ping=by_path(
                "status",
                {"ACCEPTED": "accepted", "DUPLICATED": "duplicate", "ERROR": "error"},
                price="bids.0.payout",
                ping_id="ping_id",
                reason="message",
            ),
            post=by_path(
                "status",
                {"ACCEPTED": "accepted", "DUPLICATED": "duplicate", "ERROR": "error"},
                price="payout",
                ping_id="lead_id",
                reason="message",
            ),
        ),
        Client(
            name="legs",
            ping=by_path("code", {"1": "accepted", "-2": "error"}, price="payout", ping_id="lead", reason="comment"),
            post=by_path("code", {"1": "accepted", "-2": "error"}, price="payout", ping_id="id", reason="comment"),
        ),
    )
}
"""By the name of the dialect."""
