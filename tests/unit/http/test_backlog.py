"""Under load what is answered is answered in time, and the rest is refused at once."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

from app.http.answer import HttpAnswer
from app.http.auction.intake import Intake, Later
from app.http.backlog import AGE_MAX_S, ALWAYS_READ, BYTES_MAX, REQUESTS_MAX, ROUND_MAX, Backlog
from app.http.call import Call
from app.http.request import RawRequest

BID, SHED = HttpAnswer(200, b"text/plain", b"bid"), HttpAnswer(200, b"text/plain", b"shed")


class Clock:
    """Time that passes where a test says so."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """Answers in the time that it is given; posts it sets aside, and refuses none."""

    def __init__(self, clock: Clock, cost_s: float) -> None:
        self.clock, self.cost_s = clock, cost_s
        self.answered: list[RawRequest] = []

    def request(self, scope: Any, body: bytes | None, started: float) -> RawRequest:
        return RawRequest(scope, body, 0.0, started)

    def answers(self, together: Sequence[RawRequest]) -> list[HttpAnswer | Later]:
        self.clock.now += self.cost_s * len(together)
        self.answered += together
        return [_later if each.scope["path"] == "/v1/post" else BID for each in together]

    def shed(self, raw: RawRequest) -> HttpAnswer | None:
        return None if raw.scope["path"] == "/v1/post" else SHED


async def _later() -> HttpAnswer:
    return BID


class Line:
    """A connection that keeps what it is told."""

    def __init__(self) -> None:
        self.aside: list[Call] = []
        self.advanced = 0

    def advance(self) -> None:
        self.advanced += 1

    def set_aside(self, call: Call, _: Later) -> None:
        self.aside.append(call)


class Loop:
    """Turns of an event loop, one after the other."""

    def __init__(self) -> None:
        self.due: list[Callable[[], None]] = []

    def call_soon(self, what: Callable[..., None], *arguments: Any) -> None:
        self.due.append(lambda: what(*arguments))

    def turn(self) -> None:
        due, self.due = self.due, []
        for each in due:
            each()


class Scene:
    """A backlog with everything that it needs."""

    def __init__(self, cost_s: float = 0.001) -> None:
        self.clock, self.line, self.loop = Clock(), Line(), Loop()
        self.desk = Desk(self.clock, cost_s)
        self.backlog = Backlog(self.clock)

    def add(self, *, path: str = "/v1/ping", age_s: float = 0.0, known: bool = True) -> Call:
        intake = cast(Intake, self.desk)
        call = Call(self.line, intake, {"path": path}, self.clock.now - age_s, known=known, keep_alive=True)
        call.complete()
        self.backlog.add(call, cast(asyncio.AbstractEventLoop, self.loop))
        return call

    def work(self) -> None:
        while self.loop.due:
            self.loop.turn()


def test_what_comes_together_is_answered_in_one_turn() -> None:
    scene = Scene(cost_s=0.000_1)
    calls = [scene.add() for _ in range(ROUND_MAX)]
    scene.loop.turn()
    assert [call.answer for call in calls] == [BID] * ROUND_MAX
    assert (scene.line.advanced, scene.loop.due) == (1, [])


def test_of_too_many_the_oldest_are_shed() -> None:
    scene = Scene(cost_s=0.01)
    calls = [scene.add() for _ in range(10 * ALWAYS_READ)]
    scene.work()
    answers = [call.answer for call in calls]
    shed = answers.count(SHED)
    assert 0 < shed < len(calls)
    assert answers[:10] == [SHED] * 10
    assert answers[-10:] == [BID] * 10


def test_what_has_waited_too_long_is_shed_when_others_wait() -> None:
    scene = Scene(cost_s=0.000_01)
    old = [scene.add(age_s=AGE_MAX_S + 0.01) for _ in range(ALWAYS_READ)]
    new = [scene.add() for _ in range(ALWAYS_READ)]
    scene.work()
    assert {call.answer for call in old} == {SHED}
    assert {call.answer for call in new} == {BID}


def test_what_has_waited_too_long_is_read_where_there_is_no_load() -> None:
    """It may have a longer deadline than the usual one."""
    scene = Scene()
    call = scene.add(age_s=10.0)
    scene.work()
    assert call.answer == BID


def test_no_post_is_shed_and_none_waits_for_pings() -> None:
    scene = Scene(cost_s=0.01)
    pings = [scene.add() for _ in range(10 * ALWAYS_READ)]
    posts = [scene.add(path="/v1/post", age_s=60.0) for _ in range(10)]
    scene.loop.turn()
    assert scene.line.aside == posts
    assert [raw.scope["path"] for raw in scene.desk.answered[:10]] == ["/v1/post"] * 10
    scene.work()
    assert all(call.answer is not None for call in pings)


def test_what_has_shown_no_key_waits_for_what_has() -> None:
    scene = Scene(cost_s=0.01)
    strangers = [scene.add(known=False) for _ in range(ROUND_MAX + 1)]
    sellers = [scene.add() for _ in range(ROUND_MAX)]
    scene.loop.turn()
    assert {call.answer for call in sellers} == {BID}
    # One round of them is read in any case: their key may stand in the body.
    assert [call.answer for call in strangers] == [BID] * ROUND_MAX + [None]


def test_bytes_that_came_while_the_loop_was_at_work_count_from_when_it_last_looked() -> None:
    scene = Scene(cost_s=0.01)
    began = scene.clock.now
    scene.add()
    scene.loop.turn()
    assert scene.clock.now > began
    assert scene.backlog.heard_at(1.0) == began
    scene.clock.now += 5.0
    assert scene.backlog.heard_at(1.0) == began, "it is still the same turn of the loop"
    assert scene.backlog.heard_at(2.0) == scene.clock.now, "it was idle"


def test_it_is_crowded_by_requests_or_bytes_and_sooner_for_who_has_no_key() -> None:
    backlog = Backlog(Clock())
    assert not backlog.is_crowded(keyed=False)
    backlog.requests = REQUESTS_MAX // 2
    assert (backlog.is_crowded(keyed=False), backlog.is_crowded(keyed=True)) == (True, False)
    backlog.bytes = BYTES_MAX
    assert backlog.is_crowded(keyed=True)


def test_what_posts_take_says_nothing_of_pings() -> None:
    scene = Scene(cost_s=0.01)
    for _ in range(5):
        posts = [scene.add(path="/v1/post") for _ in range(ROUND_MAX)]
        scene.work()
        assert scene.line.aside[-ROUND_MAX:] == posts
    scene.desk.cost_s = 0.000_1
    pings = [scene.add() for _ in range(3 * ALWAYS_READ)]
    scene.work()
    assert {call.answer for call in pings} == {BID}
