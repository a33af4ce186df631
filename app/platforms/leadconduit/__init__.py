"""LeadConduit, by its Custom JSON integration."""

from app.platforms.leadconduit.dialect import DIALECT
from app.platforms.leadconduit.parser import parse
from app.platforms.platform import FeedbackForm, Parsers, Platform, SetupForm

PLATFORM = Platform(
    name=DIALECT.name,
    title=DIALECT.title,
    dialect=DIALECT,
    parsers=Parsers(ping=parse, post=parse),
    form=SetupForm(
        paths="path",
        merge="{{{{lead.{}}}}}",
        accept="outcome_search_path|outcome_search_term",
        price="price_path",
        id="reference_path",
        reason="reason_path",
        timeout="set by LeadConduit",
        notes=(
            "Integration: Custom JSON. Map header.X-API-Key to your key, and each line of the body as a JSON property.",
            "LeadConduit keeps xxTrustedFormCertUrl, and on a ping xxTrustedFormPingUrl, as trustedform_cert_url.",
            "If a field of your flow has another name than the one in braces, use yours.",
            "Add one recipient step for the ping and one for the post. The answer to the ping is appended to the lead.",
            "LeadConduit does not read the body of a 5xx: it counts as an error, and the flow may try again.",
        ),
    ),
    feedback=FeedbackForm(
        events=("return", "sold"),
        fields={"event_id": "seller_lead_id", "type": "feedback.type", "reason": "feedback.code"},
    ),
)
