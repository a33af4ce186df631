"""Mails to a mail server on loopback that does what real ones do, and what attackers between do."""

import asyncio
import base64
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from tempfile import NamedTemporaryFile
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from app.domain.delivery.delivery import AttemptReport
from app.domain.delivery.destination import Destination
from app.outbound.message import OutboundAnswer, OutboundMail
from app.outbound.sender import Sender
from app.usecases.deliver_leads import DeliveryWorker, Target
from tests.integration.crm.world import InMemoryDeliveries

LOCAL = frozenset(["127.0.0.1"])
MAIL = OutboundMail(
    host="127.0.0.1",
    port=0,
    tls="starttls",
    user="me",
    password="s3cret",
    sender="leads@example.com",
    recipients=("a@example.com", "b@example.com"),
    content=b"Subject: a lead\r\n\r\nFirst\r\n.\r\n.hidden\r\nQUIT\r\n",
    timeout_s=30.0,
    private_hosts=LOCAL,
)
NOW = 1_790_000_100.0


class MailServer:
    """Takes mails under TLS with PLAIN or LOGIN. `says` is what it answers to a command instead, as often as listed."""

    def __init__(self, context: ssl.SSLContext, **says: list[bytes]) -> None:
        self.context = context
        self.says = says
        self.commands: list[bytes] = []
        self.mails: list[bytes] = []
        self.in_plain: list[bytes] = []
        self.offers = [b"STARTTLS", b"AUTH PLAIN LOGIN"]
        self.with_starttls = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secured = writer.get_extra_info("ssl_object") is not None
        writer.write(self._answer("CONNECT", b"220 mail ESMTP\r\n"))
        while line := (await reader.readline()).strip():
            (self.commands if secured else self.in_plain).append(line)
            word = line.split(b" ")[0].upper().decode()
            if word == "EHLO":
                offers = [b"mail", *[each for each in self.offers if not (secured and each == b"STARTTLS")]]
                lines = [b"250-" + each for each in offers[:-1]] + [b"250 " + offers[-1]]
                writer.write(b"\r\n".join(lines) + b"\r\n")
            elif word == "STARTTLS":
                writer.write(self._answer(word, b"220 go\r\n") + self.with_starttls)
                await writer.drain()
                await writer.start_tls(self.context)
                secured = True
            elif word == "DATA":
                writer.write(self._answer("DATA", b"354 go\r\n"))
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(self._answer("END", b"250 2.0.0 Ok: queued as 4F1\r\n"))
            elif word == "AUTH":
                await self._authenticate(line, reader, writer)
            else:
                writer.write(self._answer(word, b"250 Ok\r\n"))

    async def _authenticate(self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if line == b"AUTH LOGIN":
            words = []
            for prompt in (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n"):
                writer.write(prompt)
                words.append(base64.b64decode((await reader.readline()).strip()))
            is_right = words == [b"me", b"s3cret"]
        else:
            is_right = base64.b64decode(line.split(b" ")[2]) == b"\0me\0s3cret"
        writer.write(b"235 ok\r\n" if is_right else b"535 5.7.8 no\r\n")

    def _answer(self, word: str, usual: bytes) -> bytes:
        return self.says[word].pop(0) if self.says.get(word) else usual


@cache
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server with a certificate of 127.0.0.1, and a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    today = datetime.datetime.now(datetime.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cadata=pem.decode())
    _load(server, pem + private)
    return server, client


def _load(context: ssl.SSLContext, pem: bytes) -> None:
    """From a file, as the standard library reads no certificate of a server from memory."""
    with NamedTemporaryFile() as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)


@asynccontextmanager
async def serving(server: MailServer, *, implicit: bool = False) -> AsyncIterator[int]:
    listening = await asyncio.start_server(server, "127.0.0.1", 0, ssl=server.context if implicit else None)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


def posted(
    server: MailServer, *, implicit: bool = False, trusting: ssl.SSLContext | None = None, **changes: Any
) -> OutboundAnswer:
    async def post() -> OutboundAnswer:
        async with serving(server, implicit=implicit) as port:
            sender = Sender(ssl_context=trusting or contexts()[1])
            return await sender.send(replace(MAIL, port=port, **changes))

    return asyncio.run(post())


@pytest.mark.parametrize("offers", [b"AUTH PLAIN LOGIN", b"AUTH LOGIN"])
@pytest.mark.parametrize("implicit", [False, True])
def test_a_mail_arrives_whole_and_nothing_of_it_before_tls(offers: bytes, implicit: bool) -> None:
    server = MailServer(contexts()[0])
    server.offers[1] = offers
    answer = posted(server, implicit=implicit, tls="implicit" if implicit else "starttls")
    assert (answer.status, answer.step, answer.refused, answer.trouble) == (250, "DATA", 0, "")
    assert server.in_plain == ([] if implicit else [b"EHLO [127.0.0.1]", b"STARTTLS"])
    assert server.mails == [b"Subject: a lead\r\n\r\nFirst\r\n..\r\n..hidden\r\nQUIT\r\n.\r\n"]
    assert b"MAIL FROM:<leads@example.com>" in server.commands
    assert [each for each in server.commands if each.startswith(b"RCPT")] == [
        b"RCPT TO:<a@example.com>",
        b"RCPT TO:<b@example.com>",
    ]


@pytest.mark.parametrize(
    ("says", "status", "step"),
    [
        ({"CONNECT": [b"554 no\r\n"]}, 554, "CONNECT"),
        ({"CONNECT": [b"421 busy\r\n"]}, 421, "CONNECT"),
        ({"STARTTLS": [b"454 not now\r\n"]}, 454, "STARTTLS"),
        ({"MAIL": [b"451 later\r\n"]}, 451, "MAIL"),
        ({"MAIL": [b"530 5.7.0 authentication required\r\n"]}, 530, "MAIL"),
        ({"RCPT": [b"550 unknown\r\n", b"450 greylisted\r\n"]}, 450, "RCPT"),
        ({"RCPT": [b"550 unknown\r\n", b"553 unknown\r\n"]}, 550, "RCPT"),
        ({"DATA": [b"452 full\r\n"]}, 452, "DATA"),
        ({"END": [b"554-5.7.1 spam\r\n554 really\r\n"]}, 554, "DATA"),
    ],
)
def test_what_is_not_taken_is_told_with_its_step(says: dict[str, list[bytes]], status: int, step: str) -> None:
    answer = posted(MailServer(contexts()[0], **says))
    assert (answer.status, answer.step) == (status, step)


def test_one_recipient_of_two_that_is_not_taken_is_counted() -> None:
    server = MailServer(contexts()[0], RCPT=[b"550 unknown\r\n"])
    answer = posted(server)
    assert (answer.status, answer.refused, len(server.mails)) == (250, 1, 1)


def _without_tls(server: MailServer) -> None:
    server.offers.remove(b"STARTTLS")


def _without_auth(server: MailServer) -> None:
    server.offers.remove(b"AUTH PLAIN LOGIN")


def _slipping_in(server: MailServer) -> None:
    server.with_starttls = b"250 taken\r\n"


def _endless(server: MailServer) -> None:
    server.says["CONNECT"] = [b"220-" + b"x" * 100_000]


def _web_server(server: MailServer) -> None:
    server.says["CONNECT"] = [b"HTTP/1.1 400 Bad Request\r\n"]


@pytest.mark.parametrize(
    ("spoil", "status", "trouble"),
    [
        (_without_tls, 502, ""),
        (_without_auth, 504, ""),
        (_slipping_in, 0, "protocol"),
        (_endless, 0, "protocol"),
        (_web_server, 0, "protocol"),
    ],
)
def test_a_server_that_cannot_be_trusted_gets_neither_password_nor_lead(
    spoil: Callable[[MailServer], None], status: int, trouble: str
) -> None:
    server = MailServer(contexts()[0])
    spoil(server)
    answer = posted(server)
    assert (answer.status, answer.trouble, server.mails) == (status, trouble, [])
    assert not any(b"AUTH" in each or b"MAIL" in each for each in server.in_plain)


def test_a_certificate_that_nobody_vouches_for_ends_it() -> None:
    server = MailServer(contexts()[0])
    answer = posted(server, trusting=ssl.create_default_context())
    assert (answer.trouble, server.mails) == ("tls", [])


def test_a_wrong_password_is_the_accounts_fault() -> None:
    answer = posted(MailServer(contexts()[0]), password="wrong")
    assert (answer.status, answer.step) == (535, "AUTH")


def test_a_private_address_is_refused_and_a_silent_server_ends_in_time() -> None:
    assert posted(MailServer(contexts()[0]), private_hosts=frozenset()).trouble == "refused_address"
    server = MailServer(contexts()[0], MAIL=[b"250-"])
    assert posted(server, timeout_s=0.3).trouble == "timeout"


def test_leads_go_by_mail_through_the_same_queue() -> None:
    async def play() -> None:
        server, settled, deliveries = MailServer(contexts()[0]), list[AttemptReport](), InMemoryDeliveries()
        server.says["END"] = [b"451 later\r\n"]
        async with serving(server) as port:
            mail = {"host": "127.0.0.1", "port": port, "from": "a@example.com", "to": ["b@example.com"]}
            table = {"name": "crm", "mail": mail, "allow_private_hosts": ["127.0.0.1"], "timeout_ms": 2_000}
            targets = {"crm": Target(destination=msgspec.convert(table, Destination), secrets={})}
            worker = DeliveryWorker(deliveries, Sender(ssl_context=contexts()[1]).send, "worker-1", settled.append)
            deliveries.add("crm", 1, NOW)
            for now in (NOW, NOW + 60.0):
                await worker.deliver_due(targets, now, lambda: 0.0)
                await worker.settle()
        assert [report.status for report in settled] == ["pending", "delivered"]
        first, second = (mail.partition(b"Message-ID: ")[2].splitlines()[0] for mail in server.mails)
        assert first == second

    asyncio.run(play())
