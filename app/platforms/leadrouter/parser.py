"""Lead Router's own reading: the boolean of a bid; of a delivery its status, beside what the body says."""

from app.platforms.parsers import body_of, text_of, unread_status
from app.platforms.platform import ParsedAnswer, ParsedOutcome, ReceivedAnswer


def parse_ping(answer: ReceivedAnswer) -> ParsedAnswer:
    """A bid is accepted or it is not; a body of a status other than 2xx is not read."""
    return _parsed(answer, "pingId") if 200 <= answer.status < 300 else unread_status(answer)


def parse_post(answer: ReceivedAnswer) -> ParsedAnswer:
    """A delivery is billed by its status, so that a 2xx which says no is worse than an error."""
    if answer.status in (401, 403, 404, 405, 429) or answer.status >= 500:
        return unread_status(answer)
    parsed = _parsed(answer, "leadId")
    if parsed.outcome == "accepted" and not 200 <= answer.status < 300:
        return ParsedAnswer(outcome="unreadable", reason=f"a sale under HTTP {answer.status}")
    return parsed


def _parsed(answer: ReceivedAnswer, id_name: str) -> ParsedAnswer:
    body = body_of(answer)
    if isinstance(body, ParsedAnswer):
        return body
    word = text_of(body.get("accepted"))
    if word not in ("true", "false"):
        return ParsedAnswer(outcome="unreadable", reason="no accepted")
    outcome: ParsedOutcome = "accepted" if word == "true" else "refused"
    return ParsedAnswer(
        outcome=outcome,
        price=text_of(body.get("bid")),
        id=text_of(body.get(id_name)),
        reason=text_of(body.get("reason")),
    )
