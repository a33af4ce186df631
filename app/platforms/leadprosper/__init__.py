"""Lead Prosper."""

from app.platforms.leadprosper.dialect import DIALECT
from app.platforms.parsers import Words, by_path
from app.platforms.platform import FeedbackForm, Parsers, Platform, SetupForm

_WORDS: Words = {"ACCEPTED": "accepted", "DUPLICATED": "duplicate", "ERROR": "error"}

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(
        ping=by_path("status", _WORDS, price="bids.0.payout", id="ping_id", reason="message"),
        post=by_path("status", _WORDS, price="payout", id="lead_id", reason="message"),
    ),
    form=SetupForm(
        paths="path",
        merge="{{{{{}}}}}",
        ping_value="{{{{lp_ping_response:{}}}}}",
        url="Posting URL",
        accept="Response: ACCEPTED value",
        price="Response: price path",
        id="Response: token/ID path",
        duplicate="Response: DUPLICATED value",
        notes=(
            "Buyer type: Ping Post. Request type: POST. Payload type: JSON, which sets Content-Type by itself.",
            "The codes in braces are your campaign's fields: choose them from the list above the editor.",
        ),
    ),
    feedback=FeedbackForm(
        events=("return",),
        fields={"lead_id": "seller_lead_id", "reason": "feedback.code"},
    ),
)
