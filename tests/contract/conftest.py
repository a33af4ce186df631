"""One service for all contract tests, and every scenario played against it once."""

import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest

from tests.contract.scenario import CONFIG, Exchange, play, read_scenario
from tests.service import Service, serve

Played = Callable[[Path], list[Exchange]]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The fixtures' buyer, open for business."""
    with serve(CONFIG, tmp_path_factory.mktemp("contract")) as service:
        yield service


@pytest.fixture(scope="session")
def http(service: Service) -> Iterator[httpx.Client]:
    """A client of that service."""
    with httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as client:
        yield client


@pytest.fixture(scope="session")
def played(http: httpx.Client) -> Played:
    """A scenario's exchanges. Each is played once a session, whoever asks: most change what the buyer knows."""

    @cache
    def play_once(path: Path) -> list[Exchange]:
        wait_out_the_open_minute()
        return play(read_scenario(path), http, time.time(), twins=path.parent.name == "exemplary")

    return play_once


def wait_out_the_open_minute() -> None:
    """The campaign `closed` is open from 00:00 to 00:01 UTC on Mondays; 1970 began on a Thursday."""
    into_week_s = (time.time() - 4 * 86_400) % (7 * 86_400)
    if into_week_s < 60.0 or into_week_s > 7 * 86_400 - 30.0:
        time.sleep((60.0 - into_week_s) % (7 * 86_400))
