"""A seller with disclosure `opaque` or `class` never learns that we have a person already, at whatever endpoint."""

import itertools
import re
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Literal, get_args

import httpx
import pytest

from app.domain.reasons import Disclosure
from app.domain.seller import Statuses
from app.mock_exchange.consumers import post_of
from app.platforms.known import DIALECTS
from tests.market import patient_ping, someone
from tests.sellers import config_with
from tests.service import serve
from tests.table import each_row

Level = Literal["opaque", "class"]
LEVELS: tuple[Level, ...] = ("opaque", "class")
TOLD: tuple[Disclosure, ...] = (*LEVELS, "full")
STATUSES: tuple[Statuses, ...] = get_args(Statuses)
BOUGHT = 7_000
UNLIKE_IDS = re.compile(rb"[A-Za-z0-9_-]{20,}")

numbers = itertools.count(7_100)


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("disclosure")
    tables = [_seller(level, statuses) for level in TOLD for statuses in STATUSES]
    config = config_with(folder)
    config.write_text("\n".join([config.read_text(encoding="utf-8"), *tables]), encoding="utf-8")
    with serve(config, folder / "data") as service, httpx.Client(base_url=service.url, trust_env=False) as client:
        answer, _ = posted(client, "generic", "full", "usual", BOUGHT)
        assert answer.json()["status"] == "accepted"
        yield client


def _seller(level: Disclosure, statuses: Statuses) -> str:
    name, digest = f"{level}-{statuses.replace('_', '-')}", sha256(key_of(level, statuses)).hexdigest()
    wishes = f'disclosure = "{level}"\nstatuses = "{statuses}"\ndirect = true'
    return f'[[sellers]]\nname = "{name}"\nkey_sha256 = ["{digest}"]\n{wishes}\n'


def key_of(level: Disclosure, statuses: Statuses) -> bytes:
    return f"{level} {statuses} key".encode()


def send(http: httpx.Client, path: str, level: Disclosure, statuses: Statuses, body: dict[str, Any]) -> httpx.Response:
    return http.post(path, headers={"X-API-Key": key_of(level, statuses).decode()}, json=body)


def lead(number: int, **changes: Any) -> dict[str, Any]:
    """What makes a lead another one, whoever it is of."""
    certificate = f"https://cert.trustedform.com/{number:040x}"
    return {"seller_lead_id": f"own-{number}", "trustedform_cert_url": certificate, "leadid_token": "", **changes}


def posted(
    http: httpx.Client, dialect: str, level: Disclosure, statuses: Statuses, person: int, **changes: Any
) -> tuple[httpx.Response, str]:
    own = lead(next(numbers))
    ping = {**patient_ping(someone(person)), **own}
    bid = send(http, "/v1/generic/ping.json", level, statuses, ping).json()
    assert bid["status"] == "accepted", bid
    ping_id: str = bid["ping_id"]
    body = {**post_of(someone(person), ping_id, time.time()), **own, **changes}
    return send(http, f"/v1/{dialect}/post", level, statuses, body), ping_id


def told(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    """All that an answer says, but for its ids, its length and its date."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "content-length")}
    return answer.status_code, headers, UNLIKE_IDS.sub(b"id", answer.content)


def says_duplicate(answer: httpx.Response) -> bool:
    text = f"{answer.headers} {answer.text}".casefold()
    return "duplicat" in text or "already" in text or answer.status_code == 409


def test_a_seller_that_may_know_is_told(http: httpx.Client) -> None:
    for statuses in STATUSES:
        answer, _ = posted(http, "generic", "full", statuses, BOUGHT)
        assert says_duplicate(answer)
        assert answer.json()["reason_code"] == "duplicate"


@each_row("dialect", DIALECTS)
@each_row("statuses", STATUSES)
@each_row("level", LEVELS)
def test_a_post_is_answered_as_any_other_that_is_refused(
    http: httpx.Client, level: Level, statuses: Statuses, dialect: str
) -> None:
    duplicate, bid = posted(http, dialect, level, statuses, BOUGHT)
    assert not says_duplicate(duplicate), duplicate.text
    if level == "opaque":
        # Anything else that is not the seller's own mistake.
        other, _ = posted(http, dialect, level, statuses, next(numbers), tcpa_consent="no")
        assert told(duplicate) == told(other)
    key = {"X-API-Key": key_of(level, statuses).decode()}
    kept = http.get(f"/v1/posts/{bid}", headers=key)
    assert not says_duplicate(kept)
    assert kept.json()["status"] == "rejected"


@each_row("dialect", DIALECTS)
@each_row("level", LEVELS)
def test_so_is_a_ping_with_a_hash_and_a_post_without_a_ping(http: httpx.Client, level: Level, dialect: str) -> None:
    phone = re.sub(r"\D", "", str(post_of(someone(BOUGHT), "", time.time())["phone"]))[-10:]
    hashed = {**patient_ping(someone(BOUGHT)), "phone_hash": sha256(phone.encode()).hexdigest()}
    for statuses in STATUSES:
        ping = send(http, f"/v1/{dialect}/ping", level, statuses, {**hashed, **lead(next(numbers))})
        full = {**post_of(someone(BOUGHT), "", time.time()), **lead(next(numbers)), "mode": "full"}
        for answer in (ping, send(http, f"/v1/{dialect}/lead", level, statuses, full)):
            assert not says_duplicate(answer), answer.text
    known = send(http, "/v1/generic/ping", "full", "usual", {**hashed, **lead(next(numbers))})
    assert known.json()["reason_code"] == "duplicate"


@each_row("level", LEVELS)
def test_neither_its_scorecard_nor_its_notices_tell_it(http: httpx.Client, level: Level) -> None:
    key = {"X-API-Key": key_of(level, "usual").decode()}
    _, bid = posted(http, "generic", level, "usual", BOUGHT)
    notice = send(http, "/v1/notices", level, "usual", {"ping_id": bid, "result": "lost"})
    assert not says_duplicate(notice)
    card = http.get("/v1/scorecard", headers=key).json()
    assert card["posts"].pop("duplicates") is None
    assert "duplicat" not in str(card)
