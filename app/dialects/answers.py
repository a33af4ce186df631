"""Our answers as bytes: compact, every key always there in fixed order, safe for parsers that only search for words."""

import re
from functools import lru_cache
from html import escape
from typing import Literal

import msgspec
from msgspec.structs import replace

from app.dialects.text import printable
from app.domain.calendar import utc_text
from app.domain.money import dollars
from app.domain.reasons import ACCEPT_WORDS
from app.wire.feedback import Receipt
from app.wire.ping import Leg, PingAnswer
from app.wire.post import PostAnswer

Format = Literal["json", "xml"]

CONTENT_TYPES: dict[Format, str] = {"json": "application/json", "xml": "application/xml"}

_OK = re.compile(r"\bok\b")
_ONE_OF = {"bids": "bid", "warnings": "warning"}
_NO_PRICE = msgspec.Raw(b"0")


class _Bid(msgspec.Struct):
    bid_id: str
    type: Leg
    price: msgspec.Raw
    brand: str


class _PingBody(msgspec.Struct):
    status: str
    outcome: str
    ping_id: str
    price: msgspec.Raw
    currency: str
    expires_in: int
    expires_at: str
    reason: str
    reason_code: str
    bids: list[_Bid]
    warnings: list[str]


class _PostBody(msgspec.Struct):
    status: str
    lead_id: str
    ping_id: str
    price: msgspec.Raw
    reason: str
    reason_code: str
    redirect_url: str
    warnings: list[str]


class _ReceiptBody(msgspec.Struct):
    status: str
    reason: str
    reason_code: str


_Body = _PingBody | _PostBody | _ReceiptBody
_encode = msgspec.json.Encoder().encode


def write_ping_answer(answer: PingAnswer, form: Format) -> bytes:
    """The answer to a ping; `price` and `ping_id` are those of its first bid."""
    bids = answer.bids
    body = _PingBody(
        answer.status,
        "success" if bids else "error" if answer.status == "error" else "failure",
        _plain(answer.ping_id),
        _price(bids[0].price_cents) if bids else _NO_PRICE,
        "USD",
        answer.expires_in,
        _time(answer.expires_at) if answer.expires_at else "",
        _plain(answer.reason),
        _plain(answer.reason_code),
        [_Bid(bid.bid_id, bid.type, _price(bid.price_cents), _plain(bid.brand)) for bid in bids],
        [_plain(warning) for warning in answer.warnings],
    )
    return _written(body, form, refuses=not bids)


def write_post_answer(answer: PostAnswer, form: Format) -> bytes:
    """The answer to a post; only a sale has a price."""
    sold = answer.status == "accepted"
    body = _PostBody(
        answer.status,
        _plain(answer.lead_id),
        _plain(answer.ping_id),
        _price(answer.price_cents) if sold else _NO_PRICE,
        _plain(answer.reason),
        _plain(answer.reason_code),
        _plain(answer.redirect_url),
        [_plain(warning) for warning in answer.warnings],
    )
    return _written(body, form, refuses=not sold)


def write_receipt(receipt: Receipt, form: Format) -> bytes:
    """The answer to a notice, an outcome, a demand or a signal."""
    body = _ReceiptBody(receipt.status, _plain(receipt.reason), _plain(receipt.reason_code))
    return _written(body, form, refuses=receipt.status in ("rejected", "error"))


def _written(body: _Body, form: Format, *, refuses: bool) -> bytes:
    """A refusal that would spell an accept word anywhere (an id can, by chance) is written without that text."""
    written = _encode(body) if form == "json" else _xml(body)
    if refuses and _spells_a_sale(written.decode()):
        body = _disarmed(body)
        written = _encode(body) if form == "json" else _xml(body)
    return written


def _spells_a_sale(text: str) -> bool:
    text = text.casefold()
    return any(word in text for word in ACCEPT_WORDS) or ("ok" in text and _OK.search(text) is not None)


def _disarmed(body: _Body) -> _Body:
    harmless: dict[str, str | list[str]] = {}
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if isinstance(value, str):
            harmless[name] = "" if _spells_a_sale(value) else value
        elif name == "warnings":
            harmless[name] = [warning for warning in value if not _spells_a_sale(warning)]
    return replace(body, **harmless)


def _plain(text: str) -> str:
    return text if text.isprintable() else printable(text)


@lru_cache(maxsize=4096)
def _price(amount_cents: int) -> msgspec.Raw:
    return msgspec.Raw(dollars(amount_cents).encode())


@lru_cache(maxsize=1024)
def _time(at: int) -> str:
    return utc_text(at)


def _xml(body: _Body) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{_element("result", body)}'.encode()


def _element(name: str, value: object) -> str:
    if isinstance(value, msgspec.Struct):
        inner = "".join([_element(each, getattr(value, each)) for each in value.__struct_fields__])
    elif isinstance(value, list):
        inner = "".join([_element(_ONE_OF[name], each) for each in value])
    elif isinstance(value, msgspec.Raw):
        inner = bytes(value).decode()
    else:
        inner = escape(str(value), quote=False)
    return f"<{name}>{inner}</{name}>"
