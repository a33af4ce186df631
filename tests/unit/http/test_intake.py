"""How the auction's doors take requests in and let answers out."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.domain.catalogue import Catalogue
from app.http.asgi_request import Message
from app.http.intake import HELD_MAX, Intake
from app.usecases.desk import Desk
from tests.build import NOW, catalogue, seller
from tests.desk import at_desk

BODY = msgspec.json.encode({"vertical": "solar", "zip": "78701", "state": "TX"})


Answer = dict[str, Any]


async def ping(intake: Intake, came: Callable[[], None], left: Callable[[], None] = lambda: None) -> Answer:
    """The answer to one ping; `came` is called as it is read, `left` as its answer is sent."""
    told: Answer = {}

    async def receive() -> Message:
        came()
        return {"type": "http.request", "body": BODY}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            left()
            told.update(msgspec.json.decode(message["body"]))

    headers = [(b"x-api-key", b"acme-key")]
    await intake({"path": "/v1/ping", "method": "POST", "headers": headers, "query_string": b""}, receive, send)
    return told


def requests_at_once(tmp_path: Path, count: int) -> list[tuple[str, int]]:
    """What happened to so many pings that came together: each is `read` and then `sent`, by its number."""
    happened: list[tuple[str, int]] = []

    def noting(what: str, number: int) -> Callable[[], None]:
        return lambda: happened.append((what, number))

    async def scene(desk: Desk) -> None:
        intake = Intake(desk, lambda: NOW)
        numbers = range(count)
        answers = await asyncio.gather(*[ping(intake, noting("read", n), noting("sent", n)) for n in numbers])
        assert {answer["status"] for answer in answers} == {"accepted"}

    at_desk(tmp_path, scene)
    return happened


def test_requests_that_came_together_are_answered_together(tmp_path: Path) -> None:
    happened = requests_at_once(tmp_path, 5)
    assert happened == [(what, number) for what in ("read", "sent") for number in range(5)]


def test_only_so_many_answers_wait_for_others(tmp_path: Path) -> None:
    happened = requests_at_once(tmp_path, HELD_MAX + 2)
    sent = [number for what, number in happened if what == "sent"]
    assert sent == [HELD_MAX, HELD_MAX + 1, *range(HELD_MAX)]


@pytest.mark.parametrize(
    ("reloaded", "code"),
    [
        (catalogue(config_hash="new", sellers=[seller(paused=True)]), "paused"),
        (catalogue(config_hash="new", sellers=[seller(name="other")]), "auth_failed"),
    ],
)
def test_what_was_read_before_a_reload_is_read_again_after_it(tmp_path: Path, reloaded: Catalogue, code: str) -> None:
    async def scene(desk: Desk) -> None:
        intake = Intake(desk, lambda: NOW)

        def reload() -> None:
            desk.catalogue = reloaded

        first, _ = await asyncio.gather(ping(intake, lambda: None), ping(intake, reload))
        assert first["reason_code"] == code

    at_desk(tmp_path, scene)
