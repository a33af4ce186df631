"""What reads bytes of strangers: a seller, a CRM, a provider of proofs, whoever exported a file, or a bad disk."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import httpcore
import msgspec

from app.certificates.known import PROVIDERS
from app.certificates.provider import ProviderAnswer, Subject
from app.config.file.problem import Findings
from app.config.load import load
from app.config.presets import expand_presets, presets
from app.crm.outcome import judge
from app.domain.checks.check import Check, LeadIdTerms
from app.domain.delivery.destination import Destination
from app.domain.delivery.sold_lead import ConsentProof, LeadDocument, SoldLead, lead_document
from app.http.answer import HttpAnswer
from app.http.auction.intake import Intake
from app.http.auction.routes import ROUTES
from app.journal.reader import lines
from app.journal.versions import OtherVersion
from app.mock_exchange.consumers import consumer, ping_of, post_of
from app.outbound.answer_reader import AnswerReader
from app.outbound.message import OutboundAnswer
from app.spreadsheet import UnusableFile
from app.usecases.bidder import Bidder
from app.usecases.outcome_file import Wanted, read_rows, read_sheet
from app.usecases.returns.seller_file import billed_lines, read_bill
from tests.bidder import ask, at_bidder, open_bidder, written_to
from tests.build import NOW, contact
from tests.providers import SECRETS, check, subject, token_subject

Read = Callable[[bytes], None]
"""Takes bytes in. Whatever it raises is a fault of ours."""


class Fault(Exception):
    """What a stranger sent would have broken an answer."""


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """`opened` gives the function, for as long as it is needed. `seeds` are inputs to begin with.

    What answers somebody must do so `within_s` of the processor's time; a file that was handed in may take longer.
    """

    reads: str
    opened: Callable[[], AbstractContextManager[Read]]
    seeds: Callable[[], Sequence[bytes]]
    within_s: float = 0.1


BID = b"@BID@"
"""Stands in a request for a bid that lives."""

_PATHS = tuple(sorted(ROUTES))
_TYPES = (
    b"application/json",
    b"application/x-www-form-urlencoded",
    b"application/xml",
    b"multipart/form-data; boundary=x",
    b"text/plain",
    b"application/json; charset=utf-16",
    b"text/xml; charset=latin-1",
    b"",
)
_ENCODINGS = (b"", b"gzip", b"deflate", b"br")
_ACCEPTS = (b"*/*", b"application/json", b"application/xml", b"text/plain")
_HEAD = 5
"""So many bytes of an input choose what stands before the body of a request."""


@contextmanager
def _requests() -> Iterator[Read]:
    """The auction's endpoints in this process, on a database and a journal of their own."""
    with TemporaryDirectory() as folder, asyncio.Runner() as runner:
        loop, opening = runner.get_loop(), open_bidder(Path(folder))
        bidder = loop.run_until_complete(opening.__aenter__())
        intake, faults = Intake(bidder, lambda: NOW, lambda: 0.0), _Faults()
        bid = ask(bidder).ping_id.encode()
        logging.getLogger("app").addHandler(faults)

        async def read(data: bytes) -> None:
            scope, body = _request(data, bid)
            (answer,) = intake.answers([intake.request(scope, body)])
            answer = answer if isinstance(answer, HttpAnswer) else await answer()
            if answer.status >= 500 or faults.said:
                raise Fault(f"HTTP {answer.status}: {faults.taken()}")
            written_to(bidder).flush()

        try:
            yield lambda data: loop.run_until_complete(read(data))
        finally:
            logging.getLogger("app").removeHandler(faults)
            loop.run_until_complete(opening.__aexit__(None, None, None))


class _Faults(logging.Handler):
    """What was logged as an error: the answer to it may be a plain no."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())

    def taken(self) -> str:
        said, self.said = "; ".join(self.said), []
        return said


def _request(data: bytes, bid: bytes) -> tuple[dict[str, Any], bytes]:
    path, kind, encoding, accept, method = data[:_HEAD].ljust(_HEAD, b"\0")
    body = data[_HEAD:].replace(BID, bid)
    headers = [
        (b"x-api-key", b"acme-key"),
        (b"content-type", _TYPES[kind % len(_TYPES)]),
        (b"accept", _ACCEPTS[accept % len(_ACCEPTS)]),
        *([(b"content-encoding", _ENCODINGS[encoding % len(_ENCODINGS)])] if encoding % len(_ENCODINGS) else []),
    ]
    by_get = method == 1
    scope = {
        "type": "http",
        "method": "GET" if by_get else "POST",
        "path": _PATHS[path % len(_PATHS)],
        "query_string": body if by_get else b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
    }
    return scope, b"" if by_get else body


def _request_seeds() -> list[bytes]:
    who, written = consumer(3, 1, "solar"), []
    for fields in (ping_of(who, NOW), post_of(who, "C" + "a" * 63, NOW) | {"ping_id": BID.decode()}):
        text = {name: value if isinstance(value, str) else str(value) for name, value in fields.items()}
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in text.items())
        parts = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in text.items()
        )
        written.append((0, msgspec.json.encode(fields)))
        written.append((1, urlencode(text, safe="@").encode()))
        written.append((2, f"<lead>{inner}</lead>".encode()))
        written.append((3, f"{parts}--x--\r\n".encode()))
    chosen = [(path, written[(path + shift) % len(written)]) for path in range(len(_PATHS)) for shift in (0, 3)]
    return [bytes((path, kind, 0, path % 4, 0)) + body for path, (kind, body) in chosen]


@contextmanager
def _crm_answers() -> Iterator[Read]:
    """The answers of every CRM that has a preset."""
    # A mail has no answer but its server's, and a file none.
    destinations = [_destination(name) for name, preset in presets().items() if "url" in preset.destination]
    lead = _lead()

    def read(data: bytes) -> None:
        which, status, kind = data[:3].ljust(3, b"\0")
        headers = {"content-type": _TYPES[kind % len(_TYPES)].decode()}
        answer = OutboundAnswer(status=100 + 2 * status, headers=headers, body=data[3:])
        judge(destinations[which % len(destinations)], answer, lead)

    yield read


@contextmanager
def _http_answers() -> Iterator[Read]:
    """What comes over a connection of ours, in pieces whose length the first byte gives."""

    def read(data: bytes) -> None:
        step, reader = 1 + sum(data[:1]), AnswerReader(1_000)
        try:
            for at in range(1, len(data), step):
                if reader.feed(data[at : at + step]) is not None:
                    return
            reader.end()
        except httpcore.RemoteProtocolError:
            pass

    yield read


_HTTP_ANSWERS = (
    b"\xffHTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok",
    b"\x03HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n",
    b"\x10HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 422 No\nConnection: keep-alive\nX-Folded: a\n b\n\nno",
    b"\x20HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n\0\0",
    b"\x40HTTP/1.1 204 No Content\r\nRetry-After: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
)


def _destination(preset: str) -> Destination:
    parameters = dict.fromkeys(presets()[preset].parameters, "crm.example")
    table = {"name": "crm", "preset": preset, "parameters": parameters, "url": "https://crm.example/leads"}
    expanded = expand_presets({"destinations": [table]}, Findings("buyer.toml", {}, {}))["destinations"][0]
    return msgspec.convert(expanded, Destination)


def _lead() -> LeadDocument:
    sold = SoldLead(
        lead_id="0199a7c2-7e1c-7d2e-9a01-3f5b8c1d2e4f",
        ping_id="ping-1",
        seller="acme",
        campaign="solar-tx",
        vertical="solar",
        leg="exclusive",
        price_cents=2150,
        sold_at=NOW,
        test=False,
        contact=contact(),
        consent=ConsentProof(),
    )
    return lead_document(sold)


_TOLD = (
    b'{"id":"00Q1","success":true,"errors":[]}',
    b'[{"message":"x","errorCode":"REQUIRED_FIELD_MISSING","fields":["Company"]}]',
    b'{"data":[{"code":"SUCCESS","details":{"id":"4"},"status":"success"}]}',
    b"<Result><Id>4</Id><Status>0</Status></Result>",
    b"0,ok",
    b'{"outcome":"success","matching":{"result":{"success":true}},"reason":null}',
    b'{"authentic":1,"token":"A","audit":{"data_integrity":3}}',
    b'{"message":"Good","code":"none","phone":"5124612234","results":1}',
    b'{"PhoneNumber":"5124612234","ResultCode":"L","Reason":"x","LitigatorReg":"Y"}',
)


def _answer_seeds() -> list[bytes]:
    return [bytes((which, status, 0)) + told for which, status, told in product(range(20), (50, 150), _TOLD)]


@contextmanager
def _provider_answers() -> Iterator[Read]:
    """The answers of every provider of proofs and scrubs that has an interface of its own."""
    asked: list[tuple[Check, Subject]] = [
        (check("trustedform"), subject()),
        (check("leadid", leadid=LeadIdTerms(profile="env:LAK", provider_codes={"acme": "AB12"})), token_subject()),
        *[(check(name), subject()) for name in ("suppressionlist", "blacklist_alliance", "dncscrub")],
    ]
    prepared = []
    for each, lead in asked:
        provider = PROVIDERS[each.provider]
        prepared.append((provider, each, lead, list(provider.askings(each, lead, SECRETS, lambda _: False))))

    def read(data: bytes) -> None:
        which, status, kind = data[:3].ljust(3, b"\0")
        provider, each, lead, askings = prepared[which % len(prepared)]
        headers = {"content-type": _TYPES[kind % len(_TYPES)].decode()}
        answer = OutboundAnswer(status=100 + 2 * status, headers=headers, body=data[3:])
        answers = [ProviderAnswer(asking=asking, answer=answer) for asking in askings]
        for answered in answers:
            provider.react(each, answered)
        provider.read(each, lead, answers)

    yield read


@contextmanager
def _in_a_file(name: str, take: Callable[[Path], None]) -> Iterator[Read]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name

        def read(data: bytes) -> None:
            path.write_bytes(data)
            take(path)

        yield read


def _take_outcomes(path: Path) -> None:
    wanted = Wanted(source="crm")
    try:
        for _ in read_rows(read_sheet(path, wanted), wanted):
            pass
    except UnusableFile:
        pass


def _take_bill(path: Path) -> None:
    try:
        for _ in billed_lines(read_bill(path), []):
            pass
    except UnusableFile:
        pass


def _take_journal(path: Path) -> None:
    try:
        for _ in lines(path.parent):
            pass
    except OtherVersion:
        pass


def _take_buyer(path: Path) -> None:
    load(path, environ={})


_SHEETS = (
    b"lead_id,event,occurred_at,value\nL1,converted,2026-09-01T10:00:00Z,120.50\n",
    b'Lead ID;Status;Date\n"L1";"Sold";01.09.2026\n',
    "\ufefflead_id\tevent\toccurred_at\nL1\tcontacted\t9/1/2026 10:00 AM\n".encode("utf-16"),
    b"sep=,\nlead id,price,date\nL1,$21.50,2026-09-01\nTotal,$21.50,\n",
)


def _buyer_seeds() -> list[bytes]:
    whole = (Path(__file__).parents[2] / "fixtures" / "demo" / "buyer.toml").read_bytes()
    pieces = [b"[[" + piece for piece in whole.split(b"\n[[")]
    return [whole, *random.Random(1).sample(pieces, min(30, len(pieces)))]


def _journal_seeds() -> list[bytes]:
    async def scene(bidder: Bidder) -> None:
        ask(bidder)
        written_to(bidder).flush()

    with TemporaryDirectory() as folder:
        at_bidder(Path(folder), scene)
        return [path.read_bytes() for path in Path(folder, "journal").rglob("*.jsonl")]


READERS: Mapping[str, Reader] = {
    "requests": Reader(
        reads="requests of sellers, in every dialect and encoding, answered as live ones",
        opened=_requests,
        seeds=_request_seeds,
    ),
    "crm_answers": Reader(reads="what CRMs answer to a delivery", opened=_crm_answers, seeds=_answer_seeds),
    "http_answers": Reader(
        reads="the bytes in which an answer to us comes", opened=_http_answers, seeds=lambda: _HTTP_ANSWERS
    ),
    "provider_answers": Reader(
        reads="what providers of proofs and scrubs answer", opened=_provider_answers, seeds=_answer_seeds
    ),
    "outcome_files": Reader(
        reads="files of outcomes",
        opened=lambda: _in_a_file("outcomes.csv", _take_outcomes),
        seeds=lambda: _SHEETS,
        within_s=1.0,
    ),
    "bills": Reader(
        reads="bills of sellers",
        opened=lambda: _in_a_file("bill.csv", _take_bill),
        seeds=lambda: _SHEETS,
        within_s=1.0,
    ),
    "journal": Reader(
        reads="files of the journal",
        opened=lambda: _in_a_file("2026-09-21T14.jsonl", _take_journal),
        seeds=_journal_seeds,
        within_s=1.0,
    ),
    "buyer_file": Reader(
        reads="buyer.toml",
        opened=lambda: _in_a_file("buyer.toml", _take_buyer),
        seeds=_buyer_seeds,
        within_s=1.0,
    ),
}
"""By the name under which each is fuzzed."""
