"""Examples of the published description: a lead this buyer could want, and answers as the endpoints write them."""

from typing import Any

import msgspec

from app.dialects.answers import write_ping_answer, write_post_answer, write_receipt
from app.dialects.written import Format
from app.domain.answers import refused_ping, refused_post, refused_receipt, sale_answer
from app.domain.calendar import utc_text
from app.domain.catalogue import Catalogue
from app.domain.reasons import Refusal
from app.domain.vertical import Vertical
from app.instructions.example_lead import value_of
from app.wire.feedback import Receipt
from app.wire.ping import Bid, PingAnswer
from app.wire.post import PostAnswer

Answer = PingAnswer | PostAnswer | Receipt

_TOKEN = "AQEAZ1f3mAAACF4kq1d2Jt0o2f0v3mXq9sB1c7dE5fG6hI8jK0lM2nO4pQ6rS8tU"  # noqa: S105 - an example, signed by nobody
_LINE = "5f0c3a9b1e7d2468ace02b4d"
_LEAD = "9d41c0a7e5b32f6880aa1c24"
_PINGED_AT = 1_795_273_260
_LIFETIME_S = 120
_PRICE_CENTS = 1250

BID = PingAnswer(
    status="accepted",
    ping_id=_TOKEN,
    bids=(Bid(bid_id=_TOKEN, type="exclusive", price_cents=_PRICE_CENTS, brand="Your brand"),),
    expires_in=_LIFETIME_S,
    expires_at=_PINGED_AT + _LIFETIME_S,
)
BOUGHT = sale_answer(_TOKEN, _LEAD, _PRICE_CENTS)
RECORDED = {"recorded": Receipt(status="recorded")}
REPEATED = {"repeated": Receipt(status="repeated")}


def no_bid(code: str) -> PingAnswer:
    """The answer to a ping refused for this reason."""
    return refused_ping(_refusal(code), None, _LINE)


def not_bought(code: str) -> PostAnswer:
    """The answer to a post refused for this reason."""
    return refused_post(_refusal(code), None, _TOKEN)


def not_taken(code: str) -> Receipt:
    """The answer to a report refused for this reason."""
    return refused_receipt(_refusal(code))


def written(answer: Answer, form: Format) -> msgspec.Raw | str:
    """An answer as its endpoint writes it; JSON keeps its very digits."""
    if isinstance(answer, PingAnswer):
        text = write_ping_answer(answer, form)
    elif isinstance(answer, PostAnswer):
        text = write_post_answer(answer, form)
    else:
        text = write_receipt(answer, form)
    return msgspec.Raw(text) if form == "json" else text.decode()


def sent_examples(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """One request of each kind that this buyer understands, by the name of its schema."""
    vertical = next(iter(catalogue.verticals.values()))
    ping = _ping(vertical)
    return {
        "Ping": {**ping, "lead_type": "any", "min_price": 4.25},
        "Post": _post(ping, vertical, (*catalogue.buyer.brands, catalogue.buyer.legal_name)[0]),
        "Notice": {"ping_id": _TOKEN, "result": "lost", "price": 14.25},
        "ReturnReply": {"answer": "yes"},
        "Return": {"reason": "invalid_phone", "why": "rings at a fax"},
        "Outcome": {"lead_id": _LEAD, "event": "sold", "value": 310.0, "event_id": "crm-77-3", "source": "crm"},
        "Demand": {"open": 12, "expected": 30},
        "Pause": {"why": "the crew is booked out"},
        "Mute": {"why": "the new CRM is known to be slow", "target": "crm"},
        "Boost": {"premium": 4.0, "until": utc_text(_PINGED_AT + 2 * 86_400), "why": "spring campaign"},
        "Limit": {"limit": 60, "why": "two more agents this week"},
        "Suppression": {"phone": "512-867-5309", "why": "asked us to stop"},
        "Signal": {"premium": 6.0, "cause": "hailstorm", "until": utc_text(_PINGED_AT + 2 * 86_400)},
    }


def _refusal(code: str) -> Refusal:
    details = {"missing_field": "zip", "invalid_field": "zip: five digits", "rate_limited": "0.4 s"}
    details |= {"closed_hours": "2026-11-23 08:00", "consent_missing": "tcpa_text", "invalid_contact": "phone"}
    return Refusal(code, details.get(code, ""))


def _ping(vertical: Vertical) -> dict[str, Any]:
    return {
        "vertical": vertical.name,
        "zip": "78701",
        "state": "TX",
        "seller_lead_id": "A-1001",
        "sub_id": "search-7",
        "created_at": utc_text(_PINGED_AT - 60),
        "tcpa_consent": True,
        "trustedform_cert_url": "https://cert.trustedform.com/0123456789abcdef0123456789abcdef01234567",
        **{field.name: value_of(field) for field in vertical.fields if field.known_at_ping},
    }


def _post(ping: dict[str, Any], vertical: Vertical, brand: str) -> dict[str, Any]:
    topic = (*vertical.consent_words, vertical.title)[0]
    return {
        **ping,
        "ping_id": _TOKEN,
        "first_name": "Maria",
        "last_name": "Lopez",
        "phone": "5124612234",
        "email": "maria.lopez@mail-fairmont.net",
        "tcpa_text": f"I agree that {brand} may call and text me about {topic} at the number I gave.",
        **{field.name: value_of(field) for field in vertical.fields},
    }
