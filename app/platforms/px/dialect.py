"""PX's answers: `Success` as a boolean, a `TransactionId` that the post repeats, the price as `Payout`."""

from app.dialects.dialect import Dialect, Price
from app.dialects.sending import Sending
from app.dialects.written import Body, plain
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer


def _ping(answer: PingAnswer, price: Price) -> Body:
    bids = answer.bids
    return {
        "TransactionId": plain(answer.ping_id),
        "Success": bool(bids),
        "Payout": price(bids[0].price_cents if bids else 0),
        "Message": "" if bids else plain(answer.reason),
        "Errors": [plain(answer.reason)] if answer.status == "error" else [],
        "Sold": False,
    }


def _post(answer: PostAnswer, price: Price) -> Body:
    sold = answer.status == "accepted"
    return {
        "TransactionId": plain(answer.ping_id),
        "Success": sold,
        "Payout": price(answer.price_cents if sold else 0),
        "Message": plain(answer.reason),
        "Errors": [plain(answer.reason)] if answer.status == "error" else [],
        "Sold": sold,
        "LeadId": plain(answer.lead_id),
    }


_SENDS = Sending(
    id="TransactionId",
    key="ApiToken",
    groups=True,
    names={
        "vertical": "Vertical",
        "leadid_token": "JornayaLeadId",
        "trustedform_cert_url": "TrustedForm",
        "tcpa_text": "TcpaText",
        "landing_page": "OriginalUrl",
        "user_agent": "UserAgent",
        "zip": "ContactData.ZipCode",
        "state": "ContactData.State",
        "ip_address": "ContactData.IpAddress",
        "first_name": "ContactData.FirstName",
        "last_name": "ContactData.LastName",
        "phone": "ContactData.PhoneNumber",
        "email": "ContactData.EmailAddress",
        "address": "ContactData.Address",
        "city": "ContactData.City",
    },
)

DIALECT = Dialect(
    name="px",
    title="PX",
    ping=_ping,
    post=_post,
    root="Response",
    guarded=False,
    sends=_SENDS,
)
