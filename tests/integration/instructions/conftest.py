"""One service for all tests of instructions, with a seller of each kind."""

from collections.abc import Iterator

import httpx
import pytest

from tests.sellers import served_sellers
from tests.service import Service


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo's buyer with all these sellers."""
    with served_sellers(tmp_path_factory.mktemp("instructions")) as service:
        yield service


@pytest.fixture(scope="package")
def http(service: Service) -> Iterator[httpx.Client]:
    """A client of that service."""
    with httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as client:
        yield client
