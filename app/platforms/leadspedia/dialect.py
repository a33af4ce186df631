"""LeadsPedia's answers: a `result`, a `msg` such as `Ping Accepted`, the bid's id as `ping_id`."""

from app.dialects.dialect import Dialect, Price
from app.dialects.sending import Sending
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer


def _ping(answer: PingAnswer, price: Price) -> Body:
    if not answer.bids:
        return _refused("Ping", answer.status, answer.ping_id, answer.reason)
    return {
        "result": "success",
        "msg": "Ping Accepted",
        "ping_id": plain(answer.ping_id),
        "price": price(answer.bids[0].price_cents),
    }


def _post(answer: PostAnswer, price: Price) -> Body:
    if answer.status != "accepted":
        return _refused("Lead", answer.status, answer.ping_id, answer.reason)
    return {
        "result": "success",
        "msg": "Lead Accepted",
        "lead_id": plain(answer.lead_id),
        "ping_id": plain(answer.ping_id),
        "price": price(answer.price_cents),
    }


def _refused(what: str, status: str, ping_id: str, reason: str) -> Body:
    verb = {"duplicate": "Duplicate", "error": "Error"}.get(status, "Rejected")
    return {
        "result": "error" if status == "error" else "failed",
        "msg": f"{what} {verb}",
        "ping_id": plain(ping_id),
        "price": 0,
        "errors": [plain(reason)],
    }


_SENDS = Sending(
    id="lp_ping_id",
    key="lp_campaign_key",
    form="form",
    campaign="lp_campaign_id",
    always={"lp_campaign_id": "60a1", "lp_response": "JSON"},
    names={
        "zip": "zip_code",
        "phone": "phone_home",
        "email": "email_address",
        "leadid_token": "universal_lead_id",
        "trustedform_cert_url": "trusted_form_cert_url",
        "seller_lead_id": "vendor_lead_id",
        "landing_page": "url",
    },
)

DIALECT = Dialect(
    name="leadspedia",
    title="LeadsPedia",
    ping=_ping,
    post=_post,
    root="response",
    sends=_SENDS,
)
