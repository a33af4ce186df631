"""boberdoo: one URL for both requests, XML unless asked for JSON."""

from app.platforms.boberdoo.dialect import DIALECT
from app.platforms.parsers import by_path
from app.platforms.platform import FeedbackForm, Parsers, Platform, SetupForm

_PARSE = by_path(
    "status",
    {"Matched": "accepted", "Error": "error"},
    price="price",
    id="lead_id",
    reason="unmatched_reason",
    root="response",
)

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(ping=_PARSE, post=_PARSE),
    form=SetupForm(
        paths="xpath",
        accept="status",
        price="price",
        id="lead_id",
        reason="unmatched_reason",
        notes=(
            "One URL serves both, with Mode=ping and Mode=post. SRC may be anything.",
            "Add Format=JSON to get the same answer as JSON in `response`.",
            "Return_Lead_Cost=1 repeats the price as `cost`.",
            "For consent by name, use API_Action=pingPostConsent and send the bid_id that the consumer agreed to.",
        ),
    ),
    feedback=FeedbackForm(
        events=("return",),
        fields={"lead_id": "seller_lead_id", "reason": "feedback.code", "comment": "feedback.text"},
    ),
)
