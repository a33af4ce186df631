"""Our answers in a seller's dialect: bytes that are safe for parsers which only search for words, and HTTP statuses."""

import re
from collections.abc import Sequence

from app.dialects.dialect import Dialect, Price
from app.dialects.own_words import GENERIC
from app.dialects.written import AnyBody, Body, Format, names_of, plain, price, write
from app.domain.reasons import ACCEPT_WORDS
from app.domain.seller import Statuses
from app.wire.feedback import Receipt
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

ORIGINAL = "X-Original-Status-Code"
"""Where the true code stands for a seller that is always told 200."""

_FAULTS = {"auth_failed": 401, "rate_limited": 429, "internal": 503}
"""What is no answer of business; every other ping is answered 200, and every other post that is not bought."""

_STRICT = {"missing_field": 400, "invalid_field": 400, "duplicate": 409}
"""What HTTP says of a refused post to a seller that goes by its codes; every other refusal is 422."""

_TEST = {"test": True}
"""Stands in a bid and in a sale of a test. A refusal may not hold that word, and nothing is bought by it anyway."""

OUTBOUND_MESSAGE = b"http://soap.sforce.com/2005/09/outbound"
"""The namespace in which Salesforce reports that a record changed."""

OUTBOUND_MESSAGE_TAKEN = (
    b'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
    b'<soapenv:Body><notificationsResponse xmlns="%b"><Ack>true</Ack></notificationsResponse></soapenv:Body>'
    b"</soapenv:Envelope>" % OUTBOUND_MESSAGE
)

_NOT_TAKEN = ("rejected", "error")
_OK = re.compile(r"\bok\b")


def write_ping_answer(
    answer: PingAnswer, form: Format, dialect: Dialect = GENERIC, money: Price = price, *, id_key: str = ""
) -> bytes:
    """The answer to a ping, with the bid's id under `id_key` too where a seller names one."""
    body = dialect.ping(answer, money)
    if id_key:
        body = {**names_of(body), id_key: answer.ping_id if answer.bids else ""}
    if answer.test and answer.bids:
        body = {**names_of(body), **_TEST}
    return _wrapped(dialect, body, form) if answer.bids else _refusing(dialect, body, form)


def write_post_answer(answer: PostAnswer, form: Format, dialect: Dialect = GENERIC, money: Price = price) -> bytes:
    """The answer to a post."""
    body, sold = dialect.post(answer, money), answer.status == "accepted"
    if not sold:
        return _refusing(dialect, body, form)
    return _wrapped(dialect, {**body, **_TEST} if answer.test else body, form)


def write_receipt(receipt: Receipt, form: Format, *, to_operator: bool = False) -> bytes:
    """The answer to a notice, an outcome, a demand or a signal: in our own words to everybody.

    An operator reads the words themselves: no platform looks in them for one that means a sale.
    """
    write_body = _refusing if receipt.status in _NOT_TAKEN and not to_operator else _wrapped
    return write_body(GENERIC, _receipt(receipt), form)


def write_receipts(receipts: Sequence[Receipt], form: Format, *, to_operator: bool = False) -> bytes:
    """The answer to several reports at once: one for all, then that of each, in their order."""
    whole, each = _receipt(summed_up(receipts)), [_receipt(receipt) for receipt in receipts]
    write_body = _refusing if summed_up(receipts).status in _NOT_TAKEN and not to_operator else _wrapped
    return write_body(GENERIC, {**whole, "outcomes": each}, form)


def summed_up(receipts: Sequence[Receipt]) -> Receipt:
    """One receipt for several: it is a refusal where one of them is, since what was taken may be sent again."""
    refused = [receipt for receipt in receipts if receipt.status in _NOT_TAKEN]
    if refused:
        first, place = refused[0], receipts.index(refused[0]) + 1
        reason = f"{len(refused)} of {len(receipts)}, first number {place}: {first.reason}"
        return Receipt(status=first.status, reason=reason, reason_code=first.reason_code)
    return next((receipt for receipt in receipts if receipt.status == "recorded"), receipts[0])


def ping_status(answer: PingAnswer) -> int:
    """The code of the answer to a ping."""
    return _FAULTS.get(answer.reason_code, 200)


def post_status(answer: PostAnswer, dialect: Dialect, statuses: Statuses) -> int:
    """The code of the answer to a post; `usual` if the seller is unknown."""
    if answer.status == "accepted":
        return dialect.bought
    fault = _FAULTS.get(answer.reason_code)
    if fault is not None:
        return fault
    return _STRICT.get(answer.reason_code, 422) if dialect.strict or statuses == "strict_rest" else 200


def receipt_status(receipt: Receipt, statuses: Statuses) -> int:
    """The code of the answer to feedback."""
    if not receipt.reason_code:
        return 200
    fault = _FAULTS.get(receipt.reason_code)
    if fault is not None:
        return fault
    return _STRICT.get(receipt.reason_code, 422) if statuses == "strict_rest" else 400


def told_status(status: int, statuses: Statuses) -> tuple[int, dict[str, str]]:
    """The code as this seller is told it, with the header that goes with it."""
    if status != 200 and statuses == "always_200":
        return 200, {ORIGINAL: str(status)}
    return status, {}


def _receipt(receipt: Receipt) -> Body:
    body = {"status": receipt.status, "reason": plain(receipt.reason), "reason_code": plain(receipt.reason_code)}
    return {**body, "warnings": [plain(each) for each in receipt.warnings]} if receipt.warnings else body


def _refusing(dialect: Dialect, body: AnyBody, form: Format) -> bytes:
    """A refusal; what would spell an accept word anywhere (an id can, by chance) is written without that text."""
    written = _wrapped(dialect, body, form)
    if dialect.guarded and _spells_a_sale(written.decode()):
        written = _wrapped(dialect, {name: _disarmed(value) for name, value in names_of(body).items()}, form)
    return written


def _wrapped(dialect: Dialect, body: AnyBody, form: Format) -> bytes:
    return write({dialect.root: body} if dialect.wrapped and form == "json" else body, form, dialect.root)


def _spells_a_sale(text: str) -> bool:
    text = text.casefold()
    return any(word in text for word in ACCEPT_WORDS) or ("ok" in text and _OK.search(text) is not None)


def _disarmed(value: object) -> object:
    if isinstance(value, str):
        return "" if _spells_a_sale(value) else value
    if isinstance(value, list):
        return [each for each in value if not (isinstance(each, str) and _spells_a_sale(each))]
    if isinstance(value, dict):
        return {name: _disarmed(each) for name, each in value.items()}
    return value
