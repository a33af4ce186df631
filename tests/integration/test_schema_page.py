"""The page at /schema as a browser shows it, on a bidder and on a phone."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.browser import PHONE, Browser, assert_as_wide_as_the_screen
from tests.service import DEMO_CONFIG, Service, serve


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serve(DEMO_CONFIG, tmp_path_factory.mktemp("schema")) as service:
        yield service


def test_the_page_shows_every_door_without_an_error(browser: Browser, service: Service) -> None:
    dom, console = browser.browse(f"{service.url}/schema", PHONE)
    assert console == []
    for _, path in service.application.endpoints:
        assert f"<code>{path}</code>" in dom
    assert '"price": 12.50,' in dom
    assert "<td><code>outside_territory</code></td>" in dom
    targets = set(re.findall(r'href="#(\w+)"', dom))
    assert targets
    assert targets <= set(re.findall(r'id="(\w+)"', dom))


def test_nothing_on_the_page_is_wider_than_the_screen(browser: Browser, service: Service) -> None:
    page = httpx.get(f"{service.url}/schema", trust_env=False).text
    assert_as_wide_as_the_screen(browser, [page])


def test_the_page_needs_nothing_from_elsewhere(service: Service) -> None:
    page = httpx.get(f"{service.url}/schema", trust_env=False)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.findall(r"(?:src|href)='?(?:https?:)?//", page.text)
