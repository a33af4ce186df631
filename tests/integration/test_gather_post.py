"""A post that asks a provider over HTTP: whatever that one does, it costs the post its deadline and nothing else."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.certificates.provider import Asking, IsKept, ProviderAnswer, Reaction, Secrets, Subject, verdict
from app.certificates.provider_client import Consulted, ProviderClient
from app.domain.checks.check import Check
from app.domain.checks.verdict import CheckVerdict, Consultation, OnUnknown
from app.domain.delivery.breaker import FAILURES_MAX
from app.domain.post.posted_lead import PostedLead
from app.outbound.message import OutboundAnswer, OutboundRequest
from app.outbound.sender import Sender
from app.store.errors import StoreUnavailable
from app.usecases.bidder import Bidder
from app.usecases.post_collectors import PostCollector, PostCollectors
from app.wire.post import PostAnswer
from tests.bidder import another, ask, at_bidder, sell, somebody
from tests.loopback_server import (
    Behavior,
    Listener,
    dripping,
    endless_headers,
    listening,
    read_request,
    resetting,
    silent,
    until,
)

DEADLINE_S = 0.4
"""Where nobody answers in time."""

PATIENT_S = 60.0
"""Where an answer is expected, however busy the machine is."""

LATE_S = 5.0
"""How much longer a busy machine may take; a provider that hung would cost 60 seconds more."""


def answering(status: int, body: bytes, *headers: bytes, delay_s: float = 0.0) -> Behavior:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            await asyncio.sleep(delay_s)
            lines = [b"HTTP/1.1 %d Status" % status, b"content-length: %d" % len(body), *headers]
            writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
            await writer.drain()

    return behave


PASS = answering(200, b'{"match": true}')
FAIL = answering(200, b'{"match": false}')


class Provider:
    """Asks a provider of certificates as any adapter does: through the client, within its circuit and its time."""

    def __init__(self, port: int, on_unknown: OnUnknown, share: float) -> None:
        self.sender = Sender()
        self.asked = 0
        self.check = check(on_unknown, url=f"http://127.0.0.1:{port}/match")
        self.client = ProviderClient(self._send, dict, providers={"leadid": Matcher()})
        self._share = share

    def collector(self, lead: PostedLead) -> PostCollector:
        subject = Subject(stage="post", seller=lead.seller.name, phone=lead.post.contact.phone)

        async def collect(within_s: float) -> Consulted:
            return await self.client.consult(self.check, subject, within_s * self._share, lead.now)

        return PostCollector(unknown=self.client.unknown(self.check, subject), collect=collect)

    async def _send(self, request: OutboundRequest) -> OutboundAnswer:
        self.asked += 1
        return await self.sender.send(request)


def check(on_unknown: OnUnknown, url: str = "http://127.0.0.1/match") -> Check:
    return Check(
        name="matcher",
        provider="leadid",
        secret="env:KEY",
        url=url,
        private_hosts=("127.0.0.1",),
        on_unknown={"certificate": on_unknown},
    )


class Matcher:
    """Has one question: whether the phone is the certificate's."""

    def questions(self, _check: Check, _subject: Subject) -> tuple[str, ...]:
        return ("certificate",)

    def askings(self, check: Check, subject: Subject, _secrets: Secrets, _is_kept: IsKept) -> Sequence[Asking]:
        request = OutboundRequest(
            method="POST",
            url=check.url,
            headers={"content-type": "application/json"},
            body=msgspec.json.encode({"phone": subject.phone}),
            timeout_s=PATIENT_S,
            body_bytes_max=1_000,
            private_hosts=frozenset(check.private_hosts),
        )
        return [Asking(operation="match", request=request)]

    def react(self, _check: Check, answered: ProviderAnswer) -> Reaction:
        return Reaction(failed=answered.answer.status != 200)

    def read(self, check: Check, _subject: Subject, answers: Sequence[ProviderAnswer]) -> Sequence[CheckVerdict]:
        answer = answers[0].answer
        if answer.status != 200:
            return [verdict(check, "certificate", "unknown")]
        # What was cut, or is no such JSON, raises: that is an unknown, too.
        matches = msgspec.json.decode(answer.body, type=dict[str, bool])["match"]
        return [verdict(check, "certificate", "pass" if matches else "fail", "another phone")]


Scene = Callable[[Bidder, Provider, Listener], Awaitable[None]]


def played(
    folder: Path,
    behave: Behavior,
    scene: Scene,
    *,
    on_unknown: OnUnknown = "refuse",
    share: float = 0.7,
    deadline_s: float = PATIENT_S,
) -> None:
    """A scene at a bidder that asks a provider; with a `share` above 1 its adapter would wait longer than it may."""

    async def at(bidder: Bidder) -> None:
        listener = Listener(behave)
        async with listening(listener) as port:
            provider = Provider(port, on_unknown, share)
            bidder.post_collectors = PostCollectors(of=lambda lead: [provider.collector(lead)], deadline_s=deadline_s)
            try:
                await scene(bidder, provider, listener)
            finally:
                await provider.sender.aclose()

    at_bidder(folder, at)


async def timed(post: Awaitable[PostAnswer]) -> tuple[PostAnswer, float]:
    started = time.monotonic()
    return await post, time.monotonic() - started


def left_running() -> list[str]:
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return [name for name in names if name.startswith(("Sender.", "ProviderClient.", "_said", "_as_coroutine"))]


def test_a_lead_that_the_provider_confirms_is_bought(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, provider: Provider, _listener: Listener) -> None:
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        assert provider.asked == 1

    played(tmp_path, PASS, scene)


def test_a_lead_that_fails_its_check_is_refused_with_the_checks_code_for_good(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, _provider: Provider, _listener: Listener) -> None:
        bid = ask(bidder)
        refused = await sell(bidder, bid.ping_id)
        assert (refused.status, refused.reason_code) == ("rejected", "consent_invalid")
        assert refused.reason.endswith("another phone")
        bidder.post_collectors = PostCollectors()
        assert await sell(bidder, bid.ping_id) == refused

    played(tmp_path, FAIL, scene)


UNKNOWN: dict[str, Behavior] = {
    "late": answering(200, b'{"match": true}', delay_s=60.0),
    "hanging": silent,
    "dripping": dripping,
    "reset": resetting,
    "endless headers": endless_headers,
    "HTTP 500": answering(500, b'{"match": false}'),
    "redirect": answering(302, b"", b"location: /elsewhere"),
    "oversized": answering(200, b'{"match": false, "more": "' + b"x" * 100_000 + b'"}'),
    "not JSON": answering(200, b"<html>We will be back soon</html>"),
}


@pytest.mark.parametrize("share", [0.7, 60.0], ids=["adapter in time", "adapter too patient"])
@pytest.mark.parametrize("behave", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_whatever_else_a_provider_does_is_an_unknown_in_time_and_leaves_nothing(
    tmp_path: Path, behave: Behavior, share: float
) -> None:
    async def scene(bidder: Bidder, provider: Provider, listener: Listener) -> None:
        answer, took_s = await timed(sell(bidder, ask(bidder).ping_id))
        assert (answer.status, provider.asked) == ("accepted", 1)
        assert took_s < DEADLINE_S + LATE_S
        await until(lambda: left_running() == [])
        await provider.sender.aclose()
        await until(lambda: listener.open == 0)

    played(tmp_path, behave, scene, on_unknown="accept", share=share, deadline_s=DEADLINE_S)


def test_an_unknown_that_is_needed_refuses_until_there_is_an_answer(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, provider: Provider, listener: Listener) -> None:
        bid = ask(bidder)
        refused = await sell(bidder, bid.ping_id)
        assert (refused.status, refused.reason_code) == ("rejected", "unverified")
        assert refused.reason.endswith(": certificate")
        listener.behave = PASS
        await provider.sender.aclose()
        assert (await sell(bidder, bid.ping_id)).status == "accepted"

    played(tmp_path, answering(503, b""), scene)


def test_posts_that_come_together_wait_together(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, _provider: Provider, _listener: Listener) -> None:
        bids = [ask(bidder, **another(number)) for number in range(20)]
        posts = [
            timed(sell(bidder, bid.ping_id, contact=somebody(number), **another(number)))
            for number, bid in enumerate(bids)
        ]
        answers = await asyncio.gather(*posts)
        assert {answer.status for answer, _ in answers} == {"accepted"}
        assert max(took_s for _, took_s in answers) < DEADLINE_S + LATE_S

    played(tmp_path, silent, scene, on_unknown="accept", share=60.0, deadline_s=DEADLINE_S)


def test_a_provider_that_keeps_failing_is_not_waited_for_any_more(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, provider: Provider, _listener: Listener) -> None:
        for number in range(FAILURES_MAX + 3):
            bid = ask(bidder, **another(number))
            # Whoever waited for it now would wait long.
            deadline_s = DEADLINE_S if number < FAILURES_MAX else PATIENT_S
            collectors = PostCollectors(of=lambda lead: [provider.collector(lead)], deadline_s=deadline_s)
            bidder.post_collectors = collectors
            answer, took_s = await timed(sell(bidder, bid.ping_id, contact=somebody(number), **another(number)))
            assert answer.status == "accepted"
        assert provider.asked == FAILURES_MAX
        assert took_s < LATE_S

    played(tmp_path, silent, scene, on_unknown="accept")


def test_a_post_that_asks_nobody_is_not_held_up_by_one_that_waits(tmp_path: Path) -> None:
    go_on = asyncio.Event()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        await PASS(reader, writer)

    async def scene(bidder: Bidder, provider: Provider, listener: Listener) -> None:
        waiting = asyncio.create_task(sell(bidder, ask(bidder).ping_id))
        await until(lambda: listener.open == 1)
        test = ask(bidder, test=True, **another(2))
        assert (await sell(bidder, test.ping_id, test=True, **another(2))).status == "accepted"
        assert not waiting.done()
        assert provider.asked == 1
        go_on.set()
        assert (await waiting).status == "accepted"

    played(tmp_path, behave, scene)


def test_a_post_that_is_given_up_gives_up_its_questions(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, _provider: Provider, listener: Listener) -> None:
        waiting = asyncio.create_task(sell(bidder, ask(bidder).ping_id))
        await until(lambda: listener.open == 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await until(lambda: left_running() == [] and listener.open == 0)

    played(tmp_path, silent, scene, share=60.0)


def test_without_the_database_nobody_is_asked(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, provider: Provider, _listener: Listener) -> None:
        bid = ask(bidder)
        other = sqlite3.connect(tmp_path / "leadbid.db")
        other.execute("ALTER TABLE answer RENAME TO elsewhere")
        other.close()
        with pytest.raises(StoreUnavailable):
            await sell(bidder, bid.ping_id)
        assert provider.asked == 0

    played(tmp_path, silent, scene, share=60.0)


def test_nobody_is_asked_about_a_post_that_is_refused_anyway_or_was_answered_before(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, provider: Provider, _listener: Listener) -> None:
        refused = await sell(
            bidder, ask(bidder, **another(2)).ping_id, tcpa_text="I ask for calls about solar.", **another(2)
        )
        assert (refused.reason_code, provider.asked) == ("brand_not_disclosed", 0)
        bid = ask(bidder)
        bought = await sell(bidder, bid.ping_id)
        assert (bought.status, provider.asked) == ("accepted", 1)
        assert (await sell(bidder, bid.ping_id), provider.asked) == (bought, 1)

    played(tmp_path, PASS, scene)


def test_a_database_that_does_not_answer_in_time_is_unavailable(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        bidder.post_collectors = PostCollectors(deadline_s=0.0)
        # A refusal gives way to an earlier answer, so that one is looked up.
        with pytest.raises(StoreUnavailable, match="deadline"):
            await sell(bidder, bid.ping_id, tcpa_text="I ask for calls about solar.")
        bidder.post_collectors = PostCollectors()
        assert (await sell(bidder, bid.ping_id)).status == "accepted"

    at_bidder(tmp_path, scene)


async def broken(_within_s: float) -> Consulted:
    raise KeyError("maria.lopez@gmail.com")


async def stubborn(_within_s: float) -> Consulted:
    try:
        await asyncio.sleep(60.0)
    except asyncio.CancelledError:
        await asyncio.sleep(2.0)
    raise AssertionError("nobody waits that long")


async def cancelled(_within_s: float) -> Consulted:
    raise asyncio.CancelledError


@pytest.mark.parametrize("collect", [broken, stubborn, cancelled])
def test_a_collector_that_misbehaves_is_an_unknown_in_time(
    tmp_path: Path, collect: Any, caplog: pytest.LogCaptureFixture
) -> None:
    open_question = verdict(check("accept"), "certificate", "unknown")
    unknown = Consulted(consultation=Consultation(check="matcher", verdicts=(open_question,)))

    async def scene(bidder: Bidder) -> None:
        collector = PostCollector(unknown=unknown, collect=collect)
        bidder.post_collectors = PostCollectors(of=lambda _lead: [collector], deadline_s=DEADLINE_S)
        answer, took_s = await timed(sell(bidder, ask(bidder).ping_id))
        assert answer.status == "accepted"
        assert took_s < DEADLINE_S + LATE_S

    at_bidder(tmp_path, scene)
    assert "@" not in caplog.text
    assert ("check matcher went wrong: KeyError" in caplog.text) is (collect is broken)
