"""Thousands of requests made of the published description: plausible, odd and broken, in every encoding and dialect."""

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import httpx
import msgspec

from app.drill.drill import Say
from app.drill.kit.service import serve_process
from app.mock_exchange.consumers import consumer, ping_of, post_of
from app.packaged import DEMO_CONFIG
from app.platforms.known import PARSERS
from app.platforms.platform import ParsedAnswer, ReceivedAnswer

PROMISE = (
    "of 6,000 generated requests none is answered 5xx, with a status that is not described, or a no that reads yes"
)
IN_SAMPLE = False

CASES = 6_000
PEOPLE = 14
SELLERS = ("demo-acme-key", "demo-bluebird-key", "demo-cascade-key")
KEYS = (*SELLERS * 3, "demo-operator-key", "demo-operator-key", "nobody's key", "")
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1e308, 2**70, "", " ", "NaN", "None", "{{x}}", "$151-200", "0000-00-00", "1/1/26 10:37"),
    *("<b>&amp;", "%00", "\u0000\u202e", "\ud83d\ude00", "00034", "42223", "Fla.", "Own", "true", "yes", "12.345,67"),
    *("a" * 3_000, [], [[]], ["x", "y"], {}, {"a": {"b": []}}, {"number": "2124732219"}),
)
ACCEPT = (
    "",
    "*/*",
    "application/json",
    "text/plain, application/json, */*",
    "application/xml;q=0.9",
    "text/html",
    ";;q=x",
)
OURS = ("/v1/ping", "/v1/post", "/v1/lead", "/v1/test/ping", "/v1/test/post", "/v1/test/lead")

Json = dict[str, Any]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One request, and how its endpoint is described."""

    template: str
    method: str
    described: Json
    url: str
    headers: dict[str, str]
    body: bytes


def drill(folder: Path, say: Say) -> list[str]:
    """Send them all in one order that a seed decides, and look at each answer."""
    chance, broken, statuses = say.chance, list[str](), Counter[int]()
    with (
        serve_process(DEMO_CONFIG, folder / "data") as service,
        httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as http,
    ):
        described = http.get("/schema/openapi.json").raise_for_status().json()
        for number in range(CASES):
            case = _case(described, number, chance)
            answer = http.request(case.method, case.url, headers=case.headers, content=case.body)
            statuses[answer.status_code] += 1
            broken += [f"case {number}, {case.method} {case.url[:80]}: {fault}" for fault in _faults(case, answer)]
    say.count("requests", CASES)
    say.count("answers of 5xx", sum(count for status, count in statuses.items() if status >= 500))
    say(f"{CASES} requests: " + ", ".join(f"{count} times {status}" for status, count in sorted(statuses.items())))
    return broken[:20]


def _case(document: Json, number: int, chance: Random) -> Case:
    template = chance.choice([*document["paths"], *OURS * 4])
    method = chance.choice([*document["paths"][template]])
    described = document["paths"][template][method]
    url, fields = template, _fields(number, "ping" if "ping" in template else "post", chance)
    for parameter in described.get("parameters", ()):
        if parameter["in"] == "path":
            values = parameter["schema"].get("enum") or ("TX", "787", "acme", "C" + "a" * 63, "%2e%2e", "%ff", "0")
            url = url.replace(f"{{{parameter['name']}}}", chance.choice(values))
    headers = {"Accept": chance.choice(ACCEPT), "X-API-Key": chance.choice(KEYS)}
    encode = chance.choice((_as_json, _as_json, _as_form, _as_xml, _as_parts, _as_noise))
    body, kind = encode(fields, chance)
    if method == "get":
        return Case(
            template=template,
            method=method,
            described=described,
            url=f"{url}?{_as_form(fields, chance)[0].decode()}",
            headers=headers,
            body=b"",
        )
    headers |= {"Content-Type": kind if chance.random() < 0.9 else chance.choice(("", "text/plain", "image/png"))}
    if chance.random() < 0.02:
        headers["Content-Encoding"] = chance.choice(("gzip", "br", "identity"))
    return Case(template=template, method=method, described=described, url=url, headers=headers, body=body)


def _fields(number: int, route: str, chance: Random) -> Json:
    """A lead, of which some fields are missing, odd or unknown."""
    who = consumer(PEOPLE, number + 1)
    lead: Json = ping_of(who, time.time()) if route == "ping" else post_of(who, "C" + "b" * 63, time.time())
    fields = {name: value for name, value in lead.items() if chance.random() < 0.97}
    for name in chance.sample(
        [*lead, "deadline_ms", "min_price", "test", "mode", "event", "result"], chance.choice((0, 1, 3))
    ):
        fields[name] = chance.choice(ODD)
    return fields


def _as_json(fields: Json, _chance: Random) -> tuple[bytes, str]:
    return json.dumps(fields).encode(), "application/json"


def _as_form(fields: Json, _chance: Random) -> tuple[bytes, str]:
    text = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return urlencode(text, errors="surrogatepass").encode(), "application/x-www-form-urlencoded"


def _as_xml(fields: Json, chance: Random) -> tuple[bytes, str]:
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
    head = chance.choice(("", '<?xml version="1.0" encoding="utf-16"?>', "\ufeff\n", "<!DOCTYPE a [<!ENTITY b 'c'>]>"))
    return f"{head}<lead>{inner}</lead>".encode("utf-8", "surrogatepass"), chance.choice(
        ("application/xml", "text/xml; charset=latin-1")
    )


def _as_parts(fields: Json, _chance: Random) -> tuple[bytes, str]:
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    return f"{parts}--x--\r\n".encode("utf-8", "surrogatepass"), "multipart/form-data; boundary=x"


def _as_noise(fields: Json, chance: Random) -> tuple[bytes, str]:
    """What a body looks like after an accident: cut off, or with bytes that are not its own."""
    body = bytearray(_as_json(fields, chance)[0])
    for _ in range(chance.randrange(1, 6)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body[: chance.randrange(len(body))]), "application/json"


def _faults(case: Case, answer: httpx.Response) -> list[str]:
    described = case.described["responses"]
    if answer.status_code >= 500:
        return [f"HTTP {answer.status_code}"]
    # A path with a dot segment or an odd byte is another path.
    if str(answer.status_code) not in described and not (answer.status_code in (404, 405) and "%" in case.url):
        return [f"HTTP {answer.status_code} is not described"]
    dialect = case.url.split("/")[2] if "{dialect}" in case.template else "generic"
    if not case.template.startswith("/v1") or dialect not in PARSERS or not _is_no(case, answer):
        return []
    received = ReceivedAnswer(
        status=answer.status_code, content_type=answer.headers.get("content-type", ""), body=answer.content, ms=1.0
    )
    readers: list[Callable[[ReceivedAnswer], ParsedAnswer]] = []
    for name in PARSERS if dialect == "generic" else (dialect,):
        readers += (PARSERS[name].ping, PARSERS[name].post)
    return ["a no that reads yes" for read in readers if read(received).outcome == "accepted"]


def _is_no(case: Case, answer: httpx.Response) -> bool:
    """Whether this cannot be a bid or a sale: no bid of ours is posted to, and our own words tell of the rest."""
    if case.template in OURS:
        return b"accepted" not in answer.content
    return case.template.endswith("/post") or case.headers["X-API-Key"] not in SELLERS
