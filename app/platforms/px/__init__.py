"""PX."""

from app.platforms.parsers import Words, by_path
from app.platforms.platform import FeedbackForm, Parsers, Platform
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
    feedback=FeedbackForm(
        events=("not_contacted", "contacted", "qualified", "quoted", "sold"),
        fields={"leadGuid": "seller_lead_id", "dispositionStatus": "feedback.code"},
        codes={"not_contacted": "0", "contacted": "1", "qualified": "2", "quoted": "3", "sold": "5"},
    ),
)
