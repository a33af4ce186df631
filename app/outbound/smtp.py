"""Hands a mail to the buyer's mail server (RFC 5321): at a vetted address, with TLS, and within its time."""

import base64
import ssl
from collections.abc import Sequence

import httpcore

from app.outbound.message import OutboundAnswer, OutboundMail
from app.outbound.network import CONNECT_TIMEOUT_S, VettedNetwork

_REPLY_BYTES_MAX = 8_192
_NO_AUTH = b"the server offers neither AUTH PLAIN nor LOGIN"
_NO_TLS = b"the server offers no STARTTLS"


class _Refused(Exception):
    """A command got a reply that ends the exchange."""

    def __init__(self, step: str, status: int, text: bytes) -> None:
        super().__init__(step)
        self.answer = OutboundAnswer(status=status, step=step, body=text)


async def post_mail(mail: OutboundMail, network: VettedNetwork, context: ssl.SSLContext) -> OutboundAnswer:
    """The server's last word: that of its acceptance, or of the first command that it did not take.

    Raises as the network does.
    """
    stream = await network.connect_tcp(mail.host, mail.port, CONNECT_TIMEOUT_S)
    try:
        if mail.tls == "implicit":
            stream = await stream.start_tls(context, mail.host)
        session = _Session(stream)
        await session.greeted()
        if mail.tls == "starttls":
            session = await _secured(session, mail.host, context)
        await _authenticated(session, mail)
        answer = await _handed_over(session, mail)
        await session.goodbye()
        return answer
    except _Refused as refused:
        return refused.answer
    finally:
        await stream.aclose()


class _Session:
    """Commands and replies; `offers` is what the server can do."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self.stream = stream
        self.offers: dict[str, str] = {}
        self._unread = b""

    async def greeted(self) -> None:
        await self._expect("CONNECT", 220)
        await self.hello()

    async def hello(self) -> None:
        """What the server offers; anew after TLS, since what was said before it is anybody's word."""
        text = await self.command("EHLO", b"EHLO [127.0.0.1]", 250)
        words = [line.upper().partition(" ") for line in text.decode("latin-1").splitlines()[1:]]
        self.offers = {name: rest for name, _, rest in words}

    async def command(self, step: str, line: bytes, *expected: int) -> bytes:
        """The text of a reply that was expected."""
        await self.stream.write(line + b"\r\n")
        return await self._expect(step, *expected)

    async def asked(self, line: bytes) -> tuple[int, bytes]:
        """Whatever is replied."""
        await self.stream.write(line + b"\r\n")
        return await self._reply()

    async def goodbye(self) -> None:
        """Nobody waits for the reply."""
        try:
            await self.stream.write(b"QUIT\r\n")
        except (OSError, httpcore.NetworkError, httpcore.TimeoutException):
            return

    def is_drained(self) -> bool:
        """Whether nothing came that was not asked for."""
        return not self._unread

    async def _expect(self, step: str, *expected: int) -> bytes:
        status, text = await self._reply()
        if status not in expected:
            raise _Refused(step, status, text)
        return text

    async def _reply(self) -> tuple[int, bytes]:
        lines: list[bytes] = []
        while not lines or lines[-1][3:4] == b"-":
            lines.append(await self._line())
        status = lines[-1][:3]
        if not status.isdigit() or not 200 <= int(status) <= 599:
            raise httpcore.RemoteProtocolError("this is no reply of a mail server")
        return int(status), b"\n".join(line[4:] for line in lines)

    async def _line(self) -> bytes:
        while b"\n" not in self._unread:
            received = await self.stream.read(4_096)
            self._unread += received
            if not received or len(self._unread) > _REPLY_BYTES_MAX:
                raise httpcore.RemoteProtocolError("the mail server broke off, or does not end")
        line, _, self._unread = self._unread.partition(b"\n")
        return line.rstrip(b"\r")


async def _secured(session: _Session, host: str, context: ssl.SSLContext) -> _Session:
    """The same under TLS; never goes on without."""
    if "STARTTLS" not in session.offers:
        raise _Refused("STARTTLS", 502, _NO_TLS)
    await session.command("STARTTLS", b"STARTTLS", 220)
    if not session.is_drained():
        # What somebody slipped in before TLS would be taken for the server's word within it (CVE-2011-0411).
        raise httpcore.RemoteProtocolError("more than the reply came before TLS")
    secured = _Session(await session.stream.start_tls(context, host))
    await secured.hello()
    return secured


async def _authenticated(session: _Session, mail: OutboundMail) -> None:
    if not mail.user:
        return
    ways, user, password = session.offers.get("AUTH", "").split(), mail.user.encode(), mail.password.encode()
    if "PLAIN" in ways:
        await session.command("AUTH", b"AUTH PLAIN " + base64.b64encode(b"\0%b\0%b" % (user, password)), 235)
    elif "LOGIN" in ways:
        await session.command("AUTH", b"AUTH LOGIN", 334)
        await session.command("AUTH", base64.b64encode(user), 334)
        await session.command("AUTH", base64.b64encode(password), 235)
    else:
        raise _Refused("AUTH", 504, _NO_AUTH)


async def _handed_over(session: _Session, mail: OutboundMail) -> OutboundAnswer:
    await session.command("MAIL", b"MAIL FROM:<%b>" % mail.sender.encode(), 250)
    refusals = await _refusals(session, mail.recipients)
    if len(refusals) == len(mail.recipients):
        # One that may be taken later says more than one that never will.
        status, text = min(refusals)
        raise _Refused("RCPT", status, text)
    await session.command("DATA", b"DATA", 354)
    status, text = await session.asked(_stuffed(mail.content) + b".")
    return OutboundAnswer(status=status, step="DATA", refused=len(refusals), body=text)


async def _refusals(session: _Session, recipients: Sequence[str]) -> list[tuple[int, bytes]]:
    replies = [await session.asked(b"RCPT TO:<%b>" % each.encode()) for each in recipients]
    return [reply for reply in replies if reply[0] not in (250, 251)]


def _stuffed(content: bytes) -> bytes:
    """The message as it goes over the wire: whole lines, and none that is a dot alone (RFC 5321, 4.5.2)."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
