"""Whatever a demo of a thousand leads writes: it names nobody in plain, and nothing in it finds who is forgotten."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from app.cli import main
from app.mock_exchange.consumers import Consumer, consumer

LEADS, SEED = 1_000, 11
_WORDS = re.compile(rb"[a-z0-9]+")
_BETWEEN = {b"first", b"last", b"name"}
"""What may stand between the words of a name, as in JSON."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("day") / "data"
    assert main(["demo", "--leads", str(LEADS), "--seed", str(SEED), "--data", str(data)]) == 0
    return data


@pytest.mark.long
def test_a_day_names_nobody_and_forgets_whoever_asks(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = [consumer(SEED, number) for number in range(1, LEADS + 1)]
    assert found(day, people) == set()

    sold = sqlite3.connect(day / "leadbid.db").execute("SELECT seller_lead_id, lead_id FROM lead").fetchall()
    by_seller = dict(sold)
    asked, other = [who for who in people if who.lead_id in by_seller][:2]
    lead_id = by_seller[asked.lead_id]
    proof = day.parent / "proof.zip"
    assert main(["leads", "evidence", asked.phone, "--out", str(proof), "--data", str(day)]) == 0
    assert main(["forget", asked.phone, "--why", "asked to", "--data", str(day)]) == 0
    assert main(["leads", "find", "--email", asked.email, "--data", str(day)]) == 1
    assert main(["leads", "find", "--phone", other.phone, "--data", str(day)]) == 0
    capsys.readouterr()
    assert main(["leads", "find", "--lead", lead_id, "--data", str(day)]) == 0
    assert "identity erased" in capsys.readouterr().out
    assert main(["audit", "verify", "--data", str(day)]) == 0
    traces = {asked.trustedform_cert_url.rpartition("/")[2], asked.leadid_token, asked.ip_address + '"'}
    written = b"\n".join(content for _, content in contents(day)).lower()
    assert [trace for trace in traces if trace.lower().encode() in written] == []
    assert found(day, people) == set()


def found(data: Path, people: Iterable[Consumer]) -> set[tuple[str, bytes]]:
    """Where somebody stands in plain, and by what, whatever separates the words of it."""
    traces = {trace for who in people for trace in _traces(who)}
    return {(name, run) for name, content in contents(data) for run in _runs(content) if run in traces}


def _runs(content: bytes) -> Iterator[bytes]:
    """Each word alone, with the next, and with the next two."""
    words = [word for word in _WORDS.findall(content.lower()) if word not in _BETWEEN]
    yield from words
    yield from map(b" ".join, pairwise(words))
    yield from map(b" ".join, zip(words, words[1:], words[2:], strict=False))


def contents(data: Path) -> Iterator[tuple[str, bytes]]:
    """Each file as it stands, and what a Parquet file holds once it is unpacked."""
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        yield path.name, path.read_bytes()
        if path.suffix == ".parquet":
            rows = duckdb.read_parquet(str(path)).fetchall()
            yield path.name, "\n".join(map(str, rows)).encode()


def _traces(who: Consumer) -> Iterator[bytes]:
    area, exchange, line = who.phone[:3], who.phone[3:6], who.phone[6:]
    texts = [who.phone, f"1{who.phone}", f"{area} {exchange} {line}", " ".join(who.address.split()[:3])]
    # An email begins with the name, too.
    texts += [f"{who.first_name} {who.last_name}", f"{who.last_name} {who.first_name}"]
    yield from (text.lower().encode() for text in texts)
