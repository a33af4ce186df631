"""Lead Router's answers: `accepted` as a boolean, the price as `bid`, and no 2xx for a lead that is refused."""

from app.dialects.dialect import Dialect, Price
from app.dialects.sending import Sending
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer


def _ping(answer: PingAnswer, price: Price) -> Body:
    if not answer.bids:
        return {"pingId": plain(answer.ping_id), "accepted": False, "reason": plain(answer.reason)}
    return {"pingId": plain(answer.ping_id), "bid": price(answer.bids[0].price_cents), "accepted": True}


def _post(answer: PostAnswer, price: Price) -> Body:
    sold = answer.status == "accepted"
    return {
        "pingId": plain(answer.ping_id),
        "leadId": plain(answer.lead_id),
        "bid": price(answer.price_cents if sold else 0),
        "accepted": sold,
        "reason": plain(answer.reason),
    }


_SENDS = Sending(
    id="pingId",
    numbers_pings=True,
    names={
        "zip": "zipCode",
        "homeowner": "homeOwner",
        "monthly_bill": "utilityBill",
        "first_name": "firstName",
        "last_name": "lastName",
        "ip_address": "ipAddress",
        "landing_page": "landingPageUrl",
        "trustedform_cert_url": "trustedFormCertUrl",
        "leadid_token": "jornayaLeadId",
        "tcpa_text": "tcpaText",
        "tcpa_consent": "tcpaConsent",
        "created_at": "createdAt",
        "user_agent": "userAgent",
    },
)

DIALECT = Dialect(
    name="leadrouter",
    title="Lead Router",
    ping=_ping,
    post=_post,
    root="response",
    guarded=False,
    strict=True,
    sends=_SENDS,
)
