"""`leadbid exchange` as a user types it: its scenarios, its audit, its errors, and a service that dies on the way."""

import asyncio
import json
import sqlite3
import time
from pathlib import Path

import pytest

from app.cli import main
from app.mock_exchange.market.audit import Audited, audit_lines
from app.mock_exchange.market.exchange import Exchange
from app.mock_exchange.market.rivals import RivalServers
from app.mock_exchange.market.setup import read_setup
from app.mock_exchange.market.time import WallTime
from app.mock_exchange.market.traffic import Visit
from tests.market import MARKET, demo_with_crm, wait_for_leads
from tests.service import free_port, listening, serve_process

SEED = 5


def market(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the command says."""
    assert main(["exchange", *words]) == 0
    return capsys.readouterr().out


def test_of_three_solar_bids_the_highest_has_the_lead(capsys: pytest.CaptureFixture[str]) -> None:
    said = market(capsys, "--scenario", "solar-bids")
    assert "ZIP 80331" in said
    assert "frontrange  $45.00  won" in said
    assert said.count("outbid") == 2


def test_twelve_law_firms_bid_against_a_flat_price(capsys: pytest.CaptureFixture[str]) -> None:
    said = json.loads(market(capsys, "--scenario", "law-firms", "--json"))
    assert said["sellers"]["auction"]["revenue_cents"] == 12_000
    assert said["sellers"]["flat"]["revenue_cents"] == 6_500
    assert said["buyers"]["pine"]["won"] == 1


def test_an_auction_earns_more_than_a_waterfall_and_leaves_less_unsold(capsys: pytest.CaptureFixture[str]) -> None:
    said = json.loads(market(capsys, "--scenario", "auction-or-waterfall", "--json"))
    auction, waterfall = said["sellers"]["auction"], said["sellers"]["waterfall"]
    assert auction["leads"] == waterfall["leads"] == 100
    assert auction["revenue_cents"] > 1.2 * waterfall["revenue_cents"]
    assert auction["sold"] > waterfall["sold"]


def test_the_comparison_stands_beside_what_a_guide_says(capsys: pytest.CaptureFixture[str]) -> None:
    said = market(capsys, "--scenario", "auction-or-waterfall", "--leads", "10")
    assert "Compared with published figures" in said
    assert "$3,610.00" in said
    assert "$2,640.00" in said


def test_every_bid_and_why_it_lost_stands_in_the_audit_and_nobody_s_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "audits" / "today.jsonl"
    market(capsys, "--scenario", "law-firms", "--audit", str(file))
    audits = list(audit_lines(file))
    assert [audited.seller for audited in audits] == ["auction", "flat"]
    assert {ask.buyer: ask.fate for ask in audits[0].asks}["oak"] == "outbid"
    assert b"@" not in file.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--scenario", "bazaar"], "there is no scenario 'bazaar': choose one of auction-or-waterfall, demo"),
        (["--market", "nowhere.toml"], "nowhere.toml cannot be read (No such file or directory)"),
        (["--buyer", "harbor"], "--buyer harbor: write NAME=URL"),
        (["--buyer", "harbour=http://127.0.0.1:9"], "declares no buyer 'harbour': it declares harbor"),
    ],
)
def test_what_cannot_be_held_is_said_with_the_remedy(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["exchange", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sellers = []", "a market has at least one [[sellers]]"),
        ('[[sellers]]\nname = "a"\nmod = "x"\n', "unknown field `mod` - at `$.sellers[0]`"),
        ('[[sellers]]\nname = "a"\nfallback = "b"\n[[buyers]]\nname = "b"\nurl = "http://x"\n', "give b a seat"),
        (
            '[[sellers]]\nname = "a"\nseats = [{ buyer = "z" }]\n[[buyers]]\nname = "b"\nurl = "http://x"\n',
            "seats for nobody: z",
        ),
        (
            '[[sellers]]\nname = "a"\nmode = "direct"\n[[buyers]]\nname = "b"\nurl = "http://x"\n',
            "give its seats the prices",
        ),
        (
            '[[sellers]]\nname = "a"\nreserve = { boats = 1.0 }\n[[buyers]]\nname = "b"\nurl = "http://x"\n',
            "no such vertical: boats",
        ),
    ],
)
def test_a_market_with_a_mistake_is_refused_by_name(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "market.toml"
    file.write_text(text)
    assert main(["exchange", "--market", str(file)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.long
def test_our_service_dies_on_the_way_loses_nothing_and_the_day_goes_on(tmp_path: Path) -> None:
    port = free_port()
    audits: list[Audited] = []
    setup = read_setup(MARKET, {"harbor": f"http://127.0.0.1:{port}"})

    async def offer(numbers: range) -> None:
        exchange = Exchange(setup, url, SEED, WallTime(time.time), time.perf_counter)
        try:
            await exchange.hold([Visit(time.time(), number) for number in numbers], 4, audits.append)
        finally:
            await exchange.aclose()

    with (
        demo_with_crm(tmp_path / "config") as (config, receiver),
        listening(RivalServers(setup.rivals, SEED, time.time), lifespan="off") as url,
    ):
        with serve_process(config, tmp_path / "data", port=port) as first:
            asyncio.run(offer(range(1, 25)))
            first.process.kill()
            first.process.wait()
        asyncio.run(offer(range(25, 33)))
        with serve_process(config, tmp_path / "data", port=port):
            asyncio.run(offer(range(33, 49)))
            ours = {post.lead_id for audited in audits for post in audited.sold if post.buyer == "harbor"}
            missing = wait_for_leads(receiver, ours)
    without = [ask for audited in audits if 25 <= audited.number <= 32 for ask in audited.asks if ask.buyer == "harbor"]
    assert {(ask.outcome, ask.reason) for ask in without} == {("error", "no connection")}
    assert len({audited.number for audited in audits}) == 48
    assert any(audited.sold for audited in audits if 25 <= audited.number <= 32)
    assert any(audited.number > 32 and post.buyer == "harbor" for audited in audits for post in audited.sold)
    assert not missing
    with sqlite3.connect(tmp_path / "data" / "leadbid.db") as database:
        assert {row[0] for row in database.execute("SELECT lead_id FROM lead")} == ours
