"""Answers in JSON, and what all providers that give them have in common: what is trouble, and whose."""

from typing import Any, Literal

import msgspec

from app.certificates.provider import ANSWER_BYTES_MAX, ProviderAnswer, Reaction, is_transport_trouble
from app.domain.checks.check import Check
from app.outbound.message import OutboundRequest

_OUR_ACCOUNT = (401, 402, 403)


def document_of(answered: ProviderAnswer) -> Any:
    """The table or the list that an answer is; an empty table where it is none, or is no success."""
    if answered.why_not or answered.answer.trouble or answered.answer.status != 200:
        return {}
    try:
        body = msgspec.json.decode(answered.answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return body if isinstance(body, (dict, list)) else {}


def reaction_to(check: Check, answered: ProviderAnswer, *, is_answer: bool) -> Reaction:
    """Trouble with our account is ours, trouble on the way passes; what says nothing is not kept.

    A request that the provider cannot read (a 4xx) is about one lead: no seller can shut a provider off with it.
    """
    answer = answered.answer
    if answered.why_not:
        return Reaction()
    if answer.status in _OUR_ACCOUNT and not answer.trouble:
        return Reaction(our_fault=f"`{check.provider}` does not take our account (HTTP {answer.status})")
    if is_transport_trouble(answer):
        return Reaction(failed=True)
    if is_answer:
        return Reaction(keep_s=check.cache_s)
    return Reaction(failed=answer.status < 400)


def json_request(
    check: Check, method: Literal["GET", "POST"], url: str, headers: dict[str, str], body: bytes = b""
) -> OutboundRequest:
    """A request whose answer is to be JSON."""
    more = {"content-type": "application/json"} if body else {}
    return OutboundRequest(
        method=method,
        url=url,
        headers={"accept": "application/json", **more, **headers},
        body=body,
        timeout_s=1.0,
        body_bytes_max=ANSWER_BYTES_MAX,
        private_hosts=frozenset(check.private_hosts),
    )
