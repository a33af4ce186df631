"""The pages on money: what was just bought is on them to the cent, and a seller's bill is compared on one."""

import csv
import io
from typing import Any

import httpx
import pytest

from app.parquet import read
from tests.console import DEMO_OPERATOR, proof_of
from tests.market import ping, post, someone
from tests.service import Service

KEY = {"X-API-Key": DEMO_OPERATOR[1]}
Json = dict[str, Any]


@pytest.fixture(scope="session")
def bought(console_service: Service) -> list[Json]:
    """Three leads of acme, of which one has become a customer for $900."""
    with httpx.Client(base_url=console_service.url, trust_env=False) as http:
        leads = [post(http, someone(7_100 + n), ping(http, someone(7_100 + n))["ping_id"]).json() for n in range(3)]
        assert [each["status"] for each in leads] == ["accepted"] * 3
        told = {"lead_id": leads[0]["lead_id"], "event": "sold", "value": 900.0, "source": "crm"}
        assert http.post("/v1/outcomes", headers=KEY, json=told).json()["status"] == "recorded"
    return leads


def invoice_rows(console: httpx.Client) -> list[dict[str, str]]:
    answer = console.get("/console/money/invoice.csv?seller=acme")
    assert answer.headers["content-disposition"].startswith('attachment; filename="invoice-acme-')
    return list(csv.DictReader(io.StringIO(answer.text)))


def cents(text: object) -> int:
    return round(100 * float(str(text)))


def test_profit_invoices_and_files_say_the_same_to_the_cent(console: httpx.Client, bought: list[Json]) -> None:
    # What is shown may be a minute old: another span is counted anew.
    report = console.get("/v1/reports/money?span=month&mature_days=15", headers=KEY).json()
    acme = next(row["all"] for row in report["sellers"] if row["name"] == "acme")
    rows = invoice_rows(console)
    ours = {each["lead_id"] for each in bought}
    assert ours <= {row["lead_id"] for row in rows}
    assert acme["leads"] == len(rows)
    assert acme["bought_cents"] == sum(cents(row["price"]) for row in rows)
    assert acme["value_cents"] >= 90_000
    month = console.get("/v1/reports/money/invoices", headers=KEY).json()
    invoice = next(each for each in month["sellers"] if each["seller"] == "acme")
    assert invoice["owed_cents"] <= acme["owed_cents"]

    answer = console.get("/console/money/leads.csv?span=month&mature_days=15")
    leads = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(leads) == report["total"]["all"]["leads"]
    assert sum(cents(row["price"]) for row in leads) == report["total"]["all"]["bought_cents"]
    page = console.get("/console/money?span=month&by=sellers&mature_days=15").text
    assert "acme" in page
    assert "Profit of young leads" in page


def test_leads_come_as_parquet_too(console: httpx.Client, bought: list[Json], tmp_path: Any) -> None:
    answer = httpx.get(f"{console.base_url}/v1/reports/money/leads.parquet?span=month", headers=KEY, trust_env=False)
    (tmp_path / "leads.parquet").write_bytes(answer.content)
    rows = dict(read(tmp_path / "leads.parquet", "lead_id, price_cents"))
    assert all(rows[each["lead_id"]] == cents(each["price"]) for each in bought)


def test_a_bill_is_compared_on_a_page(console: httpx.Client, bought: list[Json]) -> None:
    lines = [f"{each['lead_id']},{each['price']:.2f}" for each in bought[:2]]
    lines[0] = f"{bought[0]['lead_id']},{bought[0]['price'] + 1:.2f}"
    page = sent(console, "\n".join(["Lead ID,Payout", *lines, "nobody,5.00"]))
    assert "The bill of acme for" in page
    assert "Compared in the last hour" in page
    for cause in ("price_differs", "agreed", "unknown_id", "not_billed"):
        assert f"<code>{cause}</code>" in page
    assert bought[2]["lead_id"] in page


@pytest.mark.parametrize(
    ("bill", "said"),
    [
        ("", "bill: fill it in"),
        ("a,b\n1,2\n", "the bill has no column of lead ids"),
        ("lead_id,price\nx,dear\n", "&#39;dear&#39; is no amount"),
        ("lead_id,price\nx,1.00\n", "say which month it is of"),
        ("lead_id\n" + "x\n" * 20_001, "more than 20,000 lines"),
    ],
)
def test_a_bill_that_cannot_be_compared_is_refused_with_the_remedy(console: httpx.Client, bill: str, said: str) -> None:
    page = sent(console, bill)
    assert said in page
    assert "/tmp" not in page


def test_a_bill_that_is_too_long_is_not_taken(console: httpx.Client) -> None:
    proof = proof_of(console.get("/console/money/bills").text)
    answer = console.post(
        "/console/acts/compare-bill",
        data={"seller": "acme", "proof": proof},
        files={"bill": ("bill.csv", b"x" * (3 * 1_024 * 1_024), "text/csv")},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("money?span=soon", 400, "is not a span of time"),
        ("money?mature_days=0", 400, "mature_days"),
        ("money/invoices?month=2026-13", 400, "is not a month"),
        ("money/bills?comparison=none", 404, "Compare the bill again"),
        ("money/invoice.csv?seller=nobody", 404, "There is no seller"),
        ("money?span=2001-01", 200, "No leads were bought from 2001-01-01"),
        ("money/forecast", 200, "a forecast"),
    ],
)
def test_what_cannot_be_shown_says_why(console: httpx.Client, path: str, status: int, said: str) -> None:
    answer = console.get(f"/console/{path}")
    assert answer.status_code == status
    assert said.lower() in answer.text.lower()


def sent(console: httpx.Client, bill: str) -> str:
    """The page that follows when this bill was sent."""
    proof = proof_of(console.get("/console/money/bills").text)
    fields = {"seller": "acme", "proof": proof, "back": "/console/money/bills"}
    answer = console.post(
        "/console/acts/compare-bill", data=fields, files={"bill": ("bill.csv", bill.encode(), "text/csv")}
    )
    assert answer.status_code == 303, answer.text
    return console.get(answer.headers["location"]).text
