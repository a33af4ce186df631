"""Our answers as bytes in a seller's dialect, safe for parsers that only search for words."""

import re

from app.dialects.dialect import Dialect, Price
from app.dialects.own_words import GENERIC
from app.dialects.written import Body, Format, plain, price, write
from app.domain.reasons import ACCEPT_WORDS
from app.wire.feedback import Receipt
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

_OK = re.compile(r"\bok\b")


def write_ping_answer(answer: PingAnswer, form: Format, dialect: Dialect = GENERIC, money: Price = price) -> bytes:
    """The answer to a ping."""
    return _written(dialect, dialect.ping(answer, money), form, refuses=not answer.bids)


def write_post_answer(answer: PostAnswer, form: Format, dialect: Dialect = GENERIC, money: Price = price) -> bytes:
    """The answer to a post."""
    return _written(dialect, dialect.post(answer, money), form, refuses=answer.status != "accepted")


def write_receipt(receipt: Receipt, form: Format) -> bytes:
    """The answer to a notice, an outcome, a demand or a signal: in our own words to everybody."""
    body = {"status": receipt.status, "reason": plain(receipt.reason), "reason_code": plain(receipt.reason_code)}
    return _written(GENERIC, body, form, refuses=receipt.status in ("rejected", "error"))


def _written(dialect: Dialect, body: Body, form: Format, *, refuses: bool) -> bytes:
    """A refusal that would spell an accept word anywhere (an id can, by chance) is written without that text."""
    written = _wrapped(dialect, body, form)
    if refuses and dialect.guarded and _spells_a_sale(written.decode()):
        written = _wrapped(dialect, {name: _disarmed(value) for name, value in body.items()}, form)
    return written


def _wrapped(dialect: Dialect, body: Body, form: Format) -> bytes:
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
