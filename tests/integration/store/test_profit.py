"""`leadbid profit` on either database: a small history, calculated by hand, and equal to invoices to the cent."""

import csv
import json
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from app.cli import main
from app.domain.auction.weighing import Offer
from app.domain.configuration import Configuration
from app.domain.pricing.pricing import Valuation
from app.parquet import read
from app.reports.hours import count_span
from app.reports.money.profit import Account, Profit
from app.reports.money.span import span_of
from app.reports.trading import trading
from app.store.configurations import InForce
from app.store.returns.requests import ReturnWanted
from app.store.store import Store
from app.usecases.bidder import Bidder
from app.usecases.former import packed
from app.usecases.money.profit import MoneyTerms, profit_of
from app.usecases.returns.books import invoice_for
from app.wire.feedback import Outcome
from app.wire.returns import ReturnReply
from tests import build
from tests.bidder import another, ask, at_bidder, journaled, sell, somebody
from tests.integration.store.world import a_sale, in_store, refused

Capture = pytest.CaptureFixture[str]
ZONE = "America/Chicago"
DAY_S = 86_400.0
# Half past eleven at night on the last of October there, which is November in UTC.
LAST = datetime(2026, 10, 31, 23, 30, tzinfo=ZoneInfo(ZONE)).timestamp()
NOON = datetime(2026, 11, 2, 12, tzinfo=ZoneInfo(ZONE)).timestamp()
NOW = NOON + 16 * DAY_S
SELLERS = (build.seller(), build.seller(name="bluebird"))
DECLARED = Configuration(
    config_hash="0" * 16,
    buyer=build.buyer(),
    verticals=(build.vertical(),),
    campaigns=(build.campaign(handling_cents=75),),
    sellers=SELLERS,
)
# Of each: when it was sold, by whom and where, and for how much.
SALES = (
    (LAST, "acme", "a", "TX", 1_000),
    (NOON, "acme", "a", "TX", 2_000),
    (NOON + 60.0, "acme", "b", "CA", 1_501),
    (NOON + DAY_S, "bluebird", "", "TX", 3_000),
    (NOON + 12 * DAY_S, "bluebird", "", "TX", 2_500),
    (NOON + 12 * DAY_S + 1.0, "bluebird", "", "CA", 4_000),
)


def decision(price_cents: int) -> bytes:
    """Each is thought to convert one time in ten, for $400, at $1.50 of handling and 2.5 cents of checks."""
    valuation = Valuation(probability=0.1, worth=40_000.0, handling=150.0, checks=(("dnc", 2.5),))
    offer = Offer(
        campaign="solar-tx",
        brand="Bright Roofs",
        leg="exclusive",
        price_cents=price_cents,
        win_probability=0.5,
        surplus=1.0,
        valuation=valuation,
    )
    return msgspec.json.encode(offer)


async def trade(store: Store) -> None:
    """Six sales: one in October, one credited, one converted for $500, one with a lost decision, two that are young."""
    await store.put_in_force(
        InForce(
            config_hash=DECLARED.config_hash,
            definition=packed(DECLARED, b"i" * 32),
            destinations=(),
            sellers=(),
            former="",
            changes=(),
        ),
        LAST,
    )
    for number, (sold_at, seller, sub_id, state, price_cents) in enumerate(SALES):
        said = None if number == 3 else decision(price_cents)
        sale = a_sale(
            number, sold_at=sold_at, seller=seller, state=state, price_cents=price_cents, decision=said, sub_id=sub_id
        )
        result = await store.sell(sale, refused)
        assert result.outcome == "sold"
    ids = [a_sale(number).lead_id for number in range(len(SALES))]
    told = (
        Outcome(lead_id=ids[1], event="contacted", event_id="1", occurred_at=NOON + 9.0),
        Outcome(lead_id=ids[1], event="sold", value_cents=50_000, event_id="2", occurred_at=NOON + 5 * DAY_S),
        Outcome(lead_id=ids[1], event="sold", value_cents=50_000, event_id="2", occurred_at=NOON + 5 * DAY_S),
        Outcome(lead_id=ids[3], event="contacted", event_id="3", occurred_at=NOON + 2 * DAY_S),
        Outcome(lead_id=ids[5], event="sold", event_id="4", occurred_at=NOON + 13 * DAY_S),
    )
    for each in told:
        await store.record_outcome(each, NOW - DAY_S)
    await store.request_return(ReturnWanted(lead=ids[2], reason="duplicate", why="", by="os:ada"), {}, NOON + DAY_S)
    await store.answer_return(ReturnReply(lead_id=ids[2], answer="accepted"), "acme", NOON + 2 * DAY_S)
    await store.add_usage({"checks/dnc//2026-11-02": 9_000, "checks/dnc/acme/2026-11-02": 9_000})
    await store.add_usage({"checks/dnc//2026-12-02": 5_000})


def test_profit_is_what_is_calculated_by_hand(url: str) -> None:
    async def scene(store: Store) -> tuple[Profit, list[int], list[int]]:
        await trade(store)
        span = span_of("2026-11", NOW, ZONE)
        found = await profit_of(store, DECLARED, span, MoneyTerms(now=NOW, matures_s=14 * DAY_S))
        invoices = [await invoice_for(store, each.name, "2026-11", ZONE) for each in SELLERS]
        return found, [each.bought_cents for each in invoices], [each.owed_cents for each in invoices]

    found, bought, owed = in_store(url, scene)
    matured, young = found.total.matured, found.total.young
    # $20, $15.01 that came back, and $30; of each handling, 75 cents where the decision is lost, and of two the check.
    assert matured == Account(
        leads=3,
        bought_cents=6_501,
        returns=1,
        credited_cents=1_501,
        owed_cents=5_000,
        heard_of=2,
        contacted=2,
        conversions=1,
        value_cents=50_000,
        handling_cents=150 + 150 + 75,
        checks_cents=5,
        profit_cents=50_000 - 5_000 - 375 - 5,
        per_lead_cents=1_667,
        per_contact_cents=2_500,
        per_conversion_cents=5_000,
        predicted=2,
        predicted_cents=8_000,
        predicted_value_cents=50_000,
    )
    # Four of fourteen days have passed, evenly: of the one without an outcome 0.1 * 10/14 / (1 - 0.1 * 4/14) is left.
    left = 0.1 * (10 / 14) / (1 - 0.1 * (4 / 14))
    assert (young.leads, young.owed_cents, young.conversions, young.value_cents) == (2, 6_500, 1, 40_000)
    assert (young.conversions_to_come, young.to_come_cents) == (round(left, 3), round(40_000 * left))
    assert young.profit_cents == 40_000 + young.to_come_cents - 6_500 - 300 - 5
    assert found.all_checks_cents == 9
    by_seller = {row.name: row.all for row in found.sellers}
    assert [by_seller[each.name].bought_cents for each in SELLERS] == bought
    assert [by_seller[each.name].owed_cents for each in SELLERS] == owed
    assert [(row.seller, row.name) for row in found.sub_sources] == [("bluebird", ""), ("acme", "a"), ("acme", "b")]
    assert [(row.name, row.all.owed_cents) for row in found.states] == [("TX", 7_500), ("CA", 4_000)]
    assert [(row.name, row.all.leads) for row in found.hours] == [("12:00", 5)]


def test_delays_are_learned_from_mature_leads_alone(url: str) -> None:
    async def scene(store: Store) -> list[float]:
        await trade(store)
        return await store.conversion_delays(LAST, NOW - 14 * DAY_S, 10)

    assert in_store(url, scene) == [5 * DAY_S]


def test_the_command_prints_and_exports_the_same(
    url: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_store(url, trade)
    monkeypatch.setattr(time, "time", lambda: NOW)
    where = ["--database", url]
    assert main(["profit", "2026-11", "--json", *where]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["total"]["all"]["owed_cents"] == 11_500
    assert main(["profit", "2026-11", "--by", "sub-source", *where]) == 0
    shown = capsys.readouterr().out
    assert "bluebird/(none)" in shown
    assert "2 leads are young" in shown
    assert "625.0%" in shown
    assert main(["profit", "2026-11", "--csv", str(tmp_path / "leads.csv"), *where]) == 0
    with (tmp_path / "leads.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["price"] for row in rows] == ["20.00", "15.01", "30.00", "25.00", "40.00"]
    assert (rows[0]["profit"], rows[0]["checks"], rows[1]["credited"]) == ("478.48", "0.02500", "15.01")
    assert main(["profit", "2026-11", "--parquet", str(tmp_path / "leads.parquet"), *where]) == 0
    exported = list(read(tmp_path / "leads.parquet", "price_cents, is_mature, profit_cents"))
    assert [price for price, *_ in exported] == [2_000, 1_501, 3_000, 2_500, 4_000]
    matured = sum(cents for _, is_mature, cents in exported if is_mature)
    assert round(matured) == found["total"]["matured"]["profit_cents"]


def test_a_span_that_is_none_is_a_usage_error(url: str, capsys: Capture) -> None:
    assert main(["profit", "soon", "--database", url]) == 2
    assert "2026-11-01..2026-11-15" in capsys.readouterr().err


def test_a_fresh_database_has_no_profit_yet(url: str, capsys: Capture) -> None:
    assert main(["profit", "today", "--database", url]) == 0
    assert "no leads were bought" in capsys.readouterr().out


def test_the_journal_counts_the_same_leads_and_spend(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> Profit:
        for number in range(4):
            bid = ask(bidder, **another(number))
            post = await sell(bidder, bid.ping_id, contact=somebody(number), **another(number))
            assert post.status == "accepted"
        span = span_of("2026-11", build.NOW, ZONE)
        terms = MoneyTerms(now=build.NOW + 60.0, matures_s=DAY_S)
        found = await profit_of(bidder.store, bidder.catalogue.configuration, span, terms)
        journaled(bidder, tmp_path)
        return found

    found = at_bidder(tmp_path, scene)
    stats = trading(count_span(tmp_path / "journal", found.span.since, found.span.until), ZONE)
    acme, total = stats.sellers["acme"], found.total.young
    assert (total.leads, total.bought_cents) == (acme.leads, acme.spend_cents) == (4, stats.spend_cents)
    assert total.profit_cents == total.to_come_cents - stats.spend_cents
    # Just bought, so that what is expected is nearly all that the bids expected.
    assert 0 <= total.predicted_cents - total.to_come_cents < 100
