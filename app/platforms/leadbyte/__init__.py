"""LeadByte, which follows paths in any buyer's answer."""

from app.dialects.sending import Sending
from app.platforms.platform import FeedbackForm, Platform, SetupForm

PLATFORM = Platform(
    name="leadbyte",
    title="LeadByte",
    form=SetupForm(
        paths="path",
        sends=Sending(key="api_key"),
        accept="Success field|Success value",
        price="Cost field, with your minimum",
        id="Captured value",
        notes=("Delivery: PingPost with JSON in and out.",),
    ),
    feedback=FeedbackForm(
        events=("return",),
        fields={"leadId": "seller_lead_id", "reason": "feedback.code"},
        codes={"duplicate": "DUPE", "no_consent": "DNCC"},
    ),
)
