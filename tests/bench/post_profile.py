"""Where the processor time of one post goes: in the event loop, and in the thread that writes to SQLite."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.dialects import generic
from app.dialects.plain.post import PlainPosts
from app.drill.kit.open_loop import request_bytes
from app.http import request
from app.http.auction import intake
from app.http.express import Express
from app.journal.writer import JournalWriter
from app.mock_exchange.consumers import consumer, ping_of, post_of
from app.store.engine import runners
from app.store.engine.runners import GroupRunner
from app.store.posts import sell_together
from app.store.vault import Vault
from app.usecases import accept_post, gather_post, make_sale
from app.usecases.standing.changes import BidMade
from tests.bench.places import VERTICAL
from tests.bench.stages import StageClock, Stages
from tests.bench.wire import Wires

WAVE = 50
"""As many as `make bench` has at once: they share a commit."""

WAVES = 40
PAUSE_S = 0.02
"""Between looks for answers: short ones would cost as much as a stage."""
_FIRST = 2_000_001

LOOP: Stages = {
    "parse HTTP, in and out": [(Express, "data_received"), (Express, "advance")],
    "who asks, and how": [(intake, "read_again"), (intake, "read_request")],
    "read a plain post": [(PlainPosts, "read")],
    "read the body of another": [(request, "read_body")],
    "find its bid": [(generic, "ping_id_of"), (intake, "open_reference")],
    "read another post": [(generic, "read_post")],
    "who it is, what it repeats": [(accept_post, "posted"), (gather_post, "_case")],
    "judge": [(gather_post, "judge")],
    "what its ping said": [(BidMade, "bid_line")],
    "the sale": [(accept_post, "make_sale")],
    "when to call": [(make_sale, "calling_window")],
    "seal": [(Vault, "seal")],
    "remember the sale": [(accept_post, "_remember")],
    "journal": [(accept_post, "_say"), (JournalWriter, "append"), (JournalWriter, "_encode")],
    "write the answer": [(intake, "http_post_answer")],
}
REST = "rounds and the loop"
WRITER: Stages = {
    "begin and commit": [(GroupRunner, "_transaction")],
    "savepoints": [(runners, "_do_together")],
    "what is known": [(sell_together, "_gathered")],
    "write": [(sell_together, "_write")],
}


async def profile_posts(service: Any, headers: Mapping[str, str]) -> str:
    """The table, as text."""
    clock = StageClock(REST, time.thread_time)
    waves, whole_us = [], []
    with clock.patched({**LOOP, **WRITER}):
        wires = Wires(service, WAVE)
        for turn in range(WAVES):
            posts = await _posts(wires, range(_FIRST + turn * WAVE, _FIRST + (turn + 1) * WAVE), headers)
            clock.take()
            began = time.process_time()
            answers = await wires.wave(posts, PAUSE_S)
            whole_us.append((time.process_time() - began) / WAVE * 1e6)
            waves.append(clock.take())
            assert all(b'"status":"accepted"' in answer for answer in answers)
    # As of a ping, of each stage the quickest wave.
    us = {stage: min(wave[stage] for wave in waves) / WAVE * 1e6 for stage in (*LOOP, REST, *WRITER)}
    us["together, all threads"] = min(whole_us)
    lines = [f"{stage:<26} {each:>6.1f}" for stage, each in us.items()]
    return "\n".join([f"\n{'stage of a post':<26} {'us':>6}", *lines])


async def _posts(wires: Wires, numbers: range, headers: Mapping[str, str]) -> Sequence[bytes]:
    """What is posted to the bids for these consumers."""
    people = [consumer(1, number, VERTICAL) for number in numbers]
    answers = await wires.wave([_request("/v1/ping", ping_of(who, time.time()), headers) for who in people])
    ids = [msgspec.json.decode(answer.partition(b"\r\n\r\n")[2])["ping_id"] for answer in answers]
    return [
        _request("/v1/post", post_of(who, ping_id, time.time()), headers)
        for who, ping_id in zip(people, ids, strict=True)
    ]


def _request(path: str, body: object, headers: Mapping[str, str]) -> bytes:
    return request_bytes(path, msgspec.json.encode(body), headers)
