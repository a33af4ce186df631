"""The page at /schema as a browser shows it, on a bidder and on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser import browse, browse_framed, find_browser
from tests.service import DEMO_CONFIG, Service, serve

WIDTHS = {"bidder": 1280, "phone": 390}

# It tells its own width and the one that the page wants.
MEASURE = """
  for (const details of page.querySelectorAll("details")) details.open = true;
  document.title = page.defaultView.innerWidth + " " + page.documentElement.scrollWidth;
"""


@pytest.fixture(scope="module")
def browser() -> str:
    return find_browser()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serve(DEMO_CONFIG, tmp_path_factory.mktemp("schema")) as service:
        yield service


@pytest.mark.parametrize("screen", WIDTHS)
def test_the_page_shows_every_door_without_an_error(
    browser: str, service: Service, screen: str, tmp_path: Path
) -> None:
    dom, console = browse(browser, f"{service.url}/schema", WIDTHS[screen], tmp_path)
    assert console == []
    for _, path in service.application.routes:
        assert f"<code>{path}</code>" in dom
    assert '"price": 12.50,' in dom
    assert "<td><code>outside_territory</code></td>" in dom
    targets = set(re.findall(r'href="#(\w+)"', dom))
    assert targets
    assert targets <= set(re.findall(r'id="(\w+)"', dom))


@pytest.mark.parametrize("screen", WIDTHS)
def test_nothing_on_the_page_is_wider_than_the_screen(
    browser: str, service: Service, screen: str, tmp_path: Path
) -> None:
    page = httpx.get(f"{service.url}/schema", trust_env=False).text
    dom, console = browse_framed(browser, page, WIDTHS[screen], MEASURE, tmp_path)
    assert console == []
    found = re.search(r"<title>(\d+) (\d+)</title>", dom)
    assert found is not None
    assert int(found[2]) <= int(found[1]) == WIDTHS[screen]


def test_the_page_needs_nothing_from_elsewhere(service: Service) -> None:
    page = httpx.get(f"{service.url}/schema", trust_env=False)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.findall(r"(?:src|href)='?(?:https?:)?//", page.text)
