"""The forms in which sellers tell ten platforms about a buyer: what each asks for, and in which words.

From the platforms' published documents. Where those do not say how a platform writes a field of the lead into a body,
`merge` is empty, and the card says so.
"""

from typing import Literal

import msgspec

from app.dialects.platforms.sending import Sending

Reads = Literal["path", "xpath", "regex"]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One platform. `dialect` is what it is answered in, empty where it takes anybody's words; `sends` how it sends.

    `merge` is its mark for a field of the lead, `ping_value` that for the ping's answer in the post, with `{}` for the
    name. `accept` names place and word apart where a bar parts them. What it calls things stands in the rest;
    `timeout` is what to choose, and why.
    """

    name: str
    title: str
    dialect: str
    reads: Reads
    sends: Sending = Sending()
    merge: str = ""
    ping_value: str = ""
    url: str = "URL"
    accept: str
    price: str
    id: str
    reason: str = ""
    duplicate: str = ""
    timeout: str
    notes: tuple[str, ...] = ()


_GENEROUS = "5 seconds: answers come within a third of one, and a longer wait only holds up your auction"

FORMS = (
    Form(
        name="leadexec",
        title="LeadExec",
        dialect="",
        reads="regex",
        url="Production URL",
        accept="Response settings: success search (regular expression)",
        price="Response settings: price (regular expression)",
        id="Response settings: ping reference (regular expression)",
        timeout="5 seconds, the shortest that it offers (it begins with 30)",
        notes=(
            "Delivery method: Ping/Post, content type JSON, authentication none, the key as a custom header.",
            "The testing URL takes the test endpoint.",
            "Retries of a post are safe: the same lead gets the same answer.",
        ),
    ),
    Form(
        name="leadconduit",
        title="LeadConduit",
        dialect="leadconduit",
        reads="path",
        merge="{{{{lead.{}}}}}",
        accept="outcome_search_path|outcome_search_term",
        price="price_path",
        id="reference_path",
        reason="reason_path",
        timeout="it sets its own",
        notes=(
            "Integration: Custom JSON. Map header.X-API-Key to your key, each line of the body as a JSON property.",
            "Where a field of your flow has another name than the one in braces, take yours.",
            "A recipient step for the ping, one for the post; the answer to the first is appended to the lead.",
            "A body of status 5xx is not read: it counts as an error, and the flow may try again.",
        ),
    ),
    Form(
        name="leadprosper",
        title="Lead Prosper",
        dialect="leadprosper",
        reads="path",
        merge="{{{{{}}}}}",
        ping_value="{{{{lp_ping_response:{}}}}}",
        url="Posting URL",
        accept="Response: ACCEPTED value",
        price="Response: price path",
        id="Response: token/ID path",
        duplicate="Response: DUPLICATED value",
        timeout=_GENEROUS,
        notes=(
            "Buyer type: Ping Post. Request type POST, payload type JSON; Content-Type is set by itself.",
            "The codes in braces are your campaign's fields: choose them from the list above the editor.",
        ),
    ),
    Form(
        name="cake",
        title="CAKE",
        dialect="",
        reads="regex",
        sends=Sending(key="api_key", form="form"),
        url="Post URL",
        accept="Buyer response: success text",
        price="Response token: Price Token",
        id="Response token: Session ID",
        timeout="5 seconds (left empty it is 20)",
        notes=(
            "Buyer contract, Delivery Method: Ping Post with POST; the ping's URL is another than the post's.",
            "Enter each line of the body under Post Fields: the name as Parameter, the value from your vertical.",
            "Where a token asks for the text around it instead of an expression, take what surrounds the parentheses.",
        ),
    ),
    Form(
        name="boberdoo",
        title="boberdoo",
        dialect="boberdoo",
        reads="xpath",
        accept="status",
        price="price",
        id="lead_id",
        reason="unmatched_reason",
        timeout=_GENEROUS,
        notes=(
            "One URL for both, with Mode=ping and Mode=post. SRC and TYPE may be what you like: we do not read TYPE.",
            "With Format=JSON the same answer comes as JSON in `response`.",
            "For consent by name use API_Action=pingPostConsent, and send the bid_id that the consumer agreed to.",
        ),
    ),
    Form(
        name="leadspedia",
        title="LeadsPedia",
        dialect="leadspedia",
        reads="path",
        accept="Success when",
        price="Price path",
        id="Ping ID path",
        reason="Error path",
        timeout=_GENEROUS,
        notes=("lp_campaign_id may be what you like: the key alone says who you are.",),
    ),
    Form(
        name="phonexa",
        title="Phonexa",
        dialect="phonexa",
        reads="path",
        accept="Accepted when",
        price="Price",
        id="Promise",
        reason="Reason",
        timeout=_GENEROUS,
        notes=(
            "Give these words to the Integration Builder, or to the staff who write your buyer's integration.",
            "Tests: testMode=1 is refused, testMode=1 with testSold=1 is sold.",
        ),
    ),
    Form(
        name="pingtree",
        title="Pingtree",
        dialect="",
        reads="path",
        accept="Accept flag",
        price="Bid amount",
        id="Ping ID",
        reason="Reject reason (optional)",
        timeout="Ping timeout: 1,000 ms or more",
        notes=("On a post that is refused it goes on to the next bidder by itself.",),
    ),
    Form(
        name="leadbyte",
        title="LeadByte",
        dialect="",
        reads="path",
        sends=Sending(key="api_key"),
        accept="Success field|Success value",
        price="Cost field, with your minimum",
        id="Captured value",
        timeout=_GENEROUS,
        notes=("Delivery: PingPost with JSON in and out.",),
    ),
    Form(
        name="juiced",
        title="Juiced",
        dialect="",
        reads="path",
        ping_value="response.{}",
        accept="Response mapping: accepted",
        price="Response mapping: price",
        id="Response mapping: id",
        timeout=_GENEROUS,
        notes=("The post takes the id as the merge field of the ping's response.",),
    ),
)
"""In the order in which they are shown."""
