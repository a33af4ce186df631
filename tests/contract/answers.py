"""What every answer of the service must look like, whatever it says."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import msgspec

from app.domain.reasons import ACCEPT_WORDS
from app.domain.token import LENGTH

Json = dict[str, Any]

PING_KEYS = [
    "status",
    "outcome",
    "ping_id",
    "price",
    "currency",
    "expires_in",
    "expires_at",
    "reason",
    "reason_code",
    "bids",
    "warnings",
]
BID_KEYS = ["bid_id", "type", "price", "brand"]
POST_KEYS = ["status", "outcome", "ping_id", "price", "reason", "reason_code", "redirect_url", "warnings"]
SALE_KEYS = [*POST_KEYS[:2], "lead_id", *POST_KEYS[2:]]
RECEIPT_KEYS = ["status", "reason", "reason_code"]

_STRING = re.compile(rb'"(?:\\.|[^"\\])*"')
_PRICE = re.compile(rb'"price":([^,}]*)|<price>([^<]*)</price>')
_TWO_DECIMALS = re.compile(rb"(0|[1-9]\d*)\.\d\d")
_EXPIRES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_LISTS = {"bids", "warnings"}


def read_answer(raw: bytes, content_type: str) -> Json:
    """An answer as one value, XML with its texts as they stand; empty where it is neither."""
    if content_type == "application/json":
        answer: Json = msgspec.json.decode(raw)
        return answer
    if content_type == "application/xml":
        return {each.tag: _xml_value(each) for each in ET.fromstring(raw)}
    return {}


def keys_at(path: str) -> list[str] | None:
    """The keys of every answer to sellers, the CRM or operators, in their order; `None` at other paths."""
    parts = path.rpartition(".")[0] if path.endswith((".json", ".xml")) else path
    if parts in ("/v1/ping", "/v1/test/ping"):
        return PING_KEYS
    if parts in ("/v1/post", "/v1/test/post") or parts.startswith("/v1/posts/"):
        return POST_KEYS
    return RECEIPT_KEYS if parts.startswith(("/v1/notices", "/v1/outcomes", "/v1/demand/", "/v1/signals/")) else None


def check_shape(path: str, status: int, content_type: str, raw: bytes) -> None:
    """Assert what contract.md promises of every answer at this endpoint, as bytes and as a value."""
    assert content_type in ("application/json", "application/xml"), content_type
    answer = read_answer(raw, content_type)
    keys = keys_at(path)
    if answer.get("test"):
        assert answer["status"] == "accepted"
        assert answer.pop("test") in (True, "true")
    for each in answer.pop("outcomes", ()):
        # Several reports in one body get an answer each.
        assert list(each) == RECEIPT_KEYS
    if keys == RECEIPT_KEYS and answer["status"] == "recorded":
        # Only where something of it has no effect.
        assert answer.pop("warnings", ["some"])
    if keys == POST_KEYS and answer["status"] == "accepted":
        keys = SALE_KEYS
    # What is no endpoint is answered as the one that was probably meant.
    is_lost = keys is None or status in (404, 405)
    assert list(answer) in ([PING_KEYS, POST_KEYS, RECEIPT_KEYS] if is_lost else [keys])
    if content_type == "application/json":
        assert not re.search(rb"\s", _STRING.sub(b'""', raw)), "not compact"
    bought = answer["status"] == "accepted"
    _check_prices(raw, sold=bought)
    if "outcome" in answer:
        assert answer["outcome"] == {"accepted": "success", "error": "error"}.get(answer["status"], "failure")
    if keys == PING_KEYS:
        _check_bids(answer, bought=bought)
    if answer["status"] in ("accepted", "recorded", "repeated"):
        assert status == 200
        assert (answer["reason"], answer["reason_code"]) == ("", "")
    else:
        assert answer["reason"]
        assert answer["reason_code"]
        _check_innocent(raw)


def _check_prices(raw: bytes, *, sold: bool) -> None:
    prices = [json or xml for json, xml in _PRICE.findall(raw)]
    assert all(_TWO_DECIMALS.fullmatch(price) for price in prices) if sold else prices in ([], [b"0"])


def _check_bids(answer: Json, *, bought: bool) -> None:
    assert answer["currency"] == "USD"
    if not bought:
        assert (answer["bids"], answer["expires_at"], str(answer["expires_in"])) == ([], "", "0")
        assert re.fullmatch("[0-9a-f]{24}", answer["ping_id"])
        return
    bids = answer["bids"]
    assert all(list(bid) == BID_KEYS and len(bid["bid_id"]) == LENGTH for bid in bids)
    assert (answer["ping_id"], answer["price"]) == (bids[0]["bid_id"], bids[0]["price"])
    assert sorted(bids, key=lambda bid: (-float(bid["price"]), bid["type"])) == bids
    assert len({bid["type"] for bid in bids}) == len(bids)
    assert _EXPIRES.fullmatch(answer["expires_at"])
    assert int(answer["expires_in"]) > 0


def _check_innocent(raw: bytes) -> None:
    """A refusal holds none of the words that crude parsers take for a sale."""
    text = raw.decode().casefold()
    assert not [word for word in ACCEPT_WORDS if word in text]
    assert not re.search(r"\bok\b", text)


def _xml_value(element: ET.Element) -> Any:
    if element.tag == "bids":
        return [{each.tag: each.text or "" for each in bid} for bid in element]
    if element.tag in _LISTS:
        return [each.text or "" for each in element]
    return element.text or ""
