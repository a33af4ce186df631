"""Jangl's answers, also Standard Information's: an `auth_code` for the bid, and `re-ping` if the bid has expired."""

from app.dialects.dialect import Dialect, Price
from app.dialects.sending import Sending
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

_POSTED = {
    "accepted": "success",
    "duplicate": "duplicate",
    "rejected": "denied",
    "reping": "re-ping",
    "error": "error",
}


def _ping(answer: PingAnswer, price: Price) -> Body:
    if not answer.bids:
        status = "error" if answer.status == "error" else "failure"
        return {"status": status, "price": 0, "message": plain(answer.reason)}
    return {
        "status": "success",
        "auth_code": plain(answer.ping_id),
        "price": price(answer.bids[0].price_cents),
        "expires_in": answer.expires_in,
    }


def _post(answer: PostAnswer, price: Price) -> Body:
    sold = answer.status == "accepted"
    return {
        "status": _POSTED[answer.status],
        "lead_id": plain(answer.lead_id),
        "auth_code": plain(answer.ping_id),
        "price": price(answer.price_cents if sold else 0),
        "message": plain(answer.reason),
    }


_SENDS = Sending(
    id="auth_code",
    key="Authorization",
    groups=True,
    names={
        "created_at": "meta.originally_created",
        "leadid_token": "meta.lead_id_code",
        "trustedform_cert_url": "meta.trusted_form_cert_url",
        "user_agent": "meta.user_agent",
        "landing_page": "meta.landing_page_url",
        "tcpa_consent": "meta.tcpa_compliant",
        "tcpa_text": "meta.tcpa_consent_text",
        "zip": "contact.zip_code",
        "state": "contact.state",
        "ip_address": "contact.ip_address",
        "first_name": "contact.first_name",
        "last_name": "contact.last_name",
        "phone": "contact.phone",
        "email": "contact.email",
        "address": "contact.address",
        "city": "contact.city",
    },
)

DIALECT = Dialect(
    name="jangl",
    title="Jangl and Standard Information",
    ping=_ping,
    post=_post,
    root="response",
    sends=_SENDS,
)
