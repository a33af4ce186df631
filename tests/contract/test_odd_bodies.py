"""What real clients send, byte for byte over HTTP, is bid on and bought; what nobody can read is refused by name."""

import gzip
import itertools
import json
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode
from xml.sax.saxutils import escape

import httpx

from tests.contract.answers import check_shape
from tests.market import PATIENCE_MS
from tests.table import each_row

KEY = "contract-acme-key"
FORM, XML, JSON = "application/x-www-form-urlencoded", "application/xml", "application/json"
PARTS = "multipart/form-data; boundary=------------------------9051914041544843"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

Lead = dict[str, Any]
numbers = itertools.count(1)


class Sent(NamedTuple):
    body: bytes
    content_type: str
    headers: Mapping[str, str] = MappingProxyType({})


def ping() -> Lead:
    place = {"vertical": "pet_insurance", "zip": "78701", "state": "TX", "pet": "dog"}
    return place | {"deadline_ms": str(PATIENCE_MS), "seller_lead_id": f"odd-body-{next(numbers)}"}


def post(lead: Lead, ping_id: str) -> Lead:
    number = next(numbers)
    proof = {"trustedform_cert_url": f"https://cert.trustedform.com/{number:040x}", "tcpa_consent": "true"}
    who = {"first_name": "Emma", "last_name": "Moore", "email": f"emma.moore.{number}@mail-lakeshire.net"}
    text = {"tcpa_text": "By clicking I agree that Lighthouse Quotes may call me & text me about pet insurance."}
    return (
        {name: value for name, value in lead.items() if name != "deadline_ms"}
        | proof
        | who
        | text
        | {"ping_id": ping_id}
    )


def multipart(lead: Lead) -> bytes:
    """As PHP's cURL writes an array of fields."""
    line = b"--" + PARTS.partition("boundary=")[2].encode()
    parts = [
        b'%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (line, name.encode(), value.encode())
        for name, value in lead.items()
    ]
    return b"".join(parts) + line + b"--\r\n"


def elements(lead: Lead) -> str:
    return "".join([f"<{name}>{escape(value)}</{name}>" for name, value in lead.items()])


def nested(lead: Lead) -> bytes:
    return urlencode({f"lead[{name}][]": value for name, value in lead.items()}).encode()


WAYS = {
    "PHP's array": lambda lead: Sent(multipart(lead), PARTS),
    "parts said to be a form": lambda lead: Sent(multipart(lead), FORM),
    "gzip": lambda lead: Sent(gzip.compress(json.dumps(lead).encode()), JSON, {"Content-Encoding": "gzip"}),
    "deflate": lambda lead: Sent(zlib.compress(urlencode(lead).encode()), FORM, {"Content-Encoding": "deflate"}),
    "gzip that nobody declares": lambda lead: Sent(gzip.compress(json.dumps(lead).encode()), JSON),
    "gzip that a gateway unpacked": lambda lead: Sent(json.dumps(lead).encode(), JSON, {"Content-Encoding": "gzip"}),
    "a form said to be JSON": lambda lead: Sent(urlencode(lead).encode(), JSON),
    "JSON said to be a form": lambda lead: Sent(json.dumps(lead).encode(), FORM),
    "brackets": lambda lead: Sent(nested(lead), FORM),
    "a landing page builder": lambda lead: Sent(
        urlencode(
            {"page_id": "0a1b", "data_json": json.dumps({name: [value] for name, value in lead.items()})}
        ).encode(),
        FORM,
    ),
    "XML in a field": lambda lead: Sent(urlencode({"xmlString": f"<lead>{elements(lead)}</lead>"}).encode(), FORM),
    "escaped ampersands": lambda lead: Sent(urlencode(lead).replace("&", "&amp;").encode(), FORM),
    "a form that is escaped twice": lambda lead: Sent(quote_plus(urlencode(lead)).encode(), FORM),
    "lines": lambda lead: Sent("\r\n".join([f"{name}={value}" for name, value in lead.items()]).encode(), "text/plain"),
    "a name twice": lambda lead: Sent(json.dumps(lead).encode()[:-1] + b', "zip": "", "pet": null}', JSON),
    ".NET's writer": lambda lead: Sent(f'<?xml version="1.0" encoding="utf-16"?><r>{elements(lead)}</r>'.encode(), XML),
    "a blank line first": lambda lead: Sent(f'\ufeff\r\n<?xml version="1.0"?><r>{elements(lead)}</r>'.encode(), XML),
    "string-built XML": lambda lead: Sent(f"<r>{elements(lead)}</r>".replace("&amp;", "&").encode(), XML),
    "SOAP": lambda lead: Sent(
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Header/><soap:Body><SubmitLead>{elements(lead)}</SubmitLead>'
        "</soap:Body></soap:Envelope>".encode(),
        "text/xml",
        {"SOAPAction": '"urn:SubmitLead"'},
    ),
    "a comma behind the last": lambda lead: Sent(json.dumps(lead).encode()[:-1] + b",}", JSON),
    "Python's own dictionary": lambda lead: Sent(repr(lead).encode(), JSON),
    "JSON in JSON": lambda lead: Sent(json.dumps(json.dumps(lead)).encode(), JSON),
    "a list of one": lambda lead: Sent(b"[" + json.dumps(lead).encode() + b"]", JSON),
    "names and values": lambda lead: Sent(
        json.dumps({"fields": [{"name": name, "value": value} for name, value in lead.items()]}).encode(), JSON
    ),
    "a page beside the lead": lambda lead: Sent(json.dumps(lead | {"page_html": "<p>" * 7_000}).encode(), JSON),
}


@each_row("way", WAYS)
def test_a_lead_is_bid_on_and_bought_however_it_is_written(http: httpx.Client, way: str) -> None:
    lead = ping()
    bid = answered(http, "/v1/ping", WAYS[way](lead))
    assert bid["status"] == "accepted", bid["reason"]
    assert bid["warnings"] == []
    sale = answered(http, "/v1/post", WAYS[way](post(lead, bid["ping_id"])))
    assert sale["status"] == "accepted", sale["reason"]


def test_a_key_may_stand_in_an_envelopes_header(http: httpx.Client) -> None:
    header = f"<s:Header><Auth><ApiKey>{KEY}</ApiKey></Auth></s:Header>"
    body = f'<s:Envelope xmlns:s="{SOAP}">{header}<s:Body><Lead>{elements(ping())}</Lead></s:Body></s:Envelope>'
    answer = http.post("/v1/ping", content=body.encode(), headers={"Content-Type": "text/xml", "Accept": JSON})
    assert answer.json()["status"] == "accepted", answer.text


def test_a_long_consent_text_is_judged_by_what_it_says(http: httpx.Client) -> None:
    lead = ping()
    bid = answered(http, "/v1/ping", Sent(json.dumps(lead).encode(), JSON))
    whole = post(lead, bid["ping_id"])
    whole["tcpa_text"] += " And so on." * 2_000
    sale = answered(http, "/v1/post", Sent(json.dumps(whole).encode(), JSON))
    assert (sale["status"], sale["warnings"]) == ("accepted", [])


@each_row(
    ("sent", "status", "named"),
    [
        (Sent(b"\x1b\x00", JSON, {"Content-Encoding": "br"}), 415, "Content-Encoding may be gzip, deflate or identity"),
        (Sent(gzip.compress(b"{}" * 99)[:-9], JSON, {"Content-Encoding": "gzip"}), 400, "Content-Encoding"),
        (Sent(gzip.compress(b" " * 10_000_000), JSON, {"Content-Encoding": "gzip"}), 413, "at most 64 kB"),
        (Sent(b"--", "multipart/form-data; boundary=x"), 400, "multipart body: send the boundary"),
        (Sent(b"\x81\xa3zip\xa578701", "application/msgpack"), 415, "JSON, XML, a urlencoded form or a multipart form"),
    ],
)
def test_what_nobody_can_read_is_refused_by_name(http: httpx.Client, sent: Sent, status: int, named: str) -> None:
    for path in ("/v1/ping", "/v1/post", "/v1/notices"):
        answer = http.post(path, content=sent.body, headers=headers_of(sent))
        check_shape(path, answer.status_code, answer.headers["content-type"], answer.content)
        assert answer.status_code == status
        assert named in answer.json()["reason"]
        assert ("accept-encoding" in answer.headers) == ("br" in sent.headers.values())


def answered(http: httpx.Client, path: str, sent: Sent) -> Any:
    answer = http.post(
        path, content=sent.body, headers=headers_of(sent) | {"Accept": "text/plain, application/json, */*"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON), answer.text
    check_shape(path, answer.status_code, JSON, answer.content)
    return answer.json()


def headers_of(sent: Sent) -> dict[str, str]:
    return {"X-API-Key": KEY, "Content-Type": sent.content_type, **sent.headers}
