"""How the auction's doors take requests in and let answers out."""

import asyncio
from pathlib import Path

import msgspec

from app.http.asgi_request import Message
from app.http.intake import HELD_MAX, Intake
from app.usecases.desk import Desk
from tests.build import NOW
from tests.desk import at_desk

BODY = msgspec.json.encode({"vertical": "solar", "zip": "78701", "state": "TX"})


def requests_at_once(tmp_path: Path, count: int) -> list[tuple[str, int]]:
    """What happened to so many pings that came together: each is `read` and then `sent`, by its number."""
    happened: list[tuple[str, int]] = []

    async def one(intake: Intake, number: int) -> None:
        async def receive() -> Message:
            happened.append(("read", number))
            return {"type": "http.request", "body": BODY}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                happened.append(("sent", number))
                assert msgspec.json.decode(message["body"])["status"] == "accepted"

        headers = [(b"x-api-key", b"acme-key")]
        scope = {"path": "/v1/ping", "method": "POST", "headers": headers, "query_string": b""}
        await intake(scope, receive, send)

    async def scene(desk: Desk) -> None:
        intake = Intake(desk, lambda: NOW)
        await asyncio.gather(*[one(intake, number) for number in range(count)])

    at_desk(tmp_path, scene)
    return happened


def test_requests_that_came_together_are_answered_together(tmp_path: Path) -> None:
    happened = requests_at_once(tmp_path, 5)
    assert happened == [(what, number) for what in ("read", "sent") for number in range(5)]


def test_only_so_many_answers_wait_for_others(tmp_path: Path) -> None:
    happened = requests_at_once(tmp_path, HELD_MAX + 2)
    sent = [number for what, number in happened if what == "sent"]
    assert sent == [HELD_MAX, HELD_MAX + 1, *range(HELD_MAX)]
