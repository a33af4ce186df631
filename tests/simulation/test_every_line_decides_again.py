"""What the journal holds is enough: every ping of an auction is decided again from its line, bit for bit."""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path

import httpx
import msgspec
import pytest

from app.cli.demo import SHOPS
from app.config.load import Loaded, load
from app.config.zip_table import zip_states
from app.domain.catalogue import Catalogue
from app.journal.lines import AnyLine, DoorLine, PingLine, RepeatLine
from app.journal.reader import lines
from app.journal.replay import redecide
from app.mock_exchange.chance import chance_of
from app.mock_exchange.seller import auction, visitor
from app.scoring.load import load as load_models
from app.usecases.reload_catalogue import Sources, first_catalogue
from tests.market import demo_with_crm
from tests.service import MODELS, serve

SEED = 7
LEADS = 300


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[AnyLine], Catalogue, str]:
    """The journal of some hundreds of auctions, the catalogue they were decided with, and the metrics."""
    folder = tmp_path_factory.mktemp("traded")
    with demo_with_crm(folder / "config") as (config, _):
        with serve(config, folder / "data") as service:
            asyncio.run(_trade(service.url))
            time.sleep(0.6)
            metrics = httpx.get(f"{service.url}/metrics", trust_env=False).text
        journal = list(lines(folder / "data" / "journal"))
        return journal, _catalogue(config), metrics


def test_every_ping_is_decided_again_bit_for_bit(traded: tuple[list[AnyLine], Catalogue, str]) -> None:
    journal, catalogue, _ = traded
    pings = [line for line in journal if isinstance(line, PingLine)]
    assert len(pings) >= LEADS * 0.9
    assert {line.config for line in pings} == {catalogue.config_hash}
    again = [msgspec.json.encode(redecide(line, catalogue)) for line in pings]
    assert again == [msgspec.json.encode(line.decision) for line in pings]


def test_the_journal_holds_bids_and_several_reasons(traded: tuple[list[AnyLine], Catalogue, str]) -> None:
    journal, _, _ = traded
    pings = [line for line in journal if isinstance(line, PingLine)]
    codes = Counter(line.decision.refusal.code if line.decision.refusal else "bid" for line in pings)
    assert codes["bid"] > LEADS / 4
    assert len(codes) >= 4


def test_every_ping_is_counted_once(traded: tuple[list[AnyLine], Catalogue, str]) -> None:
    journal, _, metrics = traded
    counted = sum(
        float(row.rpartition(" ")[2]) for row in metrics.splitlines() if row.startswith("leadbid_pings_total{")
    )
    assert counted == sum(isinstance(line, (PingLine, DoorLine, RepeatLine)) for line in journal) == LEADS


async def _trade(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10.0) as http:
        for first in range(1, LEADS + 1, 10):
            await asyncio.gather(
                *[
                    auction(
                        http,
                        chance_of(SEED, "shop", number).weighted("shop", SHOPS),
                        visitor(SEED, number),
                        SEED,
                        time.time(),
                    )
                    for number in range(first, min(first + 10, LEADS + 1))
                ]
            )


def _catalogue(config: Path) -> Catalogue:
    read = load(config, environ=os.environ)
    assert isinstance(read, Loaded)
    sources = Sources(
        config=lambda: read, models=lambda: load_models(MODELS), models_dir=MODELS, zip_states=zip_states()
    )
    return first_catalogue(sources, read.declared, {}).catalogue
