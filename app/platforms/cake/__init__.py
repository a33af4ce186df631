"""CAKE, which searches any buyer's answer for texts and tokens."""

from app.dialects.sending import Sending
from app.platforms.platform import Platform, SetupForm

PLATFORM = Platform(
    name="cake",
    title="CAKE",
    form=SetupForm(
        paths="regex",
        sends=Sending(key="api_key", form="form", campaign="ckm_campaign_id"),
        url="Post URL",
        accept="Buyer response: success text",
        price="Response token: Price Token",
        id="Response token: Session ID",
        timeout="5 seconds (the default is 20)",
        notes=(
            "Buyer contract, Delivery Method: Ping Post with POST. The ping and the post have different URLs.",
            "Enter each line of the body under Post Fields: the name as Parameter, the value from your vertical.",
            "If a token asks for the text around it instead of an expression, enter what surrounds the parentheses.",
        ),
    ),
)
