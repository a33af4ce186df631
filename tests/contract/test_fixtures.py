"""Every scenario of fixtures/contract gets, over real HTTP, what it says; and every reason for a refusal is shown."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
from msgspec.structs import replace

from app.domain.reasons import REASONS
from app.domain.token import mint, read
from app.settings import Settings
from tests.contract.answers import check_shape
from tests.contract.scenario import FOLDER, Exchange, Step, ask, filled, read_scenario
from tests.contract.sockets import asking, connected, pinging, raw_answers
from tests.service import Service
from tests.table import each_row

Played = Callable[[Path], list[Exchange]]

EXEMPLARY = sorted(FOLDER.glob("exemplary/*.json"))
SUPPLEMENTAL = sorted(FOLDER.glob("supplemental/*.json"))


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


each_scenario = each_row("path", EXEMPLARY + SUPPLEMENTAL, ids=name_of)


@each_scenario
def test_a_scenario_gets_what_it_says(path: Path, played: Played) -> None:
    exchanges = played(path)
    answers = [exchange.answer for exchange in exchanges]
    for number, exchange in enumerate(exchanges, 1):
        step, told = exchange.step, f"step {number}: {exchange.raw.decode()}"
        assert exchange.status == step.status, told
        assert holding(exchange.answer, step.answer) == filled(step.answer, answers, time.time()), told
        assert step.same_as == 0 or exchange.raw == exchanges[step.same_as - 1].raw, told
        assert not [text for text in step.absent if text in exchange.raw.decode()], told


@each_scenario
def test_every_answer_has_the_published_shape(path: Path, played: Played) -> None:
    for exchange in played(path):
        _, where = exchange.route
        if where.startswith("/v"):
            check_shape(where, exchange.status, exchange.content_type, exchange.raw)


@each_row("path", EXEMPLARY, ids=name_of)
def test_the_xml_twin_of_an_answer_says_the_same(path: Path, played: Played) -> None:
    for exchange in played(path):
        # What is reported again is not recorded again.
        if exchange.twin is not None and exchange.answer["status"] != "recorded":
            assert list(exchange.twin) == list(exchange.answer)
            assert without_ids(exchange.twin) == without_ids(as_texts(exchange.answer))


@each_row("path", EXEMPLARY, ids=name_of)
def test_an_exemplary_scenario_holds_no_error(path: Path, played: Played) -> None:
    assert {exchange.status for exchange in played(path)} == {200}
    assert all("sample" not in (exchange.step.body or ()) for exchange in played(path))


def test_no_two_files_share_a_consumer() -> None:
    owners = Counter(
        number for path in SUPPLEMENTAL for number in {consumer_of(step) for step in read_scenario(path).steps} - {None}
    )
    assert [number for number, files in owners.items() if files > 1] == []


def test_every_reason_code_is_shown(played: Played) -> None:
    shown = {exchange.answer.get("reason_code") for path in SUPPLEMENTAL for exchange in played(path)}
    told = {reason.told_as or code for code, reason in REASONS.items()}
    assert told - shown == set(BY_TEST)
    assert all(callable(test) for test in BY_TEST.values())


def test_a_bid_past_its_end_is_to_be_pinged_again(service: Service, http: httpx.Client) -> None:
    ping, post = a_lead(9_001)
    (bid,) = play_steps(http, [ping])
    keys = service.keys
    token = read(bid.answer["ping_id"], keys.signing)
    assert token is not None
    past = mint(replace(token, expires_at=int(time.time())), keys.signing_id, keys.signing[keys.signing_id])

    (late,) = play_steps(http, [with_ping_id(post, past)])
    assert (late.status, late.answer["status"], late.answer["reason_code"]) == (200, "reping", "ping_expired")
    check_shape(late.route[1], late.status, late.content_type, late.raw)

    # The answer is not kept: a bid that lives buys the lead.
    (bought,) = play_steps(http, [with_ping_id(post, bid.answer["ping_id"])])
    assert bought.answer["status"] == "accepted"


def test_while_the_database_is_away_pings_go_on_and_posts_are_not_sold(service: Service, http: httpx.Client) -> None:
    ping, post = a_lead(9_002)
    (bid,) = play_steps(http, [ping])
    with locked(service.settings):
        other, _ = a_lead(9_003)
        assert play_steps(http, [other])[0].answer["status"] == "accepted"
        (away,) = play_steps(http, [with_ping_id(post, bid.answer["ping_id"])])
    assert (away.status, away.answer["status"], away.answer["reason_code"]) == (503, "error", "internal")
    assert "lead_id" not in away.answer
    check_shape(away.route[1], away.status, away.content_type, away.raw)
    (bought,) = play_steps(http, [with_ping_id(post, bid.answer["ping_id"])])
    assert bought.answer["status"] == "accepted"


def test_under_load_a_ping_is_refused_in_the_shape_of_any_other(service: Service) -> None:
    """More than there is time for, on one connection; the answers of two dialects stand in their own words."""
    count, paths = 3_000, ("/v1/ping", "/v1/boberdoo/ping.xml")
    requests = b"".join(asking(pinging(), path) for _ in range(count // 2) for path in paths)
    with closing(connected(service)) as connection, ThreadPoolExecutor(1) as sender:
        sender.submit(connection.sendall, requests)
        shed: dict[str, bytes] = {}
        for number, (status, raw) in enumerate(raw_answers(connection, count)):
            if b"load_shed" in raw or b"too busy" in raw:
                assert status == 200
                shed[paths[number % 2]] = raw
    check_shape("/v1/ping", 200, "application/json", shed["/v1/ping"])
    assert shed["/v1/boberdoo/ping.xml"].startswith(b"<?xml")
    assert b"<status>Unmatched</status>" in shed["/v1/boberdoo/ping.xml"]


BY_TEST = {
    "ping_expired": test_a_bid_past_its_end_is_to_be_pinged_again,
    "internal": test_while_the_database_is_away_pings_go_on_and_posts_are_not_sold,
    "load_shed": test_under_load_a_ping_is_refused_in_the_shape_of_any_other,
}
"""Reason codes that need time or trouble, which no file can bring about."""


def holding(answer: Any, wanted: Any) -> Any:
    """The part of an answer that a scenario speaks of."""
    if isinstance(wanted, dict) and isinstance(answer, dict):
        return {name: holding(answer[name], each) for name, each in wanted.items() if name in answer}
    if isinstance(wanted, list) and isinstance(answer, list) and len(answer) == len(wanted):
        return [holding(mine, each) for mine, each in zip(answer, wanted, strict=True)]
    return answer


def as_texts(value: Any) -> Any:
    """An answer in JSON as XML would tell it."""
    if isinstance(value, dict):
        return {name: as_texts(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_texts(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def without_ids(answer: dict[str, Any]) -> dict[str, Any]:
    """Every refused ping has an id of its own."""
    return {name: each for name, each in answer.items() if name != "ping_id" or answer["status"] != "rejected"}


def consumer_of(step: Step) -> int | None:
    return step.body.get("consumer") if isinstance(step.body, dict) else None


def a_lead(number: int) -> tuple[Step, Step]:
    """A consumer's ping and its post, which still lacks its bid."""
    ping, post = (
        Step(route=f"POST /v1/{kind}", seller="acme", body={"sample": kind, "consumer": number, "with": {}})
        for kind in ("ping", "post")
    )
    return ping, post


def with_ping_id(post: Step, ping_id: str) -> Step:
    assert isinstance(post.body, dict)
    return replace(post, body={**post.body, "with": {"ping_id": ping_id}})


def play_steps(http: httpx.Client, steps: list[Step]) -> list[Exchange]:
    return [ask(http, step, [], time.time()) for step in steps]


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Another process holds the database's only write lock."""
    with closing(sqlite3.connect(settings.data / "leadbid.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            database.execute("ROLLBACK")
