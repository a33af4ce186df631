"""A scenario of fixtures/contract: a file that says what a seller sends, step by step, and what it must get."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import httpx
import msgspec

from app.mock_exchange.consumers import consumer, ping_of, post_of
from tests.contract.answers import read_answer
from tests.market import PATIENCE_MS

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "contract"
CONFIG = FOLDER / "buyer.toml"
POPULATION = 7
"""The seed of the made-up consumers in these fixtures."""

Json = dict[str, Any]
Encoding = Literal["json", "form", "query", "xml"]

_EARLIER = re.compile(r"\$(\d)\.([A-Za-z_][A-Za-z_0-9.]*)")
_MOMENT = re.compile(r"\$now(?:([+-]\d+)([smhd]))?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_CONTENT_TYPES = {
    "json": "application/json",
    "xml": "application/xml",
    "form": "application/x-www-form-urlencoded",
    "query": "",
}


class Sample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body that starts from a made-up consumer's."""

    sample: Literal["ping", "post"]
    consumer: int
    vertical: str = "auto_insurance"
    with_: Json = msgspec.field(name="with", default={})
    without: list[str] = []


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request and what its answer must hold; README.md of the fixtures explains every key."""

    route: str
    seller: str = ""
    operator: str = ""
    headers: dict[str, str] = {}
    body: Json | list[Any] | None = None
    text: str | None = None
    times: int = 1
    charset: str = "utf-8"
    as_: Encoding = msgspec.field(name="as", default="json")
    status: int = 200
    answer: Json = {}
    absent: list[str] = []
    same_as: int = 0


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`says` is what the steps show, in one sentence."""

    says: str
    steps: list[Step]


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A step as it was played: the request as it left, the answer as it came, and in XML if it was asked for again."""

    step: Step
    request: httpx.Request
    status: int
    content_type: str
    raw: bytes
    answer: Json
    headers: dict[str, str]
    twin: Json | None = None

    @property
    def route(self) -> tuple[str, str]:
        """Method and path, without the query."""
        return self.request.method, self.request.url.path


def read_scenario(path: Path) -> Scenario:
    """The scenario in a file; msgspec.ValidationError names the key that is wrong."""
    return msgspec.json.decode(path.read_bytes(), type=Scenario)


def play(scenario: Scenario, http: httpx.Client, now: float, *, twins: bool = False) -> list[Exchange]:
    """Every step of a scenario, whatever the service behind `http` answers; with `twins` each at once again in XML."""
    played: list[Exchange] = []
    for step in scenario.steps:
        answers = [exchange.answer for exchange in played]
        exchange = ask(http, step, answers, now)
        if twins and exchange.route[1].startswith("/v1/"):
            again = msgspec.structs.replace(step, headers=step.headers | {"Accept": "application/xml"})
            exchange = msgspec.structs.replace(exchange, twin=ask(http, again, answers, now).answer)
        played.append(exchange)
    return played


def ask(http: httpx.Client, step: Step, earlier: Sequence[Json], now: float) -> Exchange:
    """One step; `earlier` are the answers it may refer to."""
    request = http.build_request(**_request(step, earlier, now))
    answered = http.send(request)
    content_type = answered.headers.get("content-type", "")
    return Exchange(
        step=step,
        request=request,
        status=answered.status_code,
        content_type=content_type,
        raw=answered.content,
        answer=read_answer(answered.content, content_type),
        headers={name.lower(): value for name, value in answered.headers.items()},
    )


def filled(value: Any, earlier: Sequence[Json], now: float) -> Any:
    """`$2.ping_id` as the second answer has it and `$now-3h` as a time; one that stands alone keeps its type."""
    if isinstance(value, Mapping):
        return {name: filled(each, earlier, now) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, earlier, now) for each in value]
    if not isinstance(value, str):
        return value
    alone = _EARLIER.fullmatch(value)
    if alone:
        return _said_earlier(alone, earlier)
    text = _EARLIER.sub(lambda found: str(_said_earlier(found, earlier)), value)
    return _MOMENT.sub(lambda found: _moment(found, now), text)


def _said_earlier(found: re.Match[str], earlier: Sequence[Json]) -> Any:
    value: Any = earlier[int(found[1]) - 1]
    for name in found[2].split("."):
        value = value[int(name)] if name.isdigit() else value[name]
    return value


def _moment(found: re.Match[str], now: float) -> str:
    seconds = int(found[1]) * _SECONDS[found[2]] if found[1] else 0
    return datetime.fromtimestamp(now + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _request(step: Step, earlier: Sequence[Json], now: float) -> Json:
    method, _, path = filled(step.route, earlier, now).partition(" ")
    content_type, content, query = _content(step, earlier, now)
    headers = {"Content-Type": content_type} if content_type else {}
    for name in (step.seller, step.operator):
        headers |= {"X-API-Key": f"contract-{name}-key"} if name else {}
    if query:
        path += ("&" if "?" in path else "?") + query
    headers |= filled(step.headers, earlier, now)
    return {"method": method, "url": path, "headers": headers, "content": content}


def _content(step: Step, earlier: Sequence[Json], now: float) -> tuple[str, bytes, str]:
    """Content type, body and query of a step."""
    if step.text is not None:
        text = filled(step.text, earlier, now) * step.times
        return _CONTENT_TYPES[step.as_], text.encode(step.charset), ""
    if step.body is None:
        return "", b"", ""
    body = filled(_body(step.body, now), earlier, now)
    if step.as_ == "json":
        return _CONTENT_TYPES["json"], json.dumps(body, ensure_ascii=False).encode(step.charset), ""
    flat = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in body.items()}
    if step.as_ == "query":
        return "", b"", urlencode(flat)
    if step.as_ == "form":
        return _CONTENT_TYPES["form"], urlencode(flat).encode(), ""
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in flat.items())
    return _CONTENT_TYPES["xml"], f"<lead>{inner}</lead>".encode(step.charset), ""


def _body(body: Json | list[Any], now: float) -> Any:
    if not isinstance(body, dict) or "sample" not in body:
        return body
    sample = msgspec.convert(body, Sample)
    who = consumer(POPULATION, sample.consumer, sample.vertical)
    lead = {"deadline_ms": PATIENCE_MS, **ping_of(who, now)} if sample.sample == "ping" else post_of(who, "", now)
    whole = {**lead, **sample.with_}
    return {name: value for name, value in whole.items() if name not in sample.without}
