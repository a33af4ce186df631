"""The sender over real sockets: it goes nowhere it must not, and whatever happens there is an answer."""

import asyncio
import datetime
import logging
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.outbound.message import BODY_BYTES_MAX, OutboundAnswer, OutboundRequest
from app.outbound.sender import Sender
from tests.loopback_server import (
    Behavior,
    Listener,
    dripping,
    endless_headers,
    listening,
    resetting,
    serving,
    silent,
    trusting,
    until,
)


class Recorder:
    """Answers each path in its own way, and remembers which were asked and over how many connections."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.peers: set[int] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        self.peers.add(scope["client"][1])
        status, headers, body = 200, [], b"{}"
        if scope["path"] == "/redirect":
            status, headers = 302, [(b"location", b"/elsewhere")]
        if scope["path"] == "/slow":
            await asyncio.sleep(5.0)
        if scope["path"] == "/large":
            body = b"x" * (BODY_BYTES_MAX * 4)
        if scope["path"] == "/echo":
            body = (await receive()).get("body", b"")
        await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"x-seen", b"Yes")]})
        await send({"type": "http.response.body", "body": body})


def to(port: int, path: str, **more: Any) -> OutboundRequest:
    return a_request(f"http://127.0.0.1:{port}{path}", **more)


def a_request(url: str, **more: Any) -> OutboundRequest:
    defaults: dict[str, Any] = {"timeout_s": 15.0, "private_hosts": frozenset(["127.0.0.1"])}
    headers = {"content-type": "text/plain"}
    return OutboundRequest(method="POST", url=url, headers=headers, body=b"hello", **(defaults | more))


@asynccontextmanager
async def a_sender(**how: Any) -> AsyncIterator[Sender]:
    sender = Sender(**how)
    try:
        yield sender
    finally:
        await sender.aclose()


async def ask(path: str, **more: Any) -> tuple[OutboundAnswer, Recorder]:
    recorder = Recorder()
    async with serving(recorder) as port, a_sender() as sender:
        return await sender.send(to(port, path, **more)), recorder


def test_an_answer_comes_back_with_status_headers_and_body() -> None:
    answer, _ = asyncio.run(ask("/echo"))
    assert (answer.status, answer.body, answer.trouble) == (200, b"hello", "")
    assert answer.headers["x-seen"] == "Yes"
    assert answer.took_s > 0.0


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    answer, recorder = asyncio.run(ask("/redirect"))
    assert answer.status == 302
    assert recorder.paths == ["/redirect"]


def test_a_slow_receiver_is_a_timeout() -> None:
    answer, _ = asyncio.run(ask("/slow", timeout_s=0.15))
    assert (answer.trouble, answer.status) == ("timeout", 0)
    assert answer.took_s < 2.0


@pytest.mark.parametrize(("asked", "size"), [({}, BODY_BYTES_MAX), ({"body_bytes_max": 100}, 100)])
def test_a_large_answer_is_cut(asked: dict[str, int], size: int) -> None:
    answer, _ = asyncio.run(ask("/large", **asked))
    assert answer.status == 200
    assert len(answer.body) == size


def test_a_connection_is_kept_for_the_next_lead() -> None:
    async def thrice() -> Recorder:
        recorder = Recorder()
        async with serving(recorder) as port, a_sender() as sender:
            for _ in range(3):
                await sender.send(to(port, "/echo"))
        return recorder

    recorder = asyncio.run(thrice())
    assert len(recorder.paths) == 3
    assert len(recorder.peers) == 1


def test_a_private_host_is_allowed_for_the_request_that_allows_it_alone() -> None:
    async def both() -> tuple[OutboundAnswer, OutboundAnswer, Recorder]:
        recorder = Recorder()
        async with serving(recorder) as port, a_sender() as sender:
            allowed = await sender.send(to(port, "/mine"))
            return allowed, await sender.send(to(port, "/not-mine", private_hosts=frozenset())), recorder

    allowed, refused, recorder = asyncio.run(both())
    assert (allowed.status, refused.trouble) == (200, "refused_address")
    assert recorder.paths == ["/mine"]


def test_a_name_that_changes_its_mind_is_connected_where_it_was_vetted() -> None:
    """The first look-up says a public address, every later one a private address: there is no later one."""
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["10.0.0.1"]

    async def send() -> OutboundAnswer:
        async with a_sender(resolve=rebinding) as sender:
            return await sender.send(a_request("https://crm.example.com/"))

    assert asyncio.run(send()).trouble == "refused_address"
    assert asked == ["crm.example.com"]


def test_an_unknown_name_and_a_closed_port_are_told_apart() -> None:
    async def nobody(_host: str, _port: int) -> list[str]:
        raise socket.gaierror("no such name")

    async def send(port: int) -> tuple[OutboundAnswer, OutboundAnswer]:
        async with a_sender(resolve=nobody) as lost, a_sender() as sender:
            return await lost.send(to(port, "/")), await sender.send(to(port, "/"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    unknown, refused = asyncio.run(send(closed))
    assert (unknown.trouble, refused.trouble) == ("dns", "connect")


@pytest.mark.parametrize("spoken", [b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"HTTP/1.1 banana\r\n\r\n"])
def test_a_receiver_that_does_not_speak_http_is_a_protocol_trouble(spoken: bytes) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(spoken)
        writer.close()

    async def send() -> OutboundAnswer:
        server = await asyncio.start_server(babble, "127.0.0.1", 0)
        async with server, a_sender() as sender:
            return await sender.send(to(server.sockets[0].getsockname()[1], "/"))

    assert asyncio.run(send()).trouble == "protocol"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate of crm.example.com that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "crm.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("crm.example.com")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder: Path = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


async def at_loopback(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize(("host", "trouble"), [("crm.example.com", ""), ("other.example.com", "tls")])
def test_the_certificate_is_checked_against_the_name_though_an_address_is_called(
    host: str, trouble: str, certificate: tuple[str, str]
) -> None:
    async def send() -> OutboundAnswer:
        context = trusting(certificate[0])
        async with (
            serving(Recorder(), tls=certificate) as port,
            a_sender(resolve=at_loopback, ssl_context=context) as sender,
        ):
            return await sender.send(a_request(f"https://{host}:{port}/echo", private_hosts=frozenset([host])))

    answer = asyncio.run(send())
    assert answer.trouble == trouble
    assert answer.body == (b"" if trouble else b"hello")


def test_a_request_that_ends_after_the_sender_was_closed_leaves_no_connection() -> None:
    async def scene() -> tuple[OutboundAnswer, bytes]:
        asked, closed, heard = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop().create_future()

        async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"hello")
            asked.set()
            await closed.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            # What the other side says next: nothing more, as it closes.
            heard.set_result(await reader.read(1))
            writer.close()

        async with listening(Listener(answering)) as port:
            sender = Sender()
            sending = asyncio.create_task(sender.send(to(port, "/")))
            await asked.wait()
            await sender.aclose()
            closed.set()
            return await sending, await asyncio.wait_for(heard, 60.0)

    answer, heard = asyncio.run(scene())
    assert (answer.status, heard) == (200, b"")


async def greeting(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ready\r\n")
    await writer.drain()


def left_behind(sender: Sender) -> list[str]:
    """Connections that wait for the next request though they are closed; what is open besides, the other side sees."""
    connections = [connection for pool in sender._pools.values() for connection in pool.connections]
    return [repr(connection) for connection in connections if not connection.is_open]


@pytest.mark.parametrize(
    ("behave", "trouble"),
    [
        (silent, "timeout"),
        (dripping, "timeout"),
        (endless_headers, "protocol"),
        (resetting, "connect"),
        (greeting, "protocol"),
    ],
)
def test_however_a_receiver_misbehaves_there_is_an_answer_in_time_and_no_connection_left(
    behave: Behavior, trouble: str
) -> None:
    async def scene() -> OutboundAnswer:
        listener = Listener(behave)
        async with listening(listener) as port, a_sender() as sender:
            answer = await sender.send(to(port, "/", timeout_s=0.3))
            await until(lambda: listener.open == 0)
            assert left_behind(sender) == []
            return answer

    answer = asyncio.run(scene())
    assert answer.trouble == trouble
    # What drips would go on for twenty.
    assert answer.took_s < 5.0


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/"])
def test_who_is_cancelled_while_it_waits_leaves_no_connection(url: str) -> None:
    """Over TLS the silence falls into the handshake."""

    async def scene() -> None:
        listener = Listener(silent)
        async with listening(listener) as port, a_sender() as sender:
            asking = asyncio.create_task(sender.send(a_request(url.format(port=port))))
            await until(lambda: listener.open == 1)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert left_behind(sender) == []
            await until(lambda: listener.open == 0)

    asyncio.run(scene())


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_storm_of_cancellations_and_time_outs_leaves_nothing_behind(tls: bool, certificate: tuple[str, str]) -> None:
    """At every moment of an exchange somebody gives up: while connecting, within the handshake, reading, closing."""

    async def scene() -> None:
        draws = random.Random(7)
        recorder = Recorder()
        async with (
            serving(recorder, tls=certificate if tls else None) as port,
            a_sender(resolve=at_loopback, ssl_context=trusting(certificate[0])) as sender,
        ):
            url = f"{'https' if tls else 'http'}://crm.example.com:{port}/echo"
            for _ in range(60):
                asked = [
                    asyncio.create_task(
                        sender.send(
                            a_request(
                                url,
                                timeout_s=draws.choice([0.001, 0.005, 0.02, 5.0]),
                                private_hosts=frozenset(["crm.example.com"]),
                            )
                        )
                    )
                    for _ in range(10)
                ]
                for task in draws.sample(asked, 5):
                    await asyncio.sleep(draws.uniform(0.0, 0.003))
                    task.cancel()
                await asyncio.gather(*asked, return_exceptions=True)
            # What is left are connections that the next request uses, and nothing that is neither used nor closed.
            answer = await sender.send(a_request(url, private_hosts=frozenset(["crm.example.com"])))
            assert answer.status == 200
            assert left_behind(sender) == []

    asyncio.run(scene())


def test_addresses_of_requests_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asyncio.run(ask("/echo?token=s3cret"))
    assert "s3cret" not in caplog.text
