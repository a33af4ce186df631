"""boberdoo's answers: `Matched`, `Unmatched` or `Error` in a `response`, the bid's id as `lead_id`; XML by default."""

from collections.abc import Mapping
from html import escape

from msgspec.structs import replace

from app.dialects.dialect import Dialect, Price
from app.dialects.sending import Sending
from app.dialects.text import Scalar, alike, flagged, text_of
from app.dialects.written import Body, names_of, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer


def _ping(answer: PingAnswer, price: Price) -> Body:
    if not answer.bids:
        return _refused(answer.status, answer.ping_id, answer.reason)
    best = answer.bids[0]
    return {
        "status": "Matched",
        "lead_id": plain(answer.ping_id),
        "price": price(best.price_cents),
        "total_bids": len(answer.bids),
        "best_bid": price(best.price_cents),
        "bids": [
            {
                "bid_id": plain(bid.bid_id),
                "seller_id": plain(bid.brand),
                "seller_company_name": plain(bid.brand),
                "seller_lead_bid": price(bid.price_cents),
            }
            for bid in answer.bids
        ],
    }


def _post(answer: PostAnswer, price: Price) -> Body:
    if answer.status != "accepted":
        return _refused(answer.status, answer.ping_id, answer.reason)
    return {"status": "Matched", "lead_id": plain(answer.lead_id), "price": price(answer.price_cents)}


def _refused(status: str, lead_id: str, reason: str) -> Body:
    if status == "error":
        return {"status": "Error", "error": plain(reason)}
    return {"status": "Unmatched", "lead_id": plain(lead_id), "unmatched_reason": plain(reason)}


def _consent_ping(answer: PingAnswer, price: Price) -> Body:
    """`pingPostConsent`: the consumer is shown each bid's text and chooses whose it agrees to."""
    body = _ping(answer, price)
    if answer.bids:
        named = zip(body["bids"], answer.bids, strict=True)
        body = {**body, "bids": [{**bid, "seller_html": f"<p>{escape(each.brand)}</p>"} for bid, each in named]}
    return body


def _consent_post(answer: PostAnswer, price: Price) -> Body:
    body = _post(answer, price)
    return {**body, "bid_id": plain(answer.ping_id)} if answer.status == "accepted" else body


def _with_cost(body: Body) -> Body:
    """`Return_Lead_Cost` asks for what the lead costs us, which is our price, as `cost`."""
    return {**body, "cost": body["price"]} if "price" in body else body


def _costed(dialect: Dialect) -> Dialect:
    return replace(
        dialect,
        ping=lambda answer, price: _with_cost(names_of(dialect.ping(answer, price))),
        post=lambda answer, price: _with_cost(dialect.post(answer, price)),
    )


def _requested_outcome(fields: Mapping[str, Scalar]) -> str:
    """`Test_Lead` alone is matched."""
    return "bid" if flagged(fields, "testlead") else ""


def _variant(fields: Mapping[str, Scalar]) -> Dialect | None:
    # Of every ping's fields only those that end so are looked at closely.
    named = [key for key in fields if key[-6:].lower() == "action" and alike(key.rpartition(".")[2]) == "apiaction"]
    by_consent = any(alike(text_of(fields[key])) == "pingpostconsent" for key in named)
    by_cost = any(key[-4:].lower() == "cost" for key in fields) and flagged(fields, "returnleadcost")
    return _VARIANTS[by_consent, by_cost]


_SENDS = Sending(
    id="Lead_ID",
    key="Key",
    form="form",
    one_endpoint=True,
    campaign="TYPE",
    always={"API_Action": "pingPostLead", "SRC": "web", "TYPE": "21", "Return_Best_Price": "1"},
    modes={"ping": {"Mode": "ping"}, "post": {"Mode": "post"}},
    names={
        "zip": "Zip",
        "state": "State",
        "first_name": "First_Name",
        "last_name": "Last_Name",
        "phone": "Primary_Phone",
        "email": "Email",
        "address": "Address",
        "city": "City",
        "trustedform_cert_url": "Trusted_Form_URL",
        "leadid_token": "LeadiD_Token",
        "tcpa_consent": "TCPA_Consent",
        "tcpa_text": "TCPA_Language",
        "landing_page": "Landing_Page",
        "ip_address": "IP_Address",
        "user_agent": "User_Agent",
    },
)

DIALECT = Dialect(
    name="boberdoo",
    title="boberdoo",
    ping=_ping,
    post=_post,
    format="xml",
    root="response",
    wrapped=True,
    guarded=False,
    sends=_SENDS,
    requested_outcome=_requested_outcome,
    variant=_variant,
)
CONSENT = replace(DIALECT, ping=_consent_ping, post=_consent_post)
"""The same platform where the consumer agrees to one buyer by name."""

_VARIANTS = {
    (False, False): None,
    (False, True): _costed(DIALECT),
    (True, False): CONSENT,
    (True, True): _costed(CONSENT),
}
"""By whether bids are by consent, and whether the lead's cost is asked for."""
