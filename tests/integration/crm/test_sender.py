"""The sender over real sockets: it goes nowhere it must not, and whatever happens there is an answer."""

import asyncio
import datetime
import ipaddress
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.crm.message import Answer, Request
from app.crm.sender import BODY_MAX, Sender
from app.domain.delivery.destination import Destination
from tests.integration.crm.world import serving, trusting


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
            body = b"x" * (BODY_MAX * 4)
        if scope["path"] == "/echo":
            body = (await receive())["body"]
        await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"x-seen", b"Yes")]})
        await send({"type": "http.response.body", "body": body})


def to(port: int, path: str, **declared: Any) -> tuple[Destination, Request]:
    url = f"http://127.0.0.1:{port}{path}"
    settings = {"allow_private_hosts": ("127.0.0.1",), **declared}
    request = Request(method="POST", url=url, headers={"content-type": "text/plain"}, body=b"hello")
    return Destination(name="crm", url=url, **settings), request


@asynccontextmanager
async def a_sender(**how: Any) -> AsyncIterator[Sender]:
    sender = Sender(**how)
    try:
        yield sender
    finally:
        await sender.aclose()


async def ask(path: str, **declared: Any) -> tuple[Answer, Recorder]:
    recorder = Recorder()
    async with serving(recorder) as port, a_sender() as sender:
        return await sender.send(*to(port, path, **declared)), recorder


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
    answer, _ = asyncio.run(ask("/slow", timeout_ms=150))
    assert (answer.trouble, answer.status) == ("timeout", 0)
    assert answer.took_s < 2.0


def test_a_large_answer_is_cut() -> None:
    answer, _ = asyncio.run(ask("/large"))
    assert answer.status == 200
    assert len(answer.body) == BODY_MAX


def test_a_connection_is_kept_for_the_next_lead() -> None:
    async def thrice() -> Recorder:
        recorder = Recorder()
        async with serving(recorder) as port, a_sender() as sender:
            for _ in range(3):
                await sender.send(*to(port, "/echo"))
        return recorder

    recorder = asyncio.run(thrice())
    assert len(recorder.paths) == 3
    assert len(recorder.peers) == 1


def test_a_private_host_is_allowed_for_the_destination_that_allows_it_alone() -> None:
    async def both() -> tuple[Answer, Answer, Recorder]:
        recorder = Recorder()
        async with serving(recorder) as port, a_sender() as sender:
            allowed = await sender.send(*to(port, "/mine"))
            _, request = to(port, "/not-mine")
            other = Destination(name="other", url="https://other.example.com/")
            return allowed, await sender.send(other, request), recorder

    allowed, refused, recorder = asyncio.run(both())
    assert (allowed.status, refused.trouble) == (200, "refused_address")
    assert recorder.paths == ["/mine"]


def test_a_name_that_changes_its_mind_is_connected_where_it_was_vetted() -> None:
    """The first look-up says a public address, every later one a private address: there is no later one."""
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["10.0.0.1"]

    async def send() -> Answer:
        async with a_sender(resolve=rebinding) as sender:
            url = "https://crm.example.com/"
            request = Request(method="POST", url=url, headers={}, body=b"")
            return await sender.send(Destination(name="crm", url=url), request)

    assert asyncio.run(send()).trouble == "refused_address"
    assert asked == ["crm.example.com"]


def test_an_unknown_name_and_a_closed_port_are_told_apart() -> None:
    async def nobody(_host: str, _port: int) -> list[str]:
        raise socket.gaierror("no such name")

    async def send(port: int) -> tuple[Answer, Answer]:
        async with a_sender(resolve=nobody) as lost, a_sender() as sender:
            return await lost.send(*to(port, "/")), await sender.send(*to(port, "/"))

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

    async def send() -> Answer:
        server = await asyncio.start_server(babble, "127.0.0.1", 0)
        async with server, a_sender() as sender:
            return await sender.send(*to(server.sockets[0].getsockname()[1], "/"))

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


@pytest.mark.parametrize(("host", "trouble"), [("crm.example.com", ""), ("other.example.com", "tls")])
def test_the_certificate_is_checked_against_the_name_though_an_address_is_called(
    host: str, trouble: str, certificate: tuple[str, str]
) -> None:
    async def at_loopback(_host: str, _port: int) -> list[str]:
        return [str(ipaddress.ip_address("127.0.0.1"))]

    async def send() -> Answer:
        context = trusting(certificate[0])
        async with (
            serving(Recorder(), tls=certificate) as port,
            a_sender(resolve=at_loopback, ssl_context=context) as sender,
        ):
            url = f"https://{host}:{port}/echo"
            destination = Destination(name="crm", url=url, allow_private_hosts=(host,))
            return await sender.send(destination, Request(method="POST", url=url, headers={}, body=b"hello"))

    answer = asyncio.run(send())
    assert answer.trouble == trouble
    assert answer.body == (b"" if trouble else b"hello")


def test_addresses_of_requests_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asyncio.run(ask("/echo?token=s3cret"))
    assert "s3cret" not in caplog.text
