"""An exchange with a provider as it is kept: verbatim but for our secrets, since no provider keeps a log."""

import base64
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

import msgspec

from app.certificates.provider import ProviderAnswer

HIDDEN = "[secret]"
_SECRET_HEADERS = frozenset({"authorization", "x-api-key", "loginid"})


class ProviderExchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request and its answer. A body that is no UTF-8 is base64; `trouble` says why there was no answer.

    `asked_at` is UTC epoch seconds. A question that was not sent has only `why_not`.
    """

    check: str
    operation: str
    asked_at: float
    why_not: str = ""
    method: str = ""
    url: str = ""
    request_headers: dict[str, str] = {}
    request: str = ""
    status: int = 0
    trouble: str = ""
    response_headers: dict[str, str] = {}
    response: str = ""
    response_base64: str = ""
    took_ms: float = 0.0

    def __repr__(self) -> str:
        return f"ProviderExchange({self.operation!r}, {self.status}, ***)"

    __str__ = __repr__


def exchange_of(check: str, answered: ProviderAnswer, secrets: Iterable[str]) -> ProviderExchange:
    """The exchange, with each of our secrets taken out wherever it stands."""
    sent, answer = answered.asking.request, answered.answer
    if answered.why_not:
        return ProviderExchange(
            check=check, operation=answered.asking.operation, asked_at=answered.asked_at, why_not=answered.why_not
        )
    # In an address a secret may stand in another form than its own.
    texts = [form for text in secrets if text for form in dict.fromkeys((text, quote(text, safe=""), quote_plus(text)))]
    text, encoded = _text(answer.body)
    return ProviderExchange(
        check=check,
        operation=answered.asking.operation,
        asked_at=answered.asked_at,
        method=sent.method,
        url=_without(sent.url, texts),
        request_headers={
            name: HIDDEN if name in _SECRET_HEADERS else _without(value, texts) for name, value in sent.headers.items()
        },
        request=_without(sent.body.decode(errors="replace"), texts),
        status=answer.status,
        trouble=answer.trouble,
        response_headers=dict(answer.headers),
        response=text,
        response_base64=encoded,
        took_ms=round(answer.took_s * 1000.0, 1),
    )


def _text(body: bytes) -> tuple[str, str]:
    try:
        return body.decode(), ""
    except UnicodeDecodeError:
        return "", base64.b64encode(body).decode()


def _without(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text
