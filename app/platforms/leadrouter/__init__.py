"""Lead Router, also as iSCALE: bids by `accepted`, and delivers a lead as its HTTP status says."""

from app.platforms.leadrouter.dialect import DIALECT
from app.platforms.leadrouter.parser import parse_ping, parse_post
from app.platforms.platform import FeedbackForm, Parsers, Platform, SetupForm

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(ping=parse_ping, post=parse_post),
    form=SetupForm(
        paths="path",
        merge="{{{{{}}}}}",
        url="url (deliveryConfig)",
        accept="accepted",
        price="bid",
        id="pingId",
        reason="reason",
        timeout="set by Lead Router",
        notes=(
            "Contract: pricingModel = ping_post. Enter the post's URL, headers and body as its deliveryConfig.",
            "Map our answer's pingId into the post. Your own pingId finds the bid too, unless we were restarted since.",
            "Lead Router bills every delivery that is answered 2xx: a lead that we refuse is answered 400, 409 or 422.",
        ),
    ),
    feedback=FeedbackForm(
        events=("return", "contacted", "qualified", "sold", "invalid", "opted_out"),
        fields={"leadId": "seller_lead_id", "type": "feedback.type", "reason": "feedback.code"},
        codes={
            "contacted": "contacted",
            "qualified": "qualified",
            "sold": "converted",
            "invalid": "bad_data",
            "opted_out": "not_interested",
            "invalid_phone": "bad_data",
            "invalid_email": "bad_data",
            "fraud": "bad_data",
            "duplicate": "duplicate",
        },
    ),
)
