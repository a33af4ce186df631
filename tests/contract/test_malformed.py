"""Malformed traffic in every dialect is understood or refused by name, in that dialect's own answer; never a fault."""

import gzip
import json
from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.dialects.body.read import read_body
from app.dialects.body.xml_tree import xml_tree
from app.dialects.names import Route
from app.dialects.written import CONTENT_TYPES
from app.http.asgi_request import BODY_MAX, KEYLESS_BODY_MAX
from app.platforms.known import DIALECTS, PARSERS
from app.platforms.platform import ReceivedAnswer
from app.wire.ping import Value
from tests.contract.answers import PING_KEYS, POST_KEYS, SALE_KEYS
from tests.contract.conftest import Played
from tests.contract.platforms import answers_of, scenarios_of
from tests.market import PATIENCE_MS
from tests.table import each_row

JSON, XML, FORM = "application/json", "application/xml", "application/x-www-form-urlencoded"
KEY = "contract-acme-key"
NOBODYS_BID = "C" + "Z" * 63
LEAD: dict[str, Value] = {
    "vertical": "pet_insurance",
    "zip": "78701",
    "state": "TX",
    "deadline_ms": PATIENCE_MS,
    "max_legs": 2,
    "seller_lead_id": "malformed-1",
    "trustedform_cert_url": "https://cert.trustedform.com/" + "0f" * 20,
    "first_name": "Ada",
    "last_name": "Lovelace",
    "phone": "5124612234",
    "pet": "dog",
}


def shapes_of(name: str, route: Route) -> tuple[tuple[str, ...], ...]:
    """The keys of each answer: of a bid or a sale, then of a refusal where they differ."""
    if name == "generic":
        return (tuple(PING_KEYS),) if route == "ping" else (tuple(SALE_KEYS), tuple(POST_KEYS))
    answers = answers_of(name)
    return answers.ping if route == "ping" else answers.post


class Honest(NamedTuple):
    """A platform's request before anything is wrong with it: `fields` flat, in its own names, its envelope included."""

    name: str
    route: Route
    fields: dict[str, Value]
    body: bytes
    content_type: str

    def ours(self, name: str) -> str:
        """What the platform calls a field of ours."""
        return DIALECTS[self.name].sends.names.get(name, name)

    def tree(self, **changes: Any) -> dict[str, Any]:
        """Nested as the platform nests it, some of our fields changed."""
        tree: dict[str, Any] = {}
        for name, value in (self.fields | {self.ours(name): value for name, value in changes.items()}).items():
            group, _, rest = name.rpartition(".")
            (tree.setdefault(group, {}) if group else tree)[rest or name] = value
        return tree

    def json(self, **changes: Any) -> bytes:
        return json.dumps(self.tree(**changes)).encode()

    def xml(self, **changes: Any) -> bytes:
        return f"<Request>{_elements(self.tree(**changes))}</Request>".encode()

    def form(self, **changes: Any) -> bytes:
        return urlencode(self.fields | {self.ours(name): value for name, value in changes.items()}).encode()


def honest(name: str, route: Route) -> Honest:
    sent = DIALECTS[name].sends.sent(route, LEAD, KEY, NOBODYS_BID)
    fields = read_body(sent.body, sent.content_type)
    assert isinstance(fields, dict)
    filled = {name: value for name, value in fields.items() if value is not None}
    return Honest(name, route, filled, sent.body, sent.content_type)


def _elements(tree: dict[str, Any]) -> str:
    return "".join(
        [
            f"<{name}>{_elements(value) if isinstance(value, dict) else escape(str(value))}</{name}>"
            for name, value in tree.items()
        ]
    )


UNDERSTOOD = ""
MANY = {f"x{number}": "" for number in range(900)}
TOO_MANY = {f"x{number}": "" for number in range(1_000)}
DTD = b'<!DOCTYPE Request [<!ENTITY a "78701"><!ENTITY b "&a;&a;&a;">]>'
EXTERNAL = b'<!DOCTYPE Request [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = b'<!DOCTYPE Request [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]>'

Written = tuple[bytes, str]
Malformation = tuple[Callable[[Honest], Written], str]
MALFORMED: dict[str, Malformation] = {
    "nothing wrong": (lambda h: (h.body, h.content_type), UNDERSTOOD),
    "JSON cut in half": (lambda h: (h.json()[: len(h.json()) // 2], JSON), "json body"),
    "JSON without its end": (lambda h: (h.json()[:-1], JSON), "json body"),
    "JSON twice": (lambda h: (h.json() * 2, JSON), "json body"),
    "XML cut in half": (lambda h: (h.xml()[: len(h.xml()) // 2], XML), "xml body at line 1"),
    "XML without its end": (lambda h: (h.xml().removesuffix(b"</Request>"), XML), "xml body at line 1"),
    "XML closed by another": (lambda h: (h.xml().replace(b"</Request>", b"</request>"), XML), "xml body at line 1"),
    "entities": (lambda h: (DTD + h.xml(zip="#").replace(b"#", b"&b;"), XML), "send XML without DTD and entities"),
    "a file as an entity": (lambda h: (EXTERNAL + h.xml(zip="#").replace(b"#", b"&a;"), XML), "without DTD"),
    "a page as an entity": (lambda h: (PARAMETER + h.xml(), XML), "without DTD"),
    "entities in a form": (lambda h: (urlencode({"xml": DTD + h.xml()}).encode(), FORM), "without DTD"),
    "an unknown entity": (lambda h: (h.xml(zip="#").replace(b"#", b"&nobody;"), XML), "xml body at line 1"),
    "another wrapper": (lambda h: (json.dumps({"Nonsense": h.tree()}).encode(), JSON), UNDERSTOOD),
    "three wrappers": (lambda h: (json.dumps({"A": {"b": {"C": h.tree()}}}).encode(), JSON), UNDERSTOOD),
    "another root": (lambda h: (h.xml().replace(b"Request>", b"Nonsense>"), XML), UNDERSTOOD),
    "no wrapper": (lambda h: (h.json(), JSON), UNDERSTOOD),
    "a list of one": (lambda h: (b"[" + h.json() + b"]", JSON), UNDERSTOOD),
    "a list of two": (lambda h: (b"[" + h.json() + b"," + h.json() + b"]", JSON), "json body"),
    "a text": (lambda h: (json.dumps(h.json().decode()).encode(), JSON), UNDERSTOOD),
    "a text that is no document": (lambda _: (b'"zip"', JSON), "json body"),
    "names in another case": (
        lambda h: (json.dumps({"rEQUEST": {n.swapcase(): v for n, v in h.fields.items()}}).encode(), JSON),
        UNDERSTOOD,
    ),
    "words in another case": (
        lambda h: (h.json(vertical="PET-Insurance", pet="Dog").replace(b'"ping"', b'"Ping"'), JSON),
        UNDERSTOOD,
    ),
    "a list where a text belongs": (lambda h: (h.json(zip=["78701"], pet=["", "dog"]), JSON), UNDERSTOOD),
    "an empty list where a text belongs": (lambda h: (h.json(pet=[]), JSON), "a required field is missing: pet"),
    "lists of lists": (lambda h: (h.json(pet=[[["cat"]]]), JSON), UNDERSTOOD),
    "an object where a text belongs": (
        lambda h: (h.json(zip={"five": "78701"}), JSON),
        "a field cannot be read: zip: five digits, no object",
    ),
    "an object where an answer belongs": (
        lambda h: (h.json(pet={"kind": "dog"}), JSON),
        "a field cannot be read: pet: one of its listed values, no object",
    ),
    "nothing where a text belongs": (lambda h: (h.json(zip=None), JSON), "a required field is missing: zip"),
    "a yes where a text belongs": (lambda h: (h.json(zip=True), JSON), "a field cannot be read: zip"),
    "a number where a text belongs": (lambda h: (h.json(zip=78_701), JSON), UNDERSTOOD),
    "an answer that is not listed": (lambda h: (h.json(pet="parrot"), JSON), "a field cannot be read: pet"),
    "900 more fields in JSON": (lambda h: (h.json(**MANY), JSON), UNDERSTOOD),
    "900 more fields in XML": (lambda h: (h.xml(**MANY), XML), UNDERSTOOD),
    "900 more fields in a form": (lambda h: (h.form(**MANY), FORM), UNDERSTOOD),
    "too many fields in JSON": (lambda h: (h.json(**TOO_MANY), JSON), "send at most 1000 fields"),
    "too many fields in XML": (lambda h: (h.xml(**TOO_MANY), XML), "send at most 1000 fields"),
    "too many fields in a form": (lambda h: (h.form(**TOO_MANY), FORM), "send at most 1000 fields"),
    "a JSON key twice": (
        lambda h: (b'{"' + h.ours("zip").encode() + b'":"x",' + json.dumps(h.fields)[1:].encode(), JSON),
        UNDERSTOOD,
    ),
    "an element twice": (
        lambda h: (h.xml().replace(b"</Request>", b"<pet></pet><pet>cat</pet></Request>"), XML),
        UNDERSTOOD,
    ),
    "a form field twice": (lambda h: (h.form() + b"&pet=cat&pet=", FORM), UNDERSTOOD),
    "a body of a space": (lambda _: (b" ", JSON), "the seller's key is missing|a required field is missing"),
    "no body": (lambda h: (b"", h.content_type), "the seller's key is missing|a required field is missing"),
    "a byte order mark alone": (
        lambda _: (b"\xef\xbb\xbf", JSON),
        "the seller's key is missing|a required field is missing",
    ),
    "a byte order mark before JSON": (lambda h: (b"\xef\xbb\xbf" + h.json(), JSON), UNDERSTOOD),
    "a byte order mark before XML": (lambda h: (b"\xef\xbb\xbf" + h.xml(), XML), UNDERSTOOD),
    "a byte order mark before a form": (lambda h: (b"\xef\xbb\xbf" + h.form(), FORM), UNDERSTOOD),
    "JSON in UTF-16": (lambda h: (h.json().decode().encode("utf-16"), JSON), UNDERSTOOD),
    "XML in UTF-16": (lambda h: (h.xml().decode().encode("utf-16"), XML), UNDERSTOOD),
    "JSON said to be a page": (lambda h: (h.json(), "text/html"), UNDERSTOOD),
    "JSON said to be a form": (lambda h: (h.json(), FORM), UNDERSTOOD),
    "JSON said to be a picture": (lambda h: (h.json(), "image/png"), UNDERSTOOD),
    "JSON said to be nothing": (lambda h: (h.json(), ""), UNDERSTOOD),
    "XML said to be JSON": (lambda h: (h.xml(), JSON), UNDERSTOOD),
    "a form said to be nothing": (lambda h: (h.form(), ""), UNDERSTOOD),
    "a form said to be JSON": (lambda h: (h.form(), JSON), UNDERSTOOD),
    "a form said to be parts": (lambda h: (h.form(), "multipart/form-data; boundary=x"), UNDERSTOOD),
    "squeezed": (lambda h: (gzip.compress(h.body, mtime=0), "image/png"), UNDERSTOOD),
    "a picture": (
        lambda _: (b"\x89PNG\r\n\x1a\n", "image/png"),
        "send JSON, XML, a urlencoded form or a multipart form",
    ),
    "numbers as texts": (lambda h: (h.json(max_legs="2", deadline_ms=str(PATIENCE_MS)), JSON), UNDERSTOOD),
    "a number that is none": (
        lambda h: (h.json(max_legs="two"), JSON),
        UNDERSTOOD,
    ),
    "a NUL behind JSON": (lambda h: (h.json() + b"\x00", JSON), UNDERSTOOD),
    "a NUL in JSON": (lambda h: (h.json(zip="787#1").replace(b"#", b"\x00"), JSON), "a field cannot be read: zip"),
    "an escaped NUL in JSON": (lambda h: (h.json(zip="787\x001"), JSON), "a field cannot be read: zip"),
    "a NUL in XML": (lambda h: (h.xml(zip="787#1").replace(b"#", b"\x00"), XML), "xml body at line 1"),
    "a NUL in a form": (lambda h: (h.form(zip="787\x001"), FORM), "a field cannot be read: zip"),
    # Where the key stands depends on the platform: without one in a header less fits.
    "as much as fits": (lambda h: (h.json() + b" " * (KEYLESS_BODY_MAX - len(h.json())), JSON), UNDERSTOOD),
    "more than fits": (lambda h: (h.json() + b" " * (BODY_MAX + 1 - len(h.json())), JSON), " kB"),
    "a long text that nobody keeps": (lambda h: (h.form(page_html="x" * 10_000), FORM), UNDERSTOOD),
    "a value that is too long": (lambda h: (h.json(seller_lead_id="x" * 10_000), JSON), "at most 128"),
}
"""What is done to a request, and what its answer must then say; nothing where it means what it meant."""

ROUTES: tuple[Route, ...] = ("ping", "post")


# One test of each dialect: there are so many malformations that to report each takes as long as to try it.
@each_row("name", DIALECTS)
def test_what_is_malformed_is_understood_or_refused_by_name(http: httpx.Client, name: str) -> None:
    for (malformation, (make, wanted)), route in product(MALFORMED.items(), ROUTES):
        body, content_type = make(honest(name, route))
        answer = http.post(path_of(name, route), content=body, headers=headers_of(name, content_type))
        outcome = outcome_of(answer, name, route, sent=body)
        told = f"{malformation}, {route}: {answer.text}"
        if wanted == UNDERSTOOD:
            assert ("7.50" if route == "ping" else "this ping_id is none of ours") in answer.text, told
        else:
            assert any(each in answer.text for each in wanted.split("|")), told
            assert outcome != "accepted", told


@each_row("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
@each_row("name", DIALECTS)
def test_another_method_is_refused_by_name(http: httpx.Client, name: str, method: str) -> None:
    for route in ("ping", "post"):
        request = honest(name, route)
        url = f"{path_of(name, route)}?{request.form().decode()}"
        answer = http.request(method, url, headers=headers_of(name, ""))
        assert outcome_of(answer, name, route) != "accepted"
        assert (answer.status_code, "method: send a POST" in answer.text) == (405, True)


@each_row("name", DIALECTS)
def test_a_strangers_key_is_refused_in_the_platforms_own_words(http: httpx.Client, name: str) -> None:
    for route in ("ping", "post"):
        sent = DIALECTS[name].sends.sent(route, LEAD, "nobodys-key", NOBODYS_BID)
        headers = {"Content-Type": sent.content_type, **DIALECTS[name].sends.headers("nobodys-key")}
        answer = http.post(path_of(name, route), content=sent.body, headers=headers)
        assert outcome_of(answer, name, route) != "accepted"
        assert (answer.status_code, "the seller's key is missing or not known" in answer.text) == (401, True)


bytes_in = st.one_of(
    st.binary(max_size=4), st.sampled_from([b"\x00", b"{", b"]", b"<", b"&", b"%", b'"', b"\xff", b"=", b"<!"])
)
cuts = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), bytes_in), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 59), cuts=cuts)
def test_no_bytes_of_a_real_request_are_a_fault_when_they_change(
    http: httpx.Client, played: Played, which: int, cuts: list[tuple[float, int, bytes]]
) -> None:
    """At each cut some bytes are taken out and others put in, in one request of each platform."""
    for name in sorted(set(DIALECTS) - {"generic"}):
        exchanges = [each for path in scenarios_of(name) for each in played(path)]
        request = exchanges[which % len(exchanges)].request
        body = request.content
        for at, taken, put in cuts:
            place = int(at * len(body))
            body = body[:place] + put + body[place + taken :]
        headers = {each: value for each, value in request.headers.items() if each in ("content-type", "x-api-key")}
        answer = http.post(request.url, content=body, headers=headers)
        outcome_of(answer, name, "ping" if request.url.path.endswith("ping") else "post", sent=body)


def outcome_of(answer: httpx.Response, name: str, route: Route, sent: bytes = b"") -> str:
    """What the platform makes of an answer whatever its status, once it has the form and the keys of its dialect."""
    dialect, kind = DIALECTS[name], answer.headers.get("content-type", "")
    assert answer.status_code < 500, answer.text
    # Whoever sends XML gets XML, whoever asks for JSON gets that, and else everybody what its platform is used to.
    usual = {CONTENT_TYPES[dialect.format]}
    usual |= {XML} if sent.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t")[:1] == b"<" else set()
    assert kind in usual | ({JSON} if b"JSON" in sent else set())
    whole = xml_tree(answer.content) if kind == XML else json.loads(answer.content)
    # At one endpoint for both, what cannot be read is taken for a ping.
    routes: set[Route] = {route, "ping"} if DIALECTS[name].sends.one_endpoint else {route}
    # A bid and a sale of a test say so beside all else.
    keys = tuple([key for key in (whole[dialect.root] if dialect.wrapped and kind == JSON else whole) if key != "test"])
    assert keys in [shape for each in routes for shape in shapes_of(name, each)]
    parse = PARSERS[name].ping if route == "ping" else PARSERS[name].post
    return parse(ReceivedAnswer(status=200, content_type=kind, body=answer.content, ms=1.0)).outcome


def path_of(name: str, route: Route) -> str:
    return f"/v1/{name}/{'lead' if DIALECTS[name].sends.one_endpoint else route}"


def headers_of(name: str, content_type: str) -> dict[str, str]:
    return {**({"Content-Type": content_type} if content_type else {}), **DIALECTS[name].sends.headers(KEY)}
