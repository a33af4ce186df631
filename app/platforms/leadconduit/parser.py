"""LeadConduit's own reading of an answer, after the code of its Custom JSON integration."""

from app.platforms.parsers import SALE_IN_REFUSAL, Words, body_of, text_of, value_at
from app.platforms.platform import ParsedAnswer, ReceivedAnswer

_WORDS: Words = {"success": "accepted", "failure": "refused", "error": "error"}


def parse(answer: ReceivedAnswer) -> ParsedAnswer:
    """A 5xx is not read; a body is read by its Content-Type; `success` is searched in the lower-cased body too."""
    if answer.status >= 500:
        return ParsedAnswer(outcome="error", reason="server error")
    if not answer.content_type:
        return ParsedAnswer(outcome="error", reason="no Content-Type")
    body = body_of(answer)
    if isinstance(body, ParsedAnswer):
        return body
    outcome = str(body.get("outcome", ""))
    if outcome not in _WORDS:
        return ParsedAnswer(outcome="error", reason="no outcome")
    if ("success" in answer.body.decode(errors="replace").lower()) != (outcome == "success"):
        return SALE_IN_REFUSAL
    return ParsedAnswer(
        outcome=_WORDS[outcome],
        price=text_of(body.get("price")),
        id=text_of(value_at(body, "lead.id") or body.get("reference")),
        reason=text_of(body.get("reason")),
    )
