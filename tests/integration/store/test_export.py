"""`leadbid export`: what was bought and what became of it, on either database, and nobody's name."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from app.cli import main
from app.domain.auction.weighing import Offer
from app.domain.calendar import utc_text
from app.domain.pricing.pricing import Quote, Valuation
from app.parquet import notes, read
from app.reports.export import OutcomeColumns, SaleColumns
from app.store.store import Store
from app.wire.feedback import Outcome
from tests.integration.store.world import NOW, a_sale, a_store, email_of, in_store, on_a_file, phone_of, refused, whose

Capture = pytest.CaptureFixture[str]
OFFER = Offer(
    campaign="solar-tx",
    brand="Bright Roofs",
    leg="exclusive",
    price_cents=2_140,
    win_probability=0.1 + 0.2,
    surplus=1.5,
    valuation=Valuation(probability=0.1, worth=40_000.0, handling=250.0),
    quote=Quote(bid_value=3_700.25, low=500.0, high=3_700.25, best=2_100.0),
)


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None)


def trade(url: str) -> None:
    """Three sales a second apart, each with another record of its decision, and what the CRM said of two of them."""
    decisions = (msgspec.json.encode(OFFER), None, b'{"price_cents":2140}')

    async def scene(store: Store) -> None:
        for number, decision in enumerate(decisions):
            own = {"seller_lead_id": f"A-{number}", "sub_id": "search-7"}
            await store.sell(a_sale(number, decision=decision, sold_at=NOW + number, **own), refused)
        first, second = a_sale(0).lead_id, a_sale(1).lead_id
        told = Outcome(
            lead_id=first, event="sold", value_cents=90_000, occurred_at=NOW + 50.5, event_id="e-1", source="crm"
        )
        await store.record_outcome(told, NOW + 100.0)
        await store.record_outcome(Outcome(lead_id=second, event="opted_out", event_id="e-2"), NOW + 200.0)

    in_store(url, scene)


def columns(kind: type[msgspec.Struct]) -> str:
    return ", ".join(kind.__struct_fields__)


def test_sales_and_outcomes_come_with_all_that_training_needs(url: str, tmp_path: Path, capsys: Capture) -> None:
    trade(url)
    out, begun = tmp_path / "out", int(time.time())
    assert main(["export", "--out", str(out), "--database", url]) == 0
    assert capsys.readouterr().out == f"3 sales in {out}/sales.parquet\n2 outcomes in {out}/outcomes.parquet\n"
    assert {path.name for path in out.iterdir()} == {"sales.parquet", "outcomes.parquet"}

    assert begun <= notes(out / "sales.parquet")["as_of"] == notes(out / "outcomes.parquet")["as_of"] <= time.time()
    sales = list(read(out / "sales.parquet", columns(SaleColumns)))
    common = ("acme", "solar-tx", "solar", "exclusive", 2_140)
    unknown = (None, None, None, None)
    assert sales == [
        (
            a_sale(number).lead_id,
            a_sale(number).ping_id,
            f"A-{number}",
            "search-7",
            *common,
            moment(NOW + number),
            "78701",
            "TX",
            "0" * 16,
            "1",
            *((0.1, 3_750.0, 3_700.25, 0.30000000000000004) if number == 0 else unknown),
        )
        for number in range(3)
    ]
    assert list(read(out / "outcomes.parquet", columns(OutcomeColumns))) == [
        (a_sale(0).lead_id, "sold", 90_000, moment(NOW + 50.5), moment(NOW + 100.0), "crm", "e-1"),
        (a_sale(1).lead_id, "opted_out", None, moment(NOW + 200.0), moment(NOW + 200.0), "", "e-2"),
    ]


@on_a_file
def test_nobody_is_in_the_files(url: str, tmp_path: Path) -> None:
    trade(url)
    assert main(["export", "--out", str(tmp_path / "out"), "--database", url]) == 0
    values = [str(value).lower() for file in (tmp_path / "out").iterdir() for row in read(file, "*") for value in row]
    values += [file.read_bytes().decode("latin-1").lower() for file in (tmp_path / "out").iterdir()]
    traces = ["ada", "lovelace", "call me", *(a_sale(1).certificates)]
    for number in range(3):
        traces += [phone_of(number), email_of(number), *whose(number).all, a_sale(number).identity.hex()]
    assert a_sale(0).lead_id in values
    assert [trace for trace in traces if any(trace in value for value in values)] == []


@pytest.mark.parametrize(
    ("words", "sales", "outcomes"),
    [
        (["--since", utc_text(NOW + 1.0)], [1, 2], 2),
        (["--until", utc_text(NOW + 1.0)], [0], 0),
        (["--since", utc_text(NOW + 1.0), "--until", utc_text(NOW + 101.0)], [1, 2], 1),
        (["--since", "2999-01-01"], [], 0),
    ],
)
def test_a_span_narrows_sales_by_when_they_were_sold_and_outcomes_by_when_they_were_heard(
    url: str, tmp_path: Path, words: list[str], sales: list[int], outcomes: int
) -> None:
    trade(url)
    assert main(["export", "--out", str(tmp_path / "out"), "--database", url, *words]) == 0
    found = [lead_id for (lead_id,) in read(tmp_path / "out" / "sales.parquet", "lead_id")]
    assert found == [a_sale(number).lead_id for number in sales]
    assert len(list(read(tmp_path / "out" / "outcomes.parquet", "lead_id"))) == outcomes


@on_a_file
def test_a_later_export_takes_the_place_of_the_former(url: str, tmp_path: Path) -> None:
    trade(url)
    words = ["export", "--out", str(tmp_path / "out"), "--database", url]
    assert main([*words, "--until", "2000-01-01"]) == 0
    assert main(words) == 0
    assert len(list(read(tmp_path / "out" / "sales.parquet", "lead_id"))) == 3


def test_more_than_a_page_comes_whole_and_in_order_beside_a_running_service(url: str, tmp_path: Path) -> None:
    async def play() -> None:
        async with a_store(url) as service:

            async def serve() -> None:
                for first in range(0, 400, 50):
                    sales = [a_sale(number, sold_at=NOW + number % 7) for number in range(first, first + 50)]
                    await asyncio.gather(*[service.sell(sale, refused) for sale in sales])

            await serve()
            exporting = asyncio.to_thread(main, ["export", "--out", str(tmp_path / "out"), "--database", url])
            more = asyncio.gather(*[service.sell(a_sale(number), refused) for number in range(400, 440)])
            assert await exporting == 0
            assert {result.outcome for result in await more} == {"sold"}

    asyncio.run(play())
    rows = list(read(tmp_path / "out" / "sales.parquet", "sold_at, lead_id"))
    assert {lead_id for _, lead_id in rows} >= {a_sale(number).lead_id for number in range(400)}
    assert rows == sorted(rows)


def test_a_directory_without_a_database_is_named_and_stays_empty(tmp_path: Path, capsys: Capture) -> None:
    assert main(["export", "--data", str(tmp_path / "nowhere")]) == 1
    assert f"there is no database {tmp_path / 'nowhere' / 'leadbid.db'}" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


@on_a_file
def test_a_place_that_takes_no_files_is_named(url: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "out").write_text("a file")
    assert main(["export", "--out", str(tmp_path / "out"), "--database", url]) == 1
    assert f"{tmp_path / 'out'} cannot be used (File exists)" in capsys.readouterr().err


@on_a_file
@pytest.mark.usefixtures("without_duckdb")
def test_without_duckdb_the_remedy_is_named(url: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["export", "--out", str(tmp_path / "out"), "--database", url]) == 1
    assert capsys.readouterr().err == "Parquet needs DuckDB: pip install 'leadbid[reports]'\n"
