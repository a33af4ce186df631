"""One service for the tests of the console, and a browser in which its operator has signed in."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.console import signed_in
from tests.service import DEMO_CONFIG, Service, serve


@pytest.fixture(scope="session")
def console_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            # What the journal says would be shown for fifteen. Services that others start keep to that.
            patch.setattr("app.reports.campaigns.recent.KEPT_S", 1.0)
            service = stack.enter_context(serve(DEMO_CONFIG, tmp_path_factory.mktemp("console")))
        yield service


@pytest.fixture
def console(console_service: Service) -> Iterator[httpx.Client]:
    with signed_in(console_service.url) as client:
        yield client
