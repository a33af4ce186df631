"""Lines as rows: what is said in columns is what the line says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.domain.catalogue import Catalogue, Challenger
from app.domain.reasons import Refusal
from app.journal.flat import Flat, flat
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine
from app.usecases.bidder import Bidder
from tests.bidder import ask, at_bidder, last_ping
from tests.build import NOW, campaign, catalogue, model
from tests.journal import as_written
from tests.table import each_row

SOMEWHERE = Path("hour.jsonl")
WHEN = datetime.fromtimestamp(NOW, UTC)


def row(line: AnyLine) -> Flat:
    return flat(as_written(line), SOMEWHERE)


def decided(folder: Path, whole: Catalogue | None = None, **overrides: Any) -> PingLine:
    """The line of one ping."""

    async def scene(bidder: Bidder) -> PingLine:
        ask(bidder, **overrides)
        return last_ping(bidder, folder)

    return at_bidder(folder, scene, whole)


def test_a_ping_tells_of_its_best_bid(tmp_path: Path) -> None:
    line = decided(tmp_path)
    best = line.decision.bids[0]
    assert best.valuation is not None
    assert best.quote is not None
    assert row(line) == Flat(
        at_utc=WHEN,
        kind="ping",
        seller="acme",
        id=line.id,
        ping_id=line.bid_ids[0],
        bid_ids=line.bid_ids,
        vertical="solar",
        state="TX",
        zip="78701",
        sub_id="",
        test=False,
        status="accepted",
        campaign="solar-tx",
        leg="exclusive",
        price_cents=best.price_cents,
        probability=0.2,
        value=best.valuation.value,
        bid_value=best.quote.bid_value,
        win_probability=best.win_probability,
        surplus=best.surplus,
        took_ms=0.0,
        config="0" * 16,
        model="1",
        line=as_written(line).decode(),
    )


def test_a_shadow_stands_in_columns_of_its_own(tmp_path: Path) -> None:
    for version, probability in (("keen", 0.4), ("dull", 0.001)):
        folder = tmp_path / version
        folder.mkdir()
        tried = catalogue(challengers={"solar": Challenger(model=model(probability, version=version))})
        line = decided(folder, tried)
        found = row(line)
        assert line.shadow is not None
        assert (found.model, found.shadow_model) == ("1", version)
        if line.shadow.bids:
            best = line.shadow.bids[0]
            assert (found.shadow_leg, found.shadow_price_cents, found.shadow_probability) == (
                "exclusive",
                best.price_cents,
                0.4,
            )
            assert found.shadow_reason_code is None
        else:
            assert (found.shadow_reason_code, found.shadow_price_cents) == ("low_value", None)


def test_a_refused_ping_tells_why_and_has_no_price(tmp_path: Path) -> None:
    line = decided(tmp_path, zip="90001", state="CA")
    found = row(line)
    assert (found.status, found.reason_code, found.price_cents) == ("rejected", "outside_territory", None)
    assert (found.ping_id, found.bid_ids) == (line.id, ())


def test_a_withdrawn_bid_is_a_refusal_that_keeps_its_terms(tmp_path: Path) -> None:
    found = row(decided(tmp_path, took_ms=900.0))
    assert (found.status, found.reason_code) == ("rejected", "deadline")
    assert found.price_cents is not None


def test_a_fallback_price_has_no_value(tmp_path: Path) -> None:
    found = row(decided(tmp_path, catalogue([campaign(fallback_cents=900)], models=[])))
    assert (found.price_cents, found.probability, found.value, found.bid_value) == (900, None, None, None)


@each_row(
    ("line", "said"),
    [
        (
            RefusedLine(at=NOW, seller="", id="d", refusal=Refusal("missing_field", "zip")),
            {
                "id": "d",
                "ping_id": "d",
                "test": False,
                "count": 1,
                "status": "rejected",
                "reason_code": "missing_field",
                "detail": "zip",
            },
        ),
        (
            RefusedLine(at=NOW, seller="acme", id="d", refusal=Refusal("internal")),
            {
                "id": "d",
                "ping_id": "d",
                "test": False,
                "count": 1,
                "status": "error",
                "reason_code": "internal",
                "detail": "",
            },
        ),
        (
            RepeatLine(at=NOW, seller="acme", id="b", repeat_of="a"),
            {"ping_id": "b", "repeat_of": "a", "test": False, "status": "accepted"},
        ),
        (
            PostLine(at=NOW, seller="acme", ping_id="b", status="accepted", lead_id="l", campaign="c", price_cents=900),
            {
                "ping_id": "b",
                "status": "accepted",
                "reason_code": "",
                "detail": "",
                "lead_id": "l",
                "campaign": "c",
                "vertical": "",
                "leg": "",
                "state": "",
                "sub_id": "",
                "price_cents": 900,
                "kept": False,
                "test": False,
                "took_ms": 0.0,
                "count": 1,
            },
        ),
        (
            NoticeLine(at=NOW, seller="acme", ping_id="b", result="lost", price_cents=3_100),
            {"ping_id": "b", "result": "lost", "price_cents": 3_100, "test": False},
        ),
        (
            NoticeLine(at=NOW, seller="acme", ping_id="b", result="won"),
            {"ping_id": "b", "result": "won", "test": False},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_fills_its_own_columns(line: AnyLine, said: dict[str, Any]) -> None:
    text = as_written(line).decode()
    kind = str(line.__struct_config__.tag)
    assert row(line) == Flat(at_utc=WHEN, kind=kind, seller=line.seller, line=text, **said)


def test_a_line_of_a_kind_that_nobody_knows_is_kept_whole() -> None:
    text = b'{"v":1,"kind":"revoked","at":0.25,"seller":"acme","why":[1e400, "\\u00e9", "\xc3\xa9"]}'
    assert flat(text, SOMEWHERE) == Flat(
        at_utc=datetime.fromtimestamp(0.25, UTC), kind="revoked", seller="acme", line=text.decode()
    )


@each_row("text", [b"{}", b'{"v":1,"at":"now","kind":1,"seller":null}', b'{"at":1e300}', b'{"at":true,"at":[]}'])
def test_an_object_that_says_nothing_known_has_no_columns(text: bytes) -> None:
    assert flat(text, SOMEWHERE) == Flat(line=text.decode())


@each_row(
    "text", [b"", b'{"kind":"endpoint","at":17', b"\xff\xfe", b'{"a":"\xff"}', b"[]", b"17", b"\0\0", b"[" * 9_000]
)
def test_what_is_no_object_is_kept_as_the_bytes_it_is(text: bytes) -> None:
    assert flat(text, SOMEWHERE) == Flat(broken=text)
