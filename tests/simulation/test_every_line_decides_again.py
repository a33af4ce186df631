"""What the journal holds is enough: every ping of an auction is decided again from its line, bit for bit."""

from collections import Counter

import httpx
import msgspec
import pytest

from app.domain.catalogue import Catalogue
from app.journal.lines import AnyLine, PingLine, RefusedLine, RepeatLine
from app.journal.reader import lines
from app.journal.replay import redecide
from tests.market import demo_with_crm, hold_market
from tests.service import Service, serve, until
from tests.simulation.conftest import catalogue_of

SEED = 7
LEADS = 60


def metrics_of(service: Service) -> str:
    return httpx.get(f"{service.url}/metrics", trust_env=False).text


def counted(metrics: str) -> float:
    """How many pings there were."""
    rows = [row for row in metrics.splitlines() if row.startswith("leadbid_pings_total{")]
    return sum(float(row.rpartition(" ")[2]) for row in rows)


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[AnyLine], Catalogue, str]:
    """The journal of some hundreds of auctions, the catalogue they were decided with, and the metrics."""
    folder = tmp_path_factory.mktemp("traded")
    with demo_with_crm(folder / "config") as (config, _):
        with serve(config, folder / "data") as service:
            hold_market(service.url, LEADS, SEED)
            assert until(lambda: counted(metrics_of(service)) == LEADS)
            metrics = metrics_of(service)
        journal = list(lines(folder / "data" / "journal"))
        return journal, catalogue_of(config), metrics


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
    assert len(codes) >= 2


def test_every_ping_is_counted_once(traded: tuple[list[AnyLine], Catalogue, str]) -> None:
    journal, _, metrics = traded
    assert counted(metrics) == sum(isinstance(line, (PingLine, RefusedLine, RepeatLine)) for line in journal) == LEADS
