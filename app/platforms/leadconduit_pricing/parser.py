"""What LeadConduit takes from its external pricing service."""

import re

from app.platforms.parsers import body_of, text_of, unread_status
from app.platforms.platform import ParsedAnswer, ReceivedAnswer

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def parse_price(answer: ReceivedAnswer) -> ParsedAnswer:
    """Nothing but a price is taken from a pricing service, and a flow without one goes on at its fallback price."""
    if not 200 <= answer.status < 300:
        return unread_status(answer)
    body = body_of(answer)
    if isinstance(body, ParsedAnswer):
        return body
    price = text_of(body.get("price"))
    if not _NUMBER.fullmatch(price):
        return ParsedAnswer(outcome="unreadable", reason="no price")
    return ParsedAnswer(
        outcome="accepted" if float(price) > 0 else "refused",
        price=price,
        id=text_of(body.get("reference")),
        reason=text_of(body.get("reason")),
    )
